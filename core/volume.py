"""How many pages a source may be expected to bring, learnt from its past weeks."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median

from core.contracts import VIETNAM, Contract
from core.holidays import is_holiday
from core.source_days import HOURS, SourceDay

WEEKS = 8  # looked back: a habit of two months
WEEKS_NEEDED = 4  # a median of fewer is no habit
# Windows, in hours: a busy paper that stops is known within the morning, a slow board within the week.
WINDOWS = (6, 24, 168)
# With 4, steady sources whose days differ by up to a third beyond chance were called late 0.1 times a month,
# with 5 once in 216 months; docs/operating.md has how soon a fall is noticed.
DEVIATIONS = 5.0
MAD = 1.4826  # median absolute deviation to standard deviation, Gaussian
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NO_HOURS = (0,) * HOURS
HISTORY = timedelta(days=7 * WEEKS + 14)  # what is looked at, the longest window included


class Expectation(Contract):
    """How many pages are usual in a window, and between which numbers they stay."""

    low: int
    usual: int
    high: int


class Shortfall(Contract):
    """Fewer pages than expected in the last `hours`."""

    hours: int
    got: int
    expected: Expectation


class History:
    """A source's past days (oldest first), and what they let expect."""

    def __init__(self, days: Sequence[SourceDay]) -> None:
        """Look at `days`, at least those of the last `HISTORY`."""
        self._first = days[0].day if days else date.min
        span = (days[-1].day - self._first).days + 1 if days else 0
        by_day = {d.day: d for d in days}
        self._came = [0]  # running sum over hours
        self._dark = [0]  # running sum over days that teach nothing
        for n in range(span):
            day = self._first + n * DAY
            found = by_day.get(day)
            for count in found.hours if found else NO_HOURS:
                self._came.append(self._came[-1] + count)
            dark = found is None or found.checks <= found.failed or is_holiday(day)
            self._dark.append(self._dark[-1] + dark)

    def came(self, until: datetime, hours: int) -> int:
        """Return how many pages came in the `hours` before `until`, cut to the hour."""
        end = self._hour(_local(until))
        last = len(self._came) - 1
        return self._came[min(max(0, end), last)] - self._came[min(max(0, end - hours), last)]

    def lately(self, now: datetime, hours: int) -> int:
        """Return how many pages came in the last `hours` and in the hour that has begun."""
        return self.came(now, hours) + self.came(now + HOUR, 1)

    def expected(self, until: datetime, hours: int) -> Expectation | None:
        """Return what is expected in the `hours` before `until` (cut to the hour), None if unknown.

        The rule: the same window of up to eight past weeks (same weekday, same hours, Vietnam time) is a
        sample of what is usual. Counts go through Anscombe's root, 2√(n + 3/8), after which those of a
        Poisson process have a deviation of 1 whatever their level (Anscombe 1948, Biometrika 35). The level
        is the median of the samples; the deviation is 1.4826 times the median absolute deviation of the
        windows of all days of the eight weeks, each from the median of its weekday, and at least the 1 of
        chance. `low` and `high` are five deviations off. Medians, so that a week of an outage or of a great
        event moves neither.

        Windows that touch a public holiday (`core.holidays`), or a day on which the source could not be read,
        teach nothing; in a window that touches a holiday nothing is expected. With fewer than four weeks
        known, nothing is: a new source is late only by what its file asks for.
        """
        end = _local(until)
        first, last = _days_of(end, hours)
        if any(is_holiday(first + n * DAY) for n in range((last - first).days + 1)):
            return None
        roots = self._roots(end, hours)
        level = roots.get(0, [])
        if len(level) < WEEKS_NEEDED:
            return None
        deviation = max(1.0, _deviation(roots))
        low, usual, high = (_count(median(level) + d * deviation) for d in (-DEVIATIONS, 0.0, DEVIATIONS))
        return Expectation(low=math.ceil(low), usual=round(usual), high=math.floor(high))

    def shortfall(self, now: datetime) -> Shortfall | None:
        """Return the shortest window up to `now` in which fewer came than expected, None if there is none.

        What came in the hour that has begun counts in the source's favour.
        """
        for hours in WINDOWS:
            expectation = self.expected(now, hours)
            got = self.lately(now, hours)
            if expectation is not None and got < expectation.low:
                return Shortfall(hours=hours, got=got, expected=expectation)
        return None

    def _hour(self, local: datetime) -> int:
        return (local.date() - self._first).days * 24 + local.hour

    def _roots(self, end: datetime, hours: int) -> Mapping[int, list[float]]:
        """Return the roots of past windows' counts by how many days (mod 7) they lie before `end`."""
        roots: dict[int, list[float]] = {}
        for back in range(1, 7 * WEEKS + 1):
            until = end - back * DAY
            first, last = _days_of(until, hours)
            place = [(day - self._first).days for day in (first, last + DAY)]
            known = place[0] >= 0 and place[1] < len(self._dark)
            if known and self._dark[place[1]] == self._dark[place[0]]:
                at = self._hour(until)
                count = self._came[at] - self._came[at - hours]
                roots.setdefault(back % 7, []).append(2 * math.sqrt(count + 0.375))
        return roots


def _local(moment: datetime) -> datetime:
    """Return the whole hour in Vietnam, without a zone (there is no summer time)."""
    return moment.astimezone(VIETNAM).replace(minute=0, second=0, microsecond=0, tzinfo=None)


def _days_of(end: datetime, hours: int) -> tuple[date, date]:
    """Return the first and the last day that the window touches."""
    return (end - hours * HOUR).date(), (end - HOUR).date()


def _deviation(roots: Mapping[int, list[float]]) -> float:
    """Return the deviation of windows from the median of their weekday, made good for what that took up."""
    found = []
    for same in roots.values():
        if len(same) > 1:
            middle, whole = median(same), math.sqrt(len(same) / (len(same) - 1))
            found += [abs(root - middle) * whole for root in same]
    return MAD * median(found) if found else 0.0


def _count(root: float) -> float:
    """Return the count that has this root (Anscombe's, turned round)."""
    return max(0.0, (max(root, 0.0) / 2) ** 2 - 0.375)
