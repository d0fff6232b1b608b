"""Documents on their way out of the file, so that nothing of their texts stays in it."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
import json
from collections.abc import Collection

from core.errors import IndexUnavailable
from index.asked import asked
from index.embedded.database import BUSY_S, Database
from index.embedded.matching import condition
from index.embedded.schema import TEXT_TABLES
from index.embedded.writing import remove as remove_documents
from index.engine import Query

AT_ONCE = 500  # documents removed in one transaction, which holds writers up for well under a second
ERASING_S = BUSY_S  # how long readers are waited for before what is erased is gone from the journal
# Pages of a text table merged in one transaction, for the same reason.
_MERGED = 500


def remove(database: Database, page_ids: Collection[str]) -> int:
    """Remove documents and verdicts as `index.engine.Engine.remove` says; return how many were held."""
    if not page_ids:
        return 0
    gone, wanted = 0, list(page_ids)
    for start in range(0, len(wanted), AT_ONCE):
        listed = [json.dumps(wanted[start : start + AT_ONCE])]
        with database.writing() as connection:
            rows = connection.execute(
                "SELECT doc FROM documents WHERE id IN (SELECT value FROM json_each(?))", listed
            ).fetchall()
            remove_documents(connection, [doc for (doc,) in rows])
            connection.execute("DELETE FROM triage WHERE page_id IN (SELECT value FROM json_each(?))", listed)
            gone += len(rows)
    _purge(database)  # even if nothing was held: a kill may have come between
    if not empty_journal(database, ERASING_S):
        raise IndexUnavailable(f"the index {database.path} is being read, its journal stays; run again")
    return gone


def prune(database: Database, query: Query) -> int:
    """Remove all that `query` matches as `index.engine.Engine.prune` says; return how many."""
    where = condition(asked(query))
    gone = 0
    while True:
        with database.writing() as connection:
            rows = connection.execute(
                f"SELECT d.doc FROM documents d WHERE {where.text} LIMIT {AT_ONCE}", where.values
            ).fetchall()
            remove_documents(connection, [doc for (doc,) in rows])
        if not rows:
            break
        gone += len(rows)
    if gone:
        _purge(database)
        empty_journal(database, 0.0)  # while somebody reads it stays, and is written over by and by
    return gone


def _purge(database: Database) -> None:
    """Leave nothing of what was removed in the file.

    A text table marks words as gone and drops them when its parts are merged into one. Pages are then
    copied to where they are packed, for freed pages and room within pages still hold what was there.
    """
    for table in TEXT_TABLES:
        _merge(database, table, -_MERGED)
        while _merge(database, table, _MERGED):
            pass
    with database.lent() as connection:
        connection.execute("PRAGMA temp_store = FILE")  # a copy of the whole may be larger than memory
        try:
            connection.execute("VACUUM")
        finally:
            connection.execute("PRAGMA temp_store = MEMORY")


def empty_journal(database: Database, wait_s: float) -> bool:
    """Cut off the journal, which holds what was removed until it is written over; say if nobody reads."""
    with database.lent() as connection:
        connection.execute(f"PRAGMA busy_timeout = {wait_s * 1000:.0f}")
        try:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000:.0f}")
    return not busy


def _merge(database: Database, table: str, pages: int) -> bool:
    """Merge parts of a text table, a negative number of `pages` to begin with; say whether there is more."""
    with database.writing() as connection:
        before = connection.total_changes
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", [pages])
        return connection.total_changes - before > 1
