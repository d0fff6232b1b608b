"""Whether a site's make-up changed, so that its pages are read worse than before."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from operator import add, sub
from typing import NamedTuple

from core.contracts import Contract
from core.source_days import Makeup, SourceDay

BASE_DAYS = 28  # the make-up before: four weeks, so that each weekday counts alike
BASE_DAYS_NEEDED, BASE_NEEDED = 7, 50  # fewer days or pages are no habit
WINDOW_DAYS, WINDOW_NEEDED = 7, 20  # the newest days that hold 20 pages, a week at most
# One-sided error of a test: 8 measures on 30 days in two windows are at most 480 tests in a source's month,
# 0.005 false alarms if they were independent. Simulated sources had 3 in 452 months (docs/choices.md).
ERROR = 1e-5
HISTORY = timedelta(days=120)  # that callers give: four times the days before
SHOWN = timedelta(days=14)  # after which a change is the source's new habit


class Measure(StrEnum):
    """What is watched of a site's make-up; each can change for the worse in one direction."""

    LINKED = "linked"
    BARE = "bare"
    BLANK = "blank"
    TITLE = "title"
    DATED = "dated"
    TEXT = "text"
    REPEATED = "repeated"
    COMMENTS = "comments"


class Change(Contract):
    """A measure found worse on day `since`: its mean `before` and `after`; `lasts` if it still is so.

    Shares are between 0 and 1, title and text are typical (geometric mean) lengths in characters, comments
    are articles with new comments for each new page.
    """

    measure: Measure
    since: date
    before: float
    after: float
    lasts: bool


