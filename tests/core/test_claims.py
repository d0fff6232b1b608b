"""Claims hold among processes and threads, and end with who holds them."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from structlog.testing import capture_logs

from core.errors import RecordsUnavailable
from core.records import Records, claims, open_records
from core.records.claims import held, hold
from core.settings import Settings, load_settings
from tools.local_postgresql import Server

# Says which of the names it got, and holds them until it is killed or its input ends.
HOLDER = """
import sys
from core.records import open_records
from core.records.claims import hold
from core.settings import load_settings

database, folder, shared, *names = sys.argv[1:]
records = open_records(load_settings(data_dir=folder, database_url=database))
with hold(records, *names, shared=shared == "shared") as got:
    print(*sorted(got), flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(
    settings: Settings, *names: str, shared: bool = False
) -> Iterator[tuple[subprocess.Popen[str], set[str]]]:
    """A process that holds what it got of `names`, and what that is."""
    given = [settings.database, str(settings.data_dir), "shared" if shared else "alone", *names]
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, *given], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process, set(process.stdout.readline().split())
    finally:
        process.kill()
        process.communicate()  # also closes its files


def until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Say whether something comes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def got(records: Records, *names: str, shared: bool = False) -> set[str]:
    """What could be claimed now, and is let go."""
    with hold(records, *names, shared=shared) as found:
        return set(found)


def test_a_claim_is_held_by_one_or_shared_by_many_and_ends_with_its_block(records: Records) -> None:
    with hold(records, "a", "b") as found:
        assert found == {"a", "b"}
        assert got(records, "b", "c") == {"c"}
        assert got(records, "a", shared=True) == set()
        assert (held(records, "a"), held(records, "c")) == (True, False)
    with hold(records, "a", shared=True), hold(records, "a", shared=True) as second:
        assert second == {"a"}
        assert got(records, "a") == set()
        assert held(records, "a")
    assert not held(records, "a")
    assert got(records, "a") == {"a"}


def test_a_process_that_is_killed_holds_nothing_any_more(records: Records, settings: Settings) -> None:
    with another_process(settings, "a", "b") as (process, first):
        assert first == {"a", "b"}
        assert got(records, "a", "b", "c") == {"c"}
        with another_process(settings, "a", "d", shared=True) as (_, second):
            assert second == {"d"}
            assert (got(records, "d"), got(records, "d", shared=True)) == (set(), {"d"})
        process.send_signal(signal.SIGKILL)
        process.wait()
        with hold(records, "a", "b", wait_s=10) as found:
            assert found == {"a", "b"}


def test_a_claim_can_be_waited_for_until_a_deadline(records: Records) -> None:
    def waited(seconds: float) -> set[str]:
        with hold(records, "a", wait_s=seconds) as found:
            return set(found)

    with ThreadPoolExecutor() as pool:
        with hold(records, "a"):
            start = time.monotonic()
            assert waited(0.2) == set()
            assert time.monotonic() - start >= 0.2
            waits = pool.submit(waited, 10)
        assert waits.result() == {"a"}


def test_threads_of_one_process_exclude_each_other(records: Records) -> None:
    at_once, most = [], []

    def work(_: int) -> None:
        with hold(records, "a", wait_s=30) as found:
            assert found
            at_once.append(1)
            most.append(len(at_once))
            at_once.pop()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert most == [1] * 8


def test_who_waits_long_says_for_what(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "TOLD_AFTER_S", 0.0)
    with hold(records, "a"), capture_logs() as logs, hold(records, "a", wait_s=0.2) as found:
        assert found == set()
    assert [(entry["event"], entry["claims"]) for entry in logs] == [("waits for others", ["a"])]
    by = logs[0]["by"]
    if records.engine.dialect.name == "postgresql":
        assert f"for langnghe {os.getpid()} " in by
        assert " at 127.0.0.1" in by
    else:
        assert by == "a process of this machine"


def test_a_forked_child_does_not_keep_the_claims_of_its_parent(records: Records, settings: Settings) -> None:
    """A process claims a name, forks a child that goes on, and is killed."""
    forking = HOLDER.replace("print(", "import os; os.fork() or sys.stdin.read()\n    print(", 1)
    given = [settings.database, str(settings.data_dir), "alone", "a"]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", forking, *given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "a\n"
    assert got(records, "a") == set()
    process.kill()
    process.wait()
    with hold(records, "a", wait_s=10) as found:
        assert found == {"a"}
    process.communicate()  # the child's input ends, and so does the child


def test_a_database_reached_by_a_link_has_the_same_claims(tmp_path: Path) -> None:
    there = open_records(load_settings(data_dir=tmp_path / "data"))
    (tmp_path / "link").symlink_to(tmp_path / "data")
    here = open_records(load_settings(data_dir=tmp_path / "link"))
    (tmp_path / "link.db").symlink_to(tmp_path / "data" / "records.db")
    linked = open_records(load_settings(database_url=f"sqlite:///{tmp_path}/link.db"))
    with hold(there, "a"):
        assert (got(here, "a"), got(linked, "a")) == (set(), set())
    for records in (there, here, linked):
        records.close()


def test_a_system_without_such_locks_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = open_records(load_settings(data_dir=tmp_path))
    monkeypatch.delattr(fcntl, "F_OFD_SETLK")
    with pytest.raises(RecordsUnavailable, match=r"under Linux.*or PostgreSQL"), hold(records, "a"):
        pass
    records.close()


@pytest.mark.services
def test_a_claim_lost_with_its_server_is_told_at_its_end_and_the_next_one_works() -> None:
    with TemporaryDirectory() as folder, Server(Path(folder)) as server:
        records = open_records(load_settings(database_url=server.database("records")))

        def lost() -> None:
            with hold(records, "a") as found:
                assert found
                server.kill()
                with pytest.raises(RecordsUnavailable, match="check disk and server"), hold(records, "b"):
                    pass
                server.start()
                assert until(lambda: got(records, "a") == {"a"})  # whoever held it does not any more

        with pytest.raises(RecordsUnavailable, match="the claim on a was lost"):
            lost()
        assert got(records, "a") == {"a"}
        records.close()
