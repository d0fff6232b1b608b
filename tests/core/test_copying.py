"""The records moved to another database: all of them, or nothing."""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select, text

from core.contracts import What
from core.errors import BadUsage, RecordsUnusable, RegisterBroken, StageFailed
from core.records import Records, copying, decisions, open_records, saved
from core.records.decisions import Shown
from core.records.tables import AttemptRow, DecisionRow, FollowRow, SavedRow, SignatureRow, Table
from core.settings import load_settings
from tests.core.filled import ROWS, fill, row, rows
from tests.langnghe.conftest import in_a_process, killed_at
from tools.local_postgresql import Server

pytestmark = pytest.mark.services


@pytest.fixture
def server_url(postgresql: Server) -> str:
    return postgresql.database(f"t{uuid4().hex}")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[str], Records]]:
    """A function that opens records by URL, or in a file of its own."""
    made: list[Records] = []

    def one(url: str = "") -> Records:
        folder = tmp_path / f"data-{len(made)}"
        made.append(open_records(load_settings(data_dir=folder, database_url=url)))
        return made[-1]

    yield one
    for records in made:
        records.close()


Opened = Callable[..., Records]


def counted(records: Records) -> dict[str, int]:
    """How many rows each table has."""
    with records.read() as session:
        return copying.counts(session)


def held(records: Records) -> dict[str, list[dict[str, Any]]]:
    """All that the records hold, with what kinds of values."""
    with records.engine.connect() as connection:
        found = rows(connection, Table.metadata.sorted_tables)
    assert all(found.values())  # a table without a row would show nothing
    return found


def test_all_rows_of_all_tables_come_to_postgresql_and_back_as_they_were(
    opened: Opened, server_url: str
) -> None:
    here, server, back = opened(), opened(server_url), opened()
    fill(here)
    told: list[tuple[int, int]] = []

    there = copying.copy(here, server, lambda done, of: told.append((done, of)))
    again = copying.copy(server, back)

    assert held(here) == held(server) == held(back)
    assert there == again == counted(here) == dict.fromkeys(Table.metadata.tables, ROWS)
    assert told[-1] == (sum(there.values()), sum(there.values()))
    assert decisions.verify(server) == decisions.verify(back) == ROWS


def test_new_rows_are_numbered_after_those_that_were_copied(opened: Opened, server_url: str) -> None:
    here, server = opened(), opened(server_url)
    fill(here)
    copying.copy(here, server)
    for records in (here, server):
        with records.write() as session:
            for n, table in enumerate((FollowRow, SignatureRow, AttemptRow, SavedRow)):
                given = row(table.__table__, 50 + n)
                given.pop(table.__table__.autoincrement_column.name)
                session.add(table(**given))
                session.flush()
    assert held(here) == held(server)
    numbered = {t.name for t in Table.metadata.sorted_tables if t.autoincrement_column is not None}
    assert numbered == {"follows", "signatures", "attempts", "saved_searches"}


def test_a_target_that_holds_rows_is_refused_and_left_as_it_is(opened: Opened, server_url: str) -> None:
    here, server = opened(), opened(server_url)
    fill(here)
    copying.copy(here, server)
    before = held(server)
    with pytest.raises(BadUsage, match=r"holds records already \(.*runs 3"):
        copying.copy(here, server)
    with pytest.raises(BadUsage, match="the target is the database that is to be copied"):
        copying.copy(server, opened(server_url))
    with pytest.raises(BadUsage, match="the target is the database that is to be copied"):
        copying.copy(here, opened(str(here.engine.url)))
    assert held(server) == before


def test_records_without_rows_and_a_database_of_another_program_are_refused(
    opened: Opened, server_url: str
) -> None:
    with pytest.raises(BadUsage, match=r"records\.db are empty.*LANGNGHE_DATABASE_URL"):
        copying.copy(opened(), opened())
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text); CREATE TABLE theirs (id int)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    with pytest.raises(RecordsUnusable, match="belongs to another program"):
        opened(server_url)


def test_a_copy_that_is_killed_leaves_an_empty_target_and_is_begun_anew(
    opened: Opened, server_url: str, tmp_path: Path
) -> None:
    here = opened()
    fill(here)
    for target, at in ((server_url, "verify_in"), (f"sqlite:///{tmp_path}/new.db", "_advance_sequences")):

        def killed(url: str = target, step: str = at) -> None:
            with killed_at(copying, step):
                copying.copy(opened(str(here.engine.url)), opened(url))

        assert in_a_process(killed) == -signal.SIGKILL
        there = opened(target)
        assert set(counted(there).values()) == {0}
        copying.copy(here, there)
        assert held(there) == held(here)


def test_who_writes_during_a_copy_waits_until_the_rows_are_read(opened: Opened, server_url: str) -> None:
    def copied_while(source: Records, target: Records) -> bool:
        """Copy while another process changes a row; say whether it had done so when all were read."""
        other = opened(source.engine.url.render_as_string(hide_password=False))
        begun, written = threading.Event(), threading.Event()

        def write() -> None:
            begun.set()
            with other.write() as session:
                session.scalars(select(SavedRow)).first().name = "mới"  # type: ignore[union-attr]
                written.set()

        def tell(done: int, of: int) -> None:
            if done < 2 * ROWS:
                writer.start()
                begun.wait()
            early.append(written.is_set())

        early: list[bool] = []
        writer = threading.Thread(target=write)
        copying.copy(source, target, tell)
        writer.join(timeout=20)
        assert written.is_set()
        return any(early)

    here, server = opened(), opened(server_url)
    fill(here)
    assert not copied_while(here, server)
    assert not copied_while(server, opened())


def test_a_register_that_is_not_whole_is_not_copied(opened: Opened, server_url: str) -> None:
    here, server = opened(), opened(server_url)
    fill(here)
    with here.write() as session:
        session.get_one(DecisionRow, 2).why = "khác"
    with pytest.raises(RegisterBroken, match="decision 2"):
        copying.copy(here, server)
    assert set(counted(server).values()) == {0}


def test_a_nul_character_is_kept_by_no_database_and_breaks_no_seal(opened: Opened, server_url: str) -> None:
    here, server, third = opened(), opened(server_url), opened()
    for records in (here, server):
        saved.save_search(records, "lan", "a\0b", "queue", "q=x")
        shown = Shown(page_id="p", content_hash="h", model="m", severity=1, categories=(), seq=0)
        decisions.decide(records, "lan", What.CONFIRM, [shown], why="gọi\0rồi")
        assert [search.name for search in saved.saved_searches(records, "lan")] == ["a\ufffdb"]
        assert decisions.decisions(records)[0].why == "gọi\ufffdrồi"
        assert decisions.verify(records) == 1
    with here.engine.begin() as connection:  # as older versions wrote them
        connection.execute(text("UPDATE saved_searches SET name = 'c' || char(0)"))
    copying.copy(here, third)
    assert [search.name for search in saved.saved_searches(third, "lan")] == ["c\ufffd"]
    with here.engine.begin() as connection:
        connection.execute(text("UPDATE decisions SET why = 'c' || char(0)"))
    with pytest.raises(StageFailed, match="decision 1 holds a NUL"):
        copying.copy(here, opened())


def test_a_number_that_the_target_has_no_room_for_is_named(opened: Opened, server_url: str) -> None:
    here, server = opened(), opened(server_url)
    with here.write() as session:
        session.add(FollowRow(**row(FollowRow.__table__, 1) | {"number": 2**40}))
    with pytest.raises(StageFailed, match=r"table follows has a row.*integer"):
        copying.copy(here, server)
    assert set(counted(server).values()) == {0}
