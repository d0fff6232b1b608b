"""Changes of a site's make-up: noticed where they are, and only there."""

from datetime import timedelta
from random import Random

import pytest

from core.makeup import Change, Measure, changes, recent
from core.source_days import Makeup, SourceDay
from tests.core.sources import MONDAY, shaped

BEFORE = 35  # days of habit
CHANGED_ON = MONDAY + timedelta(days=BEFORE)


def turned(pages: int, days: int = 10, seed: int = 1, **after: float) -> list[SourceDay]:
    """Days of a source whose make-up turns to `after` on a day."""
    random = Random(seed)
    return shaped(random, BEFORE, pages) + shaped(random, days, pages, first=CHANGED_ON, **after)


@pytest.mark.parametrize(
    ("measure", "after"),
    [
        (Measure.LINKED, {"linked": 0.0}),
        (Measure.LINKED, {"linked": 0.45}),
        (Measure.BARE, {"bare": 0.6}),
        (Measure.BLANK, {"blank": 0.4}),
        (Measure.TITLE, {"title": 20}),
        (Measure.DATED, {"dated": 0.05}),
        (Measure.TEXT, {"text": 700}),
        (Measure.REPEATED, {"repeated": 0.5}),
        (Measure.COMMENTS, {"commented": 0.0}),
    ],
    ids=str,
)
def test_what_got_worse_is_named_with_the_day_and_both_means(
    measure: Measure, after: dict[str, float]
) -> None:
    (change,) = changes(turned(60, **after))

    assert change.measure is measure
    assert timedelta(0) <= change.since - CHANGED_ON <= timedelta(days=7)
    assert change.lasts
    falling = measure not in {Measure.BARE, Measure.BLANK, Measure.REPEATED}
    assert (change.after < change.before) is falling


def test_lengths_are_told_in_characters_and_shares_between_0_and_1() -> None:
    told = {c.measure: c for c in changes(turned(60, title=20, dated=0.0))}
    assert told[Measure.TITLE].before == pytest.approx(60, rel=0.1)
    assert told[Measure.TITLE].after == pytest.approx(20, rel=0.2)
    assert told[Measure.DATED].before == pytest.approx(0.95, abs=0.03)
    assert told[Measure.DATED].after < 0.1


def test_a_small_source_is_told_once_enough_pages_show_it() -> None:
    (change,) = changes(turned(6, linked=0.0))
    assert timedelta(days=1) <= change.since - CHANGED_ON <= timedelta(days=7)


@pytest.mark.parametrize("seed", range(6))
def test_a_steady_source_raises_no_alarm(seed: int) -> None:
    assert changes(shaped(Random(seed), 120, (5, 30, 80)[seed % 3])) == []


def test_a_source_whose_days_differ_much_is_not_called_changed_for_one_more_such_day() -> None:
    random = Random(3)
    moods = [0.3 if n % 5 == 0 else 0.95 for n in range(60)]
    days = [
        shaped(random, 1, 40, first=MONDAY + timedelta(days=n), linked=mood)[0]
        for n, mood in enumerate(moods)
    ]
    assert changes(days) == []


def test_getting_better_is_no_alarm() -> None:
    random = Random(4)
    poor = {"linked": 0.1, "dated": 0.2, "title": 25.0, "text": 600.0, "repeated": 0.5, "blank": 0.4}
    assert changes(shaped(random, 35, 60, **poor) + shaped(random, 20, 60, first=CHANGED_ON)) == []


def test_a_change_is_told_once_and_becomes_the_habit() -> None:
    days = turned(30, days=40, linked=0.0)
    assert [c.measure for c in changes(days)] == [Measure.LINKED]
    for seen in range(BEFORE + 3, len(days), 7):  # the same change, whenever one looks
        assert changes(days[:seen]) == changes(days)
    assert recent(days[: BEFORE + 5], CHANGED_ON + timedelta(days=5)) != []
    assert recent(days, days[-1].day) == []


def test_a_change_that_was_mended_lasts_no_more() -> None:
    random = Random(5)
    mended = CHANGED_ON + timedelta(days=3)
    days = turned(60, days=3, linked=0.0) + shaped(random, 4, 60, first=mended)
    (change,) = changes(days)
    assert not change.lasts
    assert recent(days, days[-1].day) == []


def test_a_site_of_which_nothing_can_be_read_any_more_is_told_by_blank_pages() -> None:
    days = turned(60, days=3, blank=1.0)
    assert [(c.measure, round(c.after, 2)) for c in changes(days)] == [(Measure.BLANK, 1.0)]


def test_too_few_days_or_pages_tell_nothing() -> None:
    random = Random(6)
    short = shaped(random, 6, 60) + shaped(random, 5, 60, first=MONDAY + timedelta(days=6), linked=0.0)
    assert changes(short) == []
    assert changes(turned(1, days=6, linked=0.0)) == []
    assert changes([]) == []
    assert changes([SourceDay(source_id="s", day=MONDAY, makeup=Makeup())]) == []


def test_days_that_are_missing_are_passed_over() -> None:
    days = [d for n, d in enumerate(turned(60, linked=0.0)) if n % 3]
    (change,) = changes(days)
    assert isinstance(change, Change)
    assert change.since - CHANGED_ON <= timedelta(days=2)
