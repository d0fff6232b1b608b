"""From a filter to the condition of a statement. Values are always bound, never written into it."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from core.contracts import VIETNAM
from index.effective import moment
from index.expression import Comparison, Filter, FilterField

_COLUMNS: dict[FilterField, str] = {
    "source": "d.source",
    "type": "d.type",
    "kind": "d.kind",
    # Null, which has no value, would make neither a condition nor its contrary hold.
    "sentiment": "ifnull(d.sentiment, '')",
    "state": "d.state",
    "group": "d.grp",
}
# Fields of which several values make one list.
LISTED = {*_COLUMNS, "category", "province"}
_DECIDED = "d.id IN (SELECT page_id FROM triage WHERE seq > 0)"

Value = str | int


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement and the values for its question marks, in order."""

    text: str
    values: list[Value] = field(default_factory=list)


def holds(asked: Filter) -> Sql:
    """Return what a row `d` of `documents` must meet; it is never null."""
    sign, value = asked.comparison, asked.value
    match asked.field:
        case "relevant" | "possibly_grave":
            # Written out, because an index on these only serves where the statement says so itself.
            return Sql(f"d.{asked.field} = {int(value == 'true')}")
        case "decided":
            return Sql(_DECIDED if value == "true" else f"NOT ({_DECIDED})")
        case "severity":
            return Sql(f"d.severity {sign} ?", [int(value)])
        case "day":
            return _dated(sign, date.fromisoformat(value))
        case "first_fetched":
            return Sql(f"d.first_fetched {sign} ?", [value])
    return equal(asked.field, [value])


def equal(name: FilterField, values: Sequence[str]) -> Sql:
    """Return the condition that a field in `LISTED` has one of `values`."""
    marks = ", ".join("?" * len(values))
    if name in ("category", "province"):
        table = "categories" if name == "category" else "provinces"
        return Sql(f"d.doc IN (SELECT doc FROM {table} WHERE value IN ({marks}))", list(values))
    return Sql(f"{_COLUMNS[name]} IN ({marks})", list(values))


def _dated(sign: Comparison, day: date) -> Sql:
    """Return the condition on the day in Vietnam, in terms of stamps, for which there is an index."""
    begins, ends = Sql("d.stamp >= ?", [_begin(day)]), Sql("1")
    if day < date.max:
        ends = Sql("d.stamp < ?", [_begin(day + timedelta(days=1))])
    match sign:
        case ">=":
            return begins
        case "<=":
            return ends
        case "<":
            return Sql(f"NOT ({begins.text})", begins.values)
        case ">":
            return Sql(f"NOT ({ends.text})", ends.values)
    return Sql(f"{begins.text} AND {ends.text}", begins.values + ends.values)


def _begin(day: date) -> str:
    """Return the stamp at which `day` begins in Vietnam."""
    try:
        return moment(datetime.combine(day, time(), VIETNAM))
    except OverflowError:  # The first day of the calendar begins, in UTC, before it.
        return ""
