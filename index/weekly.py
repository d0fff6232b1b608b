"""The numbers of one ISO week beside the weeks before: what the weekly report prints."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from core.contracts import VIETNAM, Contract, PageType
from core.errors import BadUsage
from index.engine import FacetField, Query, Reader

WEEK = timedelta(days=7)
# Four weeks back are compared: about a month, as reports in administration do.
WEEKS_BEFORE = 4
GRAVEST = 10
GRAVE_ENOUGH = 2  # a concrete case; below it lie awareness and policy, which are no cases
# More than there are sources, provinces or categories, so that no value is cut off.
ALL_VALUES = 10_000


class Figure(Contract):
    """A count with the week before (null when nothing at all was collected then) and the mean of up to four
    weeks before in which something was collected (null when there is none).
    """

    count: int
    before: int | None
    mean: float | None


class Row(Contract):
    """The figure of one value: a category code, a province, a source id, a level, a kind or a tone."""

    value: str
    figure: Figure


class WeeklyNumbers(Contract):
    """One ISO week (`2026-W47`, `since` Monday to `until` Sunday, Vietnam) in numbers.

    `collected` counts documents of any sort, all else relevant ones only. `weeks_before` of the four weeks
    before had documents at all. Rows are the most frequent first and hold every value that was found in
    this week or the four before. `sentiment` covers comments and posts. `gravest` are the page ids of at
    most ten texts of severity 2 or 3 in the queue's order, one per thread or duplicate leader, in any state.
    """

    week: str
    since: date
    until: date
    weeks_before: int
    collected: Figure
    relevant: Figure
    severity: tuple[Row, ...]
    categories: tuple[Row, ...]
    provinces: tuple[Row, ...]
    sources: tuple[Row, ...]
    kinds: tuple[Row, ...]
    sentiment: tuple[Row, ...]
    states: tuple[Row, ...]
    gravest: tuple[str, ...]


def last_complete_week(now: datetime) -> str:
    """Return the ISO week (`2026-W47`) before the one in which `now` falls in Vietnam."""
    year, week, _ = (now.astimezone(VIETNAM).date() - WEEK).isocalendar()
    return f"{year}-W{week:02}"


def week_start(week: str) -> date:
    """Return the Monday of an ISO week from 2000 on, written `2026-W47`. Raises BadUsage for others."""
    match = re.fullmatch(r"(2\d{3})-W(\d{2})", week, re.ASCII)
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else _refuse(week)
    except ValueError:
        return _refuse(week)


def weekly_numbers(engine: Reader, week: str) -> WeeklyNumbers:
    """Return the numbers of ISO week `week`. Raises BadUsage when it isn't one."""
    monday = week_start(week)
    mondays = [monday - n * WEEK for n in range(WEEKS_BEFORE + 1)]
    collected = [_total(engine, _query(m, relevant=None)) for m in mondays]
    had = [n for n in range(1, WEEKS_BEFORE + 1) if collected[n]]

    def rows(field: FacetField, types: tuple[PageType, ...] = ()) -> tuple[Row, ...]:
        found = [_facet(engine, _query(m, types=types), field) for m in mondays]
        values = {value for week_found in found for value in week_found}
        made = (Row(value=v, figure=_figure([f.get(v, 0) for f in found], had)) for v in values)
        return tuple(sorted(made, key=lambda r: (-r.figure.count, r.value)))

    return WeeklyNumbers(
        week=week,
        since=monday,
        until=monday + timedelta(days=6),
        weeks_before=len(had),
        collected=_figure(collected, had),
        relevant=_figure([_total(engine, _query(m)) for m in mondays], had),
        severity=rows("severity"),
        categories=rows("category"),
        provinces=rows("province"),
        sources=rows("source"),
        kinds=rows("kind"),
        sentiment=rows("sentiment", (PageType.COMMENT, PageType.POST)),
        states=rows("state"),
        gravest=_gravest(engine, monday),
    )


def _refuse(week: str) -> date:
    raise BadUsage(f"week {week!r} is not an ISO week; write it like 2026-W47")


def _query(monday: date, relevant: bool | None = True, types: tuple[PageType, ...] = ()) -> Query:
    return Query(relevant=relevant, types=types, since=monday, until=monday + timedelta(days=6))


def _total(engine: Reader, query: Query) -> int:
    return sum(bucket.count for bucket in engine.counts(query, "week"))


def _facet(engine: Reader, query: Query, field: FacetField) -> Mapping[str, int]:
    return {c.value: c.count for c in engine.facets(query, [field], limit=ALL_VALUES)[field]}


def _figure(counts: Sequence[int], had: Iterable[int]) -> Figure:
    """Make a figure of the counts of this week and the four before; `had` are those that had documents."""
    before = [counts[n] for n in had]
    return Figure(
        count=counts[0],
        before=counts[1] if 1 in had else None,
        mean=sum(before) / len(before) if before else None,
    )


def _gravest(engine: Reader, monday: date) -> tuple[str, ...]:
    asked = {"severity_min": GRAVE_ENOUGH, "grouped": True, "order": "queue", "limit": GRAVEST}
    query = _query(monday).model_copy(update=asked)
    return tuple(hit.document.id for hit in engine.search(query).hits)
