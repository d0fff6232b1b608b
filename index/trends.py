"""What rose: the last seven days against the same days of the weeks before."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.contracts import Contract
from core.settings import WatchSettings
from index.engine import Bucket, FacetField, Query, Reader

WEEK = timedelta(days=7)

# Seven weeks back: long enough for a mean, short enough to follow the season.
BASELINE_WEEKS = 7
# With a single week before, chance and habit can't be told apart.
ENOUGH_WEEKS = 2
# A week with documents on fewer days was not collected whole (or lies before collecting began).
FULL_WEEK_DAYS = 5
# One-sided 5 % point of the normal distribution: beyond it a rise is more than the play of chance.
Z_MINIMUM = 1.645


class Rise(Contract):
    """A category, overall or in one `province`, that was found more often in `since` to `until` (inclusive).

    `expected` is what the `weeks` full weeks before lead one to expect, `ratio` is `count / expected`
    (null when nothing was expected), `z` how far beyond chance it is.
    """

    category: str
    province: str | None = None
    count: int
    expected: float
    ratio: float | None
    z: float
    weeks: int
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class _Windows:
    """The start of the last seven days and its total of documents; the same for each full week before."""

    start: date
    total: int
    before: Mapping[date, int]


def baseline_weeks(engine: Reader, today: date) -> int:
    """Return how many full weeks before the last seven days there are to compare with (at most seven).

    With fewer than `ENOUGH_WEEKS`, `rises` returns nothing, and whoever shows it should say why.
    """
    return len(_windows(engine, today).before)


def rises(engine: Reader, today: date, settings: WatchSettings) -> list[Rise]:
    """Return what rose in the seven days up to and with `today`, the most notable first.

    A rise is a category with at least `rise_minimum` relevant documents, at least `rise_ratio` times what
    was to be expected, and beyond chance (`Z_MINIMUM`). For each that rose overall, the provinces in which it
    rose by the same rule are listed too. Expected is the mean of the full weeks before
    (same weekdays, since windows are whole weeks), raised in proportion when more documents of any sort
    were collected than in those weeks, so that a new source is not taken for a rise.

    The order is by `z = 2 (sqrt(n + 3/8) - sqrt(m + 3/8)) / sqrt(1 + 1/weeks)`: the variance-stabilising
    transform of Poisson counts (Anscombe 1948, Biometrika 35, 246-254) with the uncertainty of a mean over
    few weeks.
    """
    windows = _windows(engine, today)
    if len(windows.before) < ENOUGH_WEEKS:
        return []
    query = Query(since=min(windows.before), until=today)
    found = []
    for category, counts in _by_window(engine, query, "category", windows.start).items():
        if rise := _judge(windows, counts, settings, category):
            found.append(rise)
            local = _by_window(
                engine, query.model_copy(update={"categories": (category,)}), "province", windows.start
            )
            judged = (_judge(windows, c, settings, category, province) for province, c in local.items())
            found += filter(None, judged)
    return sorted(found, key=lambda r: (-r.z, r.category, r.province or ""))


def _windows(engine: Reader, today: date) -> _Windows:
    """Count documents of any sort by window: what was collected, not what it says."""
    start = today - timedelta(days=6)
    query = Query(relevant=None, since=start - BASELINE_WEEKS * WEEK, until=today)
    days: dict[date, list[int]] = defaultdict(list)
    for bucket in engine.counts(query):
        days[_window(bucket, start)].append(bucket.count)
    full = {s: sum(counts) for s, counts in days.items() if s < start and len(counts) >= FULL_WEEK_DAYS}
    return _Windows(start, sum(days[start]), full)


def _window(bucket: Bucket, start: date) -> date:
    return start + (bucket.start - start).days // 7 * WEEK


def _by_window(engine: Reader, query: Query, by: FacetField, start: date) -> dict[str, Counter[date]]:
    found: dict[str, Counter[date]] = defaultdict(Counter)
    for bucket in engine.counts(query, by=by):
        found[bucket.value][_window(bucket, start)] += bucket.count
    return found


def _judge(
    windows: _Windows,
    counts: Counter[date],
    settings: WatchSettings,
    category: str,
    province: str | None = None,
) -> Rise | None:
    weeks = len(windows.before)
    count = counts[windows.start]
    mean = sum(counts[s] for s in windows.before) / weeks
    collected = windows.total / (sum(windows.before.values()) / weeks)
    expected = mean * max(1.0, collected)
    z = 2 * (math.sqrt(count + 3 / 8) - math.sqrt(expected + 3 / 8)) / math.sqrt(1 + 1 / weeks)
    if count < settings.rise_minimum or count < settings.rise_ratio * expected or z < Z_MINIMUM:
        return None
    return Rise(
        category=category,
        province=province,
        count=count,
        expected=round(expected, 2),
        ratio=round(count / expected, 2) if expected else None,
        z=round(z, 2),
        weeks=weeks,
        since=windows.start,
        until=windows.start + timedelta(days=6),
    )
