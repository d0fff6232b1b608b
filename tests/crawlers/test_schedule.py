"""What a run asks for, and in which order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.records.crawled import Seen
from core.records.visits import Visit
from crawlers.novelty import REST
from crawlers.schedule import LISTED, Candidate, Turn, plan, turn
from crawlers.tasks import What
from tests.conftest import NOON

HOUR = timedelta(hours=1)
times = st.integers(-2_000, 2_000).map(lambda h: NOON + h * HOUR)


def seen(name: str, *, content_hash: str = "h", fetched_at: datetime = NOON) -> Seen:
    return Seen(
        id=name, source_id="bao", url=name, content_hash=content_hash, fetched_at=fetched_at.astimezone(UTC)
    )


def visit(name: str, due_at: datetime | None, last_at: datetime = NOON - HOUR) -> Visit:
    return Visit(
        id=name, source_id="bao", url=name, first_at=last_at, last_at=last_at, checks=1, due_at=due_at
    )


def page(name: str, **facts: object) -> Candidate:
    return Candidate(name, name, What.ARTICLE)._replace(**facts)


def test_fresh_pages_go_first_the_newest_before_the_others_then_followed_ones_then_what_is_due() -> None:
    candidates = [
        page("due-later", visit=visit("due-later", NOON - HOUR)),
        page("fresh"),
        page("known-without-visits", before=seen("known-without-visits")),
        page("due-longer", visit=visit("due-longer", NOON - 5 * HOUR)),
        page("followed", visit=visit("followed", NOON + 9 * HOUR), followed=True),
        page("fresh-old", told_at=NOON - 9 * HOUR),
        page("fresh-new", told_at=NOON - HOUR),
        page("not-yet", visit=visit("not-yet", NOON + HOUR)),
        page("never", visit=visit("never", None)),
        page("dead", before=seen("dead", content_hash="", fetched_at=NOON - REST / 2)),
        page("back-perhaps", before=seen("back-perhaps", content_hash="", fetched_at=NOON - REST)),
    ]
    made = plan(candidates, NOON, 100)
    assert [c.id for c in made.chosen] == [
        *("fresh-new", "fresh-old", "fresh", "back-perhaps", "followed"),
        *("known-without-visits", "due-longer", "due-later"),
    ]
    assert (made.passed_over, made.waiting, made.resting) == (0, 2, 1)


def test_a_turn_that_comes_before_half_the_way_to_the_next_run_is_due_now() -> None:
    soon = page("1", visit=visit("1", NOON + HOUR / 2))
    assert turn(soon, NOON) is Turn.WAITING
    assert turn(soon, NOON, HOUR / 2) is Turn.DUE


def test_a_thread_that_its_board_lists_is_due_after_some_hours_however_old_it_is() -> None:
    old = page("t", what=What.THREAD, visit=visit("t", None, NOON - LISTED))
    assert turn(old, NOON) is Turn.WAITING
    assert turn(old._replace(listed=True), NOON) is Turn.DUE
    assert turn(old._replace(listed=True), NOON - HOUR) is Turn.WAITING
    assert turn(old._replace(listed=True, what=What.ARTICLE), NOON) is Turn.WAITING


def test_a_turn_that_was_set_by_a_clock_ahead_is_due_now() -> None:
    assert turn(page("1", visit=visit("1", NOON + timedelta(days=400))), NOON) is Turn.DUE


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    found = []
    for n in range(draw(st.integers(0, 30))):
        known = draw(st.none() | times.map(lambda at, n=n: seen(str(n), fetched_at=at)))
        asked = draw(st.none() | (st.none() | times).map(lambda due, n=n: visit(str(n), due)))
        found.append(page(str(n), before=known, visit=asked, followed=draw(st.booleans())))
    return found


@given(candidates(), times, st.integers(0, 40))
def test_every_page_is_chosen_or_left_for_one_reason_and_no_lower_turn_goes_first(
    pages: list[Candidate], now: datetime, room: int
) -> None:
    made = plan(pages, now, room)
    assert len(made.chosen) + made.passed_over + made.waiting + made.resting == len(pages)
    assert len(made.chosen) <= room
    turns = [turn(c, now) for c in made.chosen]
    assert turns == sorted(turns)
    assert all(t < Turn.WAITING for t in turns)
    left = [turn(c, now) for c in pages if c not in made.chosen]
    assert not turns or all(t >= turns[-1] for t in left if t < Turn.WAITING)