class _Sample(NamedTuple):
    """How many there are, the sum over them, and the sum of squares."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.n


class _Rule(NamedTuple):
    """How a measure is taken of the sums, and by how much its mean must move to matter.

    `spread` is the variance of one item. `worse` says of means before and after whether it matters.
    """

    sample: Callable[[Makeup], _Sample]
    spread: Callable[[_Sample], float]
    worse: Callable[[float, float], bool]


def _share(part: str, whole: Sequence[str] = ("pages",)) -> Callable[[Makeup], _Sample]:
    def sample(of: Makeup) -> _Sample:
        found = getattr(of, part)
        return _Sample(sum(getattr(of, name) for name in whole), found, found)

    return sample


def _length(name: str) -> Callable[[Makeup], _Sample]:
    return lambda of: _Sample(of.pages, getattr(of, name), getattr(of, f"{name}_squared"))


def _of_share(s: _Sample) -> float:
    """Variance of a yes or no, with one of each added: a share of 1 so far does not exclude a no."""
    share = (s.total + 1) / (s.n + 2)
    return share * (1 - share)


def _of_length(s: _Sample) -> float:
    return max(s.squares / s.n - s.mean**2, 1e-4)


def _of_count(s: _Sample) -> float:
    """Variance of a count at random (Poisson): its mean."""
    return (s.total + 1) / s.n


# What matters: three in ten pages more or fewer, one in five without text or boilerplate; titles shorter by
# 40 %, texts of half the length (both in logarithms); four of five commented articles gone, where there was
# one for every ten pages.
RULES = {
    Measure.LINKED: _Rule(_share("linked"), _of_share, worse=lambda b, a: b - a >= 0.3),
    Measure.BARE: _Rule(_share("bare"), _of_share, worse=lambda b, a: a - b >= 0.3),
    Measure.BLANK: _Rule(_share("blank", ("blank", "pages")), _of_share, worse=lambda b, a: a - b >= 0.2),
    Measure.TITLE: _Rule(_length("title"), _of_length, worse=lambda b, a: b - a >= -math.log(0.6)),
    Measure.DATED: _Rule(_share("dated"), _of_share, worse=lambda b, a: b - a >= 0.3),
    Measure.TEXT: _Rule(_length("text"), _of_length, worse=lambda b, a: b - a >= math.log(2)),
    Measure.REPEATED: _Rule(_share("repeated", ("paragraphs",)), _of_share, worse=lambda b, a: a - b >= 0.2),
    Measure.COMMENTS: _Rule(
        lambda of: _Sample(of.pages, of.commented, 0.0),
        _of_count,
        worse=lambda b, a: b >= 0.1 and a <= b / 5,
    ),
}


class _Series:
    """One measure of a source on the days that have any of it, with running sums."""

    def __init__(self, rule: _Rule, days: Sequence[SourceDay]) -> None:
        known = [(d.day, sample) for d in days if (sample := rule.sample(d.makeup)).n]
        self.days = [day for day, _ in known]
        self.samples = [sample for _, sample in known]
        self.sums = [_Sample(0, 0.0, 0.0)]
        for sample in self.samples:
            self.sums.append(_Sample(*map(add, self.sums[-1], sample)))

    def pooled(self, first: int, end: int) -> _Sample:
        """Return the days from `first` to before `end` as one."""
        return _Sample(*map(sub, self.sums[end], self.sums[first]))

    def windows(self, start: int, end: int) -> list[int]:
        """Return where, from `start` on, the newest days before `end` begin: enough pages, and a week."""
        week = bisect_left(self.days, self.days[end - 1] - timedelta(days=WINDOW_DAYS - 1), start, end)
        enough = [
            first for first in range(end - 1, week - 1, -1) if self.pooled(first, end).n >= WINDOW_NEEDED
        ]
        return [enough[0], *([enough[-1]] if len(enough) > 1 else [])] if enough else []


def changes(days: Sequence[SourceDay]) -> list[Change]:
    """Return how the make-up got worse within `days` of one source (oldest first), by day and measure.

    The test: for each measure and day, the mean over the newest days that hold 20 pages, or over the last
    seven days, is set against that of up to 28 days before. Both carry the variance of single pages and that
    between days (the moment estimator of DerSimonian & Laird 1986, Controlled Clinical Trials 7), since a
    source's pages differ from day to day more than by chance. The difference over its standard error is held
    against Student's t with as many degrees of freedom as there are days before, less one, at a one-sided
    error of 1e-5; and the move has to matter (`RULES`). After a change the days before it count no more: what
    it brought becomes the habit, and it is told once.
    """
    found = [change for measure in Measure for change in _of_measure(measure, days)]
    return sorted(found, key=lambda c: (c.since, c.measure))


def recent(days: Sequence[SourceDay], today: date) -> list[Change]:
    """Return the changes of the last 14 days that still last."""
    return [c for c in changes(days) if c.lasts and today - c.since < SHOWN]


def _of_measure(measure: Measure, days: Sequence[SourceDay]) -> list[Change]:
    rule = RULES[measure]
    series = _Series(rule, days)
    whole = len(series.days)
    found: list[Change] = []
    start = 0  # of the present habit
    for end in range(BASE_DAYS_NEEDED + 1, whole + 1):
        for first in series.windows(start, end):
            base = max(start, first - BASE_DAYS)
            if _worse(rule, series, base, first, end):
                before, after = series.pooled(base, first).mean, series.pooled(first, end).mean
                (newest, *_) = series.windows(0, whole) or [first]
                change = Change(
                    measure=measure,
                    since=series.days[end - 1],
                    before=_shown(measure, before),
                    after=_shown(measure, after),
                    lasts=rule.worse(before, series.pooled(newest, whole).mean),
                )
                found.append(change)
                start = first
                break
    return found


def _worse(rule: _Rule, series: _Series, base: int, first: int, end: int) -> bool:
    """Say whether days `first` to before `end` are worse than those from `base` to before `first`."""
    before, after = series.pooled(base, first), series.pooled(first, end)
    if first - base < BASE_DAYS_NEEDED or before.n < BASE_NEEDED or not rule.worse(before.mean, after.mean):
        return False
    spread = rule.spread(before)
    between = _between_days(series.samples[base:first], before.mean, spread)
    error = spread * (1 / before.n + 1 / after.n) + between * (1 / (first - base) + 1 / (end - first))
    from scipy.special import stdtrit  # slow to load, and most commands never ask

    bound = -float(stdtrit(first - base - 1, ERROR))
    return abs(after.mean - before.mean) >= bound * math.sqrt(error)


def _between_days(days: Sequence[_Sample], mean: float, spread: float) -> float:
    """Return the variance between days beyond that of single pages (DerSimonian & Laird)."""
    weights = [d.n / spread for d in days]
    whole = sum(weights)
    scatter = sum(w * (d.mean - mean) ** 2 for w, d in zip(weights, days, strict=True))
    return max(0.0, (scatter - (len(days) - 1)) / (whole - sum(w * w for w in weights) / whole))


def _shown(measure: Measure, mean: float) -> float:
    return math.expm1(mean) if measure in {Measure.TITLE, Measure.TEXT} else mean
