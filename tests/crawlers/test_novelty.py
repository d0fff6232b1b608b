"""What is new is told from what is remembered, whatever the clock said then."""

from collections.abc import Callable
from datetime import timedelta

from core.contracts import Page
from core.records.crawled import Seen
from crawlers.novelty import what_is_new, with_validators
from tests.conftest import NOON

AHEAD = NOON + timedelta(hours=1)


def known(page: Page) -> dict[str, Seen]:
    """What is remembered of `page`, fetched by a clock that was an hour ahead."""
    remembered = Seen(
        id=page.id,
        source_id=page.source_id,
        url=page.url,
        content_hash=page.content_hash,
        fetched_at=AHEAD,
    )
    return {page.id: remembered}


def test_a_change_found_after_a_clock_was_ahead_is_the_later_one(make_page: Callable[..., Page]) -> None:
    old, new = make_page(), make_page(content_hash="b" * 64)
    haul = what_is_new(new.url, [new], known(old))
    [page], [text] = haul.pages, haul.texts
    assert AHEAD < page.fetched_at < AHEAD + timedelta(seconds=1)
    assert text.fetched_at == page.fetched_at
    validated = with_validators(haul, new.source_id, new.url, [new], known(old), '"1"', None)
    assert [text.fetched_at for text in validated.texts] == [page.fetched_at]


def test_an_unchanged_page_does_not_turn_the_remembered_time_back(make_page: Callable[..., Page]) -> None:
    page = make_page()
    haul = what_is_new(page.url, [page], known(page))
    assert haul.pages == ()
    validated = with_validators(haul, page.source_id, page.url, [page], known(page), '"1"', None)
    assert [text.fetched_at for text in validated.texts] == [AHEAD]


def test_with_a_right_clock_times_are_those_of_fetching(make_page: Callable[..., Page]) -> None:
    old = make_page()
    new = make_page(content_hash="b" * 64, fetched_at=AHEAD + timedelta(hours=2))
    assert what_is_new(new.url, [new], known(old)).pages == (new,)
