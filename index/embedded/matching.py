"""From a query to the conditions of a statement. Values are always bound, never written into it."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from core.contracts import VIETNAM
from index.effective import moment
from index.engine import Query
from index.words import Term

_ANYWHERE = "{title lead text}"
_TITLE = "{title}"

Value = str | int


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement and the values for its question marks, in order."""

    text: str
    values: list[Value] = field(default_factory=list)


def join(conditions: Iterable[Sql]) -> Sql:
    """Return the conditions joined by and; true when there is none."""
    made = list(conditions)
    return Sql(" AND ".join(c.text for c in made) or "1", [v for c in made for v in c.values])


def condition(query: Query, terms: Sequence[Term]) -> Sql:
    """Return what a row `d` of `documents` must meet."""
    return join([*_filters(query), *_contains(terms), *_lacks(terms)])


def tier(terms: Sequence[Term]) -> Sql:
    """Return how well a row `d` that meets the condition does so.

    2: all terms in the title; 1: exactly as typed; 0: only by the bare spelling.
    """
    wanted = [t for t in terms if not t.negated]
    if not wanted:
        return Sql("'1'")
    title = join(_literally(wanted, _TITLE))
    exactly = join(_literally([t for t in wanted if t.exact], _ANYWHERE))
    return Sql(
        f"CASE WHEN {title.text} THEN '2' WHEN {exactly.text} THEN '1' ELSE '0' END",
        title.values + exactly.values,
    )


def _filters(query: Query) -> Iterable[Sql]:
    if query.relevant is not None:
        # Written out, because an index on the relevant only serves where the statement says so itself.
        yield Sql(f"d.relevant = {int(query.relevant)}")
    if query.decided is not None:
        which = "IN" if query.decided else "NOT IN"
        yield Sql(f"d.id {which} (SELECT page_id FROM triage WHERE seq > 0)")
    for column, values in (
        ("source", query.sources),
        ("type", query.types),
        ("kind", query.kinds),
        ("sentiment", query.sentiments),
        ("state", query.states),
    ):
        if values:
            yield Sql(f"d.{column} IN ({_marks(values)})", list(values))
    for table, values in (("categories", query.categories), ("provinces", query.provinces)):
        if values:
            inner = f"SELECT doc FROM {table} WHERE value IN ({_marks(values)})"
            yield Sql(f"d.doc IN ({inner})", list(values))
    if query.severity_min:
        yield Sql("d.severity >= ?", [query.severity_min])
    if query.group is not None:
        yield Sql("d.grp = ?", [query.group])
    if query.since is not None:
        yield Sql("d.stamp >= ?", [_begin(query.since)])
    if query.until is not None and query.until < date.max:
        yield Sql("d.stamp < ?", [_begin(query.until + timedelta(days=1))])


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _begin(day: date) -> str:
    """Return the stamp at which `day` begins in Vietnam."""
    try:
        return moment(datetime.combine(day, time(), VIETNAM))
    except OverflowError:  # The first day of the calendar begins, in UTC, before it.
        return ""


def _contains(terms: Sequence[Term]) -> Iterable[Sql]:
    exact = [t for t in terms if t.exact and not t.negated]
    folded = [t for t in terms if not t.exact and not t.negated]
    if exact:
        yield _in("exact", " AND ".join(map(_exact_or_bare, exact)))
    if folded:
        yield _in("folded", _all(folded, _ANYWHERE))


def _lacks(terms: Sequence[Term]) -> Iterable[Sql]:
    exact = [t for t in terms if t.exact and t.negated]
    folded = [t for t in terms if not t.exact and t.negated]
    if exact:
        # Not the bare spelling as well: it may be another word, and what is hidden is not seen.
        yield _in("exact", _any(exact), "NOT IN")
    if folded:
        yield _in("folded", _any(folded), "NOT IN")


def _literally(terms: Sequence[Term], columns: str) -> Iterable[Sql]:
    exact = [t for t in terms if t.exact]
    folded = [t for t in terms if not t.exact]
    if exact:
        yield _in("exact", _all(exact, columns))
    if folded:
        yield _in("folded", _all(folded, columns))


def _in(table: str, expression: str, how: str = "IN") -> Sql:
    inner = f"SELECT rowid FROM {table} WHERE {table} MATCH ?"
    return Sql(f"d.doc {how} ({inner})", [expression])


def _all(terms: Sequence[Term], columns: str) -> str:
    return f"{columns} : ({' AND '.join(map(_phrase, terms))})"


def _any(terms: Sequence[Term]) -> str:
    return f"{_ANYWHERE} : ({' OR '.join(map(_phrase, terms))})"


def _exact_or_bare(term: Term) -> str:
    bare = f"(bare : 1 AND {_ANYWHERE} : {_phrase(term.folded())})"
    return f"({_ANYWHERE} : {_phrase(term)} OR {bare})"


def _phrase(term: Term) -> str:
    """Return an FTS5 phrase. Words are letters and digits only, so that nothing in them is syntax."""
    return f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")
