"""All records copied into another database, whole or not at all."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from core.errors import BadUsage, StageFailed
from core.records.claims import held, hold
from core.records.database import Records
from core.records.decisions import verify_in
from core.records.opening import shown
from core.records.tables import DecisionRow, Table

BATCH = 1_000  # rows in memory at once; the largest are signatures of long texts, of some kilobytes

OnProgress = Callable[[int, int], None]


def copy(source: Records, target: Records, on_progress: OnProgress = lambda done, of: None) -> dict[str, int]:
    """Copy every row of `source` into `target`, which must be empty; return how many each table has.

    One transaction: a copy that is cut off leaves `target` empty, and is begun anew. Nobody writes to
    `source` while its rows are read; who would waits, and gives up after `BUSY_S`. The copy is kept only if
    both have as many rows in each table and the register of decisions is whole in `target`. `on_progress`
    hears how many rows are copied, of how many.

    Raises BadUsage for a source without rows, a target that holds some and one that is the source;
    StageFailed for rows that `target` can't hold; RegisterBroken, RecordsUnavailable.
    """
    _refuse_the_same(source, target)
    with target.write() as session:
        _refuse_rows(session)
        with source.write() as origin:
            there = counts(origin)
            total, done = sum(there.values()), 0
            if not total:
                raise BadUsage(
                    f"the records {shown(source.engine.url)} are empty, there is nothing to copy; see which"
                    " LANGNGHE_DATABASE_URL (or database_url) names"
                )
            for table, rows in _batches(origin):
                _add(session, table, rows)
                done += len(rows)
                on_progress(done, total)
        copied = counts(session)
        if changed := [name for name in there if there[name] != copied[name]]:
            raise StageFailed(
                f"not all rows came over ({', '.join(changed)}); nothing was copied: copy again"
            )
        _advance_sequences(session)
        verify_in(session)
    return copied


def counts(session: Session) -> dict[str, int]:
    """Return how many rows each table has, by its name."""
    return {
        table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Table.metadata.sorted_tables
    }


def _refuse_rows(session: Session) -> None:
    if held := [f"{name} {count}" for name, count in counts(session).items() if count]:
        raise BadUsage(
            f"the target holds records already ({', '.join(held)} rows); name an empty database,"
            " or empty that one if nobody needs it"
        )


def _refuse_the_same(source: Records, target: Records) -> None:
    """Refuse a target that is the source by another name: what is claimed in the one is held in the other."""
    name = f"copy:{uuid4()}"
    with hold(source, name):
        if held(target, name):
            raise BadUsage("the target is the database that is to be copied; name an empty one")


def _batches(session: Session) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    for table in Table.metadata.sorted_tables:
        with session.execute(sa.select(table).execution_options(yield_per=BATCH)) as rows:
            for part in rows.mappings().partitions():
                yield table, [dict(row) for row in part]


def _add(session: Session, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if table is DecisionRow.__table__:
        for row in rows:  # what is sealed can't be made storable
            if any("\0" in value for value in row.values() if isinstance(value, str)):
                raise StageFailed(
                    f"decision {row['seq']} holds a NUL character, which can't be copied without breaking"
                    " its seal; nothing was copied"
                )
    try:
        session.execute(sa.insert(table), rows)
    except DataError as error:
        raise StageFailed(
            f"table {table.name} has a row that the target can't hold: {str(error.orig).splitlines()[0]};"
            " nothing was copied"
        ) from error


def _advance_sequences(session: Session) -> None:
    """Let PostgreSQL number new rows after those that were copied; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in Table.metadata.sorted_tables:
        column = table.autoincrement_column
        highest = None if column is None else session.scalar(sa.select(sa.func.max(column)))
        if column is not None and highest is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            session.execute(sa.select(sa.func.setval(sequence, highest)))
