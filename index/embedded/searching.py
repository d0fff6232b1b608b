"""Search, facets and counts, within an open transaction."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from index import cursor
from index.asked import asked
from index.embedded.filtering import Sql
from index.embedded.matching import condition, tier
from index.embedded.reading import hits
from index.engine import Bucket, Count, FacetField, Hit, Order, Query, Results
from index.expression import Expression

_COLUMNS: dict[FacetField, str] = {
    "category": "category.value",
    "province": "province.value",
    "severity": "d.severity",
    "kind": "d.kind",
    "sentiment": "d.sentiment",
    "source": "d.source",
    "type": "d.type",
    "state": "d.state",
}
_JOINS: dict[FacetField, str] = {
    "category": " JOIN categories AS category ON category.doc = d.doc",
    "province": " JOIN provinces AS province ON province.doc = d.doc",
}
_COUNTED = "d.doc, d.severity, d.kind, d.sentiment, d.source, d.type, d.state"
_ALL = -1  # what SQLite calls no limit
_AT_ONCE = 200  # hits made from one reading of bodies
# The proleptic day 1 was a Monday.
_PERIODS = {"day": "d.day", "week": "d.day - (d.day - 1) % 7"}


def search(connection: sqlite3.Connection, query: Query) -> Results:
    """Return a page of hits as `index.engine.Engine.search` says."""
    expression = asked(query)
    where = condition(expression)
    counted = "count(DISTINCT d.grp)" if query.grouped else "count(*)"
    (total,) = connection.execute(
        f"SELECT {counted} FROM documents d WHERE {where.text}", where.values
    ).fetchone()
    page = _page(query, expression, where, query.limit + 1)
    rows = connection.execute(page.text, page.values).fetchall()
    shown = rows[: query.limit]
    return Results(
        hits=hits(connection, [r[0] for r in shown], expression, {r[0]: r[2] - 1 for r in shown}),
        total=total,
        next_cursor=cursor.encode(query.order, shown[-1][1]) if len(rows) > query.limit else None,
    )


def scan(connection: sqlite3.Connection, query: Query) -> Iterator[Hit]:
    """Yield every hit as `index.engine.Engine.scan` says, as long as the transaction is open."""
    expression = asked(query)
    page = _page(query.model_copy(update={"cursor": None}), expression, condition(expression), _ALL)
    found = connection.execute(page.text, page.values)
    while rows := found.fetchmany(_AT_ONCE):
        yield from hits(connection, [r[0] for r in rows], expression, {r[0]: r[2] - 1 for r in rows})


def facets(
    connection: sqlite3.Connection, query: Query, fields: Sequence[FacetField], limit: int
) -> dict[FacetField, list[Count]]:
    """Return counts of values as `index.engine.Engine.facets` says."""
    where = condition(asked(query))
    # What matches is found once for all fields.
    matched = f"WITH matched AS MATERIALIZED (SELECT {_COUNTED} FROM documents d WHERE {where.text})"
    each = " UNION ALL ".join(
        f"SELECT '{field}', {_COLUMNS[field]}, count(*) FROM matched d{_JOINS.get(field, '')}"
        f" WHERE {_COLUMNS[field]} IS NOT NULL GROUP BY 2"
        for field in fields
    )
    found: dict[FacetField, list[Count]] = {field: [] for field in fields}
    for field, value, n in connection.execute(f"{matched} {each}", where.values) if fields else ():
        found[field].append(Count(value=str(value), count=n))
    return {field: sorted(made, key=lambda c: (-c.count, c.value))[:limit] for field, made in found.items()}


def counts(
    connection: sqlite3.Connection, query: Query, interval: Literal["day", "week"], by: FacetField | None
) -> list[Bucket]:
    """Return counts over time as `index.engine.Engine.counts` says."""
    where = condition(asked(query))
    column, joined = (_COLUMNS[by], _JOINS.get(by, "")) if by else ("''", "")
    rows = connection.execute(
        f"SELECT {_PERIODS[interval]}, {column}, count(*) FROM documents d{joined}"
        f" WHERE {where.text} AND {column} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
        where.values,
    )
    return [Bucket(start=date.fromordinal(start), value=str(value), count=n) for start, value, n in rows]


def _page(query: Query, expression: Expression, where: Sql, rows: int) -> Sql:
    """Return the statement for so many rows past the cursor: document, key, size of its group."""
    key, rising = _key(query.order, expression)
    after, direction, first = (">", "ASC", "min") if rising else ("<", "DESC", "max")
    past = cursor.decode(query.order, query.cursor) if query.cursor is not None else None
    matched = f"SELECT d.doc, {key.text} AS key, d.grp FROM documents d WHERE {where.text}"
    values = key.values + where.values
    if query.grouped:
        # SQLite takes the other columns of a group from the row that holds its min or max.
        text = f"SELECT doc, {first}(key) AS key, count(*) FROM ({matched}) GROUP BY grp"
        text += f" HAVING {first}(key) {after} ?" if past is not None else ""
    else:
        text = f"SELECT doc, key, 1 FROM ({matched})"
        text += f" WHERE key {after} ?" if past is not None else ""
    text += f" ORDER BY key {direction} LIMIT ?"
    return Sql(text, [*values, *([past] if past is not None else []), rows])


def _key(order: Order, expression: Expression) -> tuple[Sql, bool]:
    """Return the key that orders, unique for each document, and whether it rises."""
    if order == "queue":
        return Sql("d.place"), True
    if order == "newest":
        return Sql("d.stamp"), False
    level = tier(expression)
    return Sql(f"{level.text} || d.stamp", level.values), False
