"""The schema of the records goes forward and back, with rows in every table."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text

from core.records import Records
from core.records.database import MIGRATIONS
from tests.core.filled import ROWS, fill_empty, rows

Rows = Mapping[str, list[dict[str, Any]]]

CONFIG = Config()
CONFIG.set_main_option("script_location", str(MIGRATIONS))
REVISIONS = [script.revision for script in ScriptDirectory.from_config(CONFIG).walk_revisions()][::-1]
# What a step changes on purpose, by the later revision: tables, and columns of others.
CHANGED = {"0002": {"signatures", "partitions.indexed_at"}}


def migrated(records: Records, revision: str) -> Rows:
    """All rows once the schema is that of `revision`."""
    with records.engine.execution_options(write=True).begin() as connection:
        CONFIG.attributes["connection"] = connection
        now = connection.scalar(text("SELECT version_num FROM alembic_version"))
        forward = REVISIONS.index(revision) > REVISIONS.index(now)
        (command.upgrade if forward else command.downgrade)(CONFIG, revision)
    return held(records)


def held(records: Records, *, filled: bool = False) -> Rows:
    """All rows of the tables that there are, once the empty ones are `filled`."""
    with records.engine.execution_options(write=True).begin() as connection:
        found = MetaData()
        found.reflect(connection)
        tables = [table for table in found.sorted_tables if table.name != "alembic_version"]
        if filled:
            fill_empty(connection, tables)
        return rows(connection, tables)


def shared(one: Rows, other: Rows, changed: set[str]) -> Rows:
    """What `one` has of tables and columns that are in both, but those that were changed."""
    return {
        name: [
            {c: v for c, v in row.items() if c in other[name][0] and f"{name}.{c}" not in changed}
            for row in one[name]
        ]
        for name in one.keys() & other.keys() - changed
    }


@pytest.mark.parametrize(("before", "after"), [*pairwise(REVISIONS)])
def test_every_step_forward_back_and_forward_again_keeps_the_rows(
    records: Records, before: str, after: str
) -> None:
    changed = CHANGED.get(after, set())
    migrated(records, before)
    old = held(records, filled=True)
    migrated(records, after)
    new = held(records, filled=True)  # a new table has rows as well
    assert {len(found) for found in (*old.values(), *new.values())} == {ROWS}
    assert shared(old, new, changed) == shared(new, old, changed)
    back = migrated(records, before)
    assert shared(back, new, changed) == shared(new, back, changed)
    assert back.keys() == old.keys()
    again = migrated(records, after)
    assert shared(again, back, changed) == shared(back, again, changed)
    assert again.keys() == new.keys()
