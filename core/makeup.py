"""Whether a site's make-up changed, so that its pages are read worse than before."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from scipy.special import stdtrit

from core.contracts import Contract
from core.source_days import Makeup, SourceDay

BASE_DAYS = 28  # the make-up before: four weeks, so that each weekday counts alike
BASE_DAYS_NEEDED, BASE_NEEDED = 7, 50  # fewer days or pages are no habit
WINDOW_DAYS, WINDOW_NEEDED = 7, 20  # the newest days that hold 20 pages, a week at most
# One-sided error of a test: 8 measures on 30 days, 240 tests in a source's month, give 0.002 false alarms.
ERROR = 1e-5
HISTORY = timedelta(days=120)  # that callers give; older days move no result of the last weeks
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


Series = Sequence[tuple[date, _Sample]]  # of one measure, by day


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
    series = [(d.day, sample) for d in days if (sample := rule.sample(d.makeup)).n]
    newest = _windows(series)
    found: list[Change] = []
    start = 0  # of the present habit
    for at in range(BASE_DAYS_NEEDED, len(series)):
        for size in _windows(series[start : at + 1]):
            first = at + 1 - size
            before = _samples(series[max(start, first - BASE_DAYS) : first])
            after = _samples(series[first : at + 1])
            if not _worse(rule, before, after):
                continue
            lasts = bool(newest) and _matters(rule, before, _samples(series[-newest[0] :]))
            means = [_shown(measure, _pooled(part).mean) for part in (before, after)]
            since = series[at][0]
            found.append(Change(measure=measure, since=since, before=means[0], after=means[1], lasts=lasts))
            start = first
            break
    return found


def _windows(series: Series) -> list[int]:
    """Return over how many of the newest days to look: until they hold enough pages, and a week of them."""
    within = [s for day, s in series if (series[-1][0] - day).days < WINDOW_DAYS]
    enough = [n for n in range(1, len(within) + 1) if sum(s.n for s in within[-n:]) >= WINDOW_NEEDED]
    return sorted({enough[0], enough[-1]}) if enough else []


def _samples(series: Series) -> list[_Sample]:
    return [sample for _, sample in series]


def _worse(rule: _Rule, before: Sequence[_Sample], after: Sequence[_Sample]) -> bool:
    if len(before) < BASE_DAYS_NEEDED or sum(s.n for s in before) < BASE_NEEDED:
        return False
    if not _matters(rule, before, after):
        return False
    base, now = _pooled(before), _pooled(after)
    spread = rule.spread(base)
    between = _between_days(before, base.mean, spread)
    error = spread * (1 / base.n + 1 / now.n) + between * (1 / len(before) + 1 / len(after))
    bound = -float(stdtrit(len(before) - 1, ERROR))
    return abs(now.mean - base.mean) >= bound * math.sqrt(error)


def _matters(rule: _Rule, before: Sequence[_Sample], after: Sequence[_Sample]) -> bool:
    return rule.worse(_pooled(before).mean, _pooled(after).mean)


def _pooled(samples: Sequence[_Sample]) -> _Sample:
    return _Sample(*(sum(part) for part in zip(*samples, strict=True)))


def _between_days(days: Sequence[_Sample], mean: float, spread: float) -> float:
    """Return the variance between days beyond that of single pages (DerSimonian & Laird)."""
    weights = [d.n / spread for d in days]
    whole = sum(weights)
    scatter = sum(w * (d.mean - mean) ** 2 for w, d in zip(weights, days, strict=True))
    return max(0.0, (scatter - (len(days) - 1)) / (whole - sum(w * w for w in weights) / whole))


def _shown(measure: Measure, mean: float) -> float:
    return math.expm1(mean) if measure in {Measure.TITLE, Measure.TEXT} else mean
