"""Rows for every table there is: of new ones too, so that no test of them all forgets one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.contracts import What
from core.records import Records
from core.records.decisions import Shown, decide
from core.records.tables import Table

ROWS = 3
FREE = ("text", "detail", "why")  # may be of any length; others are or become parts of keys
LONG = "Một câu rất dài. " * 20_000
_VIETNAM_SUMMER = datetime(2026, 7, 1, 6, 30, 0, 123456, tzinfo=UTC)


def fill(records: Records) -> None:
    """Put rows into every table; decisions as people make them, in their chain."""
    with records.write() as session:
        fill_empty(session.connection(), [t for t in Table.metadata.sorted_tables if t.name != "decisions"])
    for n in range(ROWS):
        shown = Shown(page_id=f"p{n}", content_hash="h", model="m", severity=n, categories=("a",), seq=0)
        decide(records, "lan", What.CONFIRM, [shown], why="đã gọi")


def fill_empty(connection: Connection, tables: list[sa.Table]) -> None:
    """Put rows into those of `tables` that have none."""
    for table in tables:
        if connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0:
            connection.execute(sa.insert(table), [row(table, n) for n in range(ROWS)])


def rows(connection: Connection, tables: list[sa.Table]) -> dict[str, list[dict[str, Any]]]:
    """All rows of `tables` by table, in order of their keys."""
    return {
        table.name: [
            dict(found)
            for found in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
        ]
        for table in tables
    }


def row(table: sa.Table, number: int) -> dict[str, Any]:
    """The values of a row; no two rows of a table share any that may be a key."""
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: sa.Column[Any], number: int) -> Any:
    if column.nullable and number == 0:
        return None
    kind = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
    match kind:
        case sa.BigInteger():
            return (-1) ** number * (2**63 - 1 - number)
        case sa.Boolean():
            return number % 2 == 1
        case sa.Integer():
            return 100 + number
        case sa.Float():
            return number + 0.1
        case sa.DateTime():
            return _VIETNAM_SUMMER + timedelta(days=number)
        case sa.Date():
            return date(2026, 7, 1) + timedelta(days=number)
        case sa.JSON():
            return {"tỉnh": ["Đà Nẵng", None, 1.5, {"n": 2**53}], "x": "\0"}
        case sa.LargeBinary():
            return bytes(range(256)) * (1 + number)
        case sa.String():
            free = column.name in FREE and number == 2
            return f"{number} 🙂\t\n{LONG}" if free else f"{column.name}-{number}"
    raise AssertionError(column)  # a kind of column that no table had
