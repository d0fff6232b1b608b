"""What a source may be expected to bring, and when it is late."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contracts import VIETNAM
from core.holidays import is_holiday
from core.source_days import SourceDay
from core.volume import History
from tests.core.sources import MONDAY, falls, news

DAY = timedelta(days=1)
NINE_WEEKS = 63


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM)


def test_what_is_usual_is_learnt_for_each_weekday_and_hour() -> None:
    history = History(news(NINE_WEEKS, 240))
    monday, sunday = MONDAY + 63 * DAY, MONDAY + 62 * DAY

    def usual(day: date, hour: int, hours: int) -> int:
        found = history.expected(at(day, hour), hours)
        assert found is not None
        assert found.low <= found.usual <= found.high
        return found.usual

    whole = {day: usual(day + DAY, 0, 24) for day in (sunday, sunday - DAY)}
    assert whole[sunday] == sum(news(NINE_WEEKS, 240)[62].hours)
    assert whole[sunday] < whole[sunday - DAY]
    assert usual(monday, 12, 6) > 3 * usual(monday, 6, 6)


def test_a_new_source_has_no_expectation_until_four_weeks_are_known() -> None:
    for days, known in ((27, False), (29, True)):
        history = History(news(days, 60))
        assert (history.expected(at(MONDAY + days * DAY, 0), 24) is not None) is known
        assert (history.shortfall(at(MONDAY + days * DAY, 13)) is not None) is known  # nothing came since


def test_a_source_without_a_past_expects_nothing_and_is_not_late() -> None:
    history = History([])
    assert history.expected(at(MONDAY, 9), 24) is None
    assert history.shortfall(at(MONDAY, 9)) is None
    assert history.lately(at(MONDAY, 9), 24) == 0


@given(st.lists(st.integers(0, 300), min_size=35, max_size=80), st.integers(0, 23), st.integers(0, 90))
def test_an_expectation_lies_between_its_bounds_whatever_came(
    counts: list[int], hour: int, ahead: int
) -> None:
    days = [
        SourceDay(source_id="s", day=MONDAY + n * DAY, checks=1, hours=(count, *(0,) * 23))
        for n, count in enumerate(counts)
    ]
    for hours in (6, 24, 168):
        found = History(days).expected(at(MONDAY + ahead * DAY, hour), hours)
        assert found is None or 0 <= found.low <= found.usual <= found.high + 1


def test_a_week_of_outage_and_a_week_of_great_news_move_nothing() -> None:
    days = news(NINE_WEEKS, 60)
    upset = [
        d.model_copy(
            update={"hours": tuple(h * (10 if n // 7 == 3 else 0 if n // 7 == 5 else 1) for h in d.hours)}
        )
        for n, d in enumerate(days)
    ]
    when = at(MONDAY + 63 * DAY, 0)
    calm, moved = History(days).expected(when, 24), History(upset).expected(when, 24)
    assert calm is not None
    assert moved is not None
    assert moved.usual == calm.usual


def test_days_on_which_the_source_could_not_be_read_teach_nothing() -> None:
    days = news(NINE_WEEKS, 60)
    dark = [
        d.model_copy(update={"failed": 24, "hours": (0,) * 24}) if n < 42 else d for n, d in enumerate(days)
    ]
    assert History(dark).expected(at(MONDAY + 63 * DAY, 0), 24) is None  # three weeks are left
    gaps = [d for n, d in enumerate(days) if n % 14 != 0]
    found = History(gaps).expected(at(MONDAY + 64 * DAY, 0), 24)
    assert found is not None
    assert found.low > 0


def test_a_paper_that_stops_is_late_within_the_morning_and_one_that_goes_on_is_not() -> None:
    days = news(70, 120)
    stopped = falls(days, MONDAY + 65 * DAY, 0.0)
    noon = at(MONDAY + 65 * DAY, 12, 40)

    assert History(days).shortfall(noon) is None
    short = History(stopped).shortfall(noon)
    assert short is not None
    assert (short.hours, short.got) == (6, 0)
    assert short.expected.low > 0


def test_a_slow_board_that_stops_is_late_within_days() -> None:
    days = news(80, 6, random=Random(1))
    stopped = falls(days, MONDAY + 65 * DAY, 0.0)
    late = [n for n in range(63, 76) if History(stopped[: n + 1]).shortfall(at(MONDAY + n * DAY, 23))]
    assert late
    assert 65 < late[0] <= 70


def test_half_of_the_pages_is_noticed_in_the_longer_window() -> None:
    halved = falls(news(70, 120), MONDAY + 65 * DAY, 0.5)
    short = History(halved).shortfall(at(MONDAY + 67 * DAY, 0))
    assert short is not None
    assert short.hours >= 24


def test_what_comes_in_the_hour_that_has_begun_ends_the_lateness() -> None:
    stopped = falls(news(70, 120), MONDAY + 65 * DAY, 0.0)[:66]
    back = stopped[65].model_copy(update={"hours": tuple(40 if h == 12 else 0 for h in range(24))})
    noon = at(MONDAY + 65 * DAY, 12, 40)
    assert History(stopped).shortfall(noon) is not None
    assert History([*stopped[:65], back]).shortfall(noon) is None


def test_at_tet_nothing_is_expected_and_nothing_learnt() -> None:
    tet = date(2026, 2, 17)
    first = tet - 70 * DAY
    days = falls(news(100, 60, first=first), tet - DAY, 0.1)
    history = History(days)

    assert history.shortfall(at(tet + 2 * DAY, 12)) is None
    ordinary = History(news(100, 60, first=first))
    later = at(tet + 28 * DAY, 0)
    assert history.expected(later, 24) is not None
    normal = [
        d.model_copy(update={"hours": o.hours}) if is_holiday(d.day) else d
        for d, o in zip(days, news(100, 60, first=first), strict=True)
    ]
    assert History(normal).expected(later, 24) == history.expected(later, 24)
    assert ordinary.expected(at(tet, 12), 24) is None


@pytest.mark.parametrize(
    ("day", "free"),
    [
        (date(2026, 2, 17), True),  # first day of the year of the Horse
        (date(2026, 2, 15), True),  # the eve of New Year's Eve
        (date(2026, 4, 26), True),  # the Hùng kings, 10th of the third month
        (date(2026, 9, 2), True),
        (date(2027, 1, 1), True),
        (date(2026, 12, 31), True),  # beside it
        (date(2026, 6, 15), False),
        (date(2026, 10, 20), False),
    ],
)
def test_the_public_holidays_are_known_by_both_calendars(day: date, free: bool) -> None:
    assert is_holiday(day) is free


def test_steady_sources_raise_no_alarm_in_a_month() -> None:
    # 3 sources, each judged every six hours for four weeks: 336 judgements.
    for seed, a_day in enumerate((5, 40, 150)):
        days = news(91, a_day, random=Random(seed))
        for n in range(63, 91):
            for hour in (5, 11, 17, 23):
                so_far = tuple(h if i <= hour else 0 for i, h in enumerate(days[n].hours))
                known = [*days[:n], days[n].model_copy(update={"hours": so_far})]
                assert History(known).shortfall(at(days[n].day, hour, 59)) is None, (a_day, n, hour)
