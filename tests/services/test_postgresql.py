"""Records on a real PostgreSQL that goes away and comes back."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from core.errors import RecordsUnavailable
from core.records import open_records, runs
from core.settings import load_settings
from tools.local_postgresql import Server

pytestmark = pytest.mark.services


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of its own, for it is killed."""
    with TemporaryDirectory() as folder, Server(Path(folder)) as started:
        yield started


def test_records_say_plainly_that_the_server_is_gone_and_go_on_when_it_is_back(
    server: Server, tmp_path: Path
) -> None:
    settings = load_settings(data_dir=tmp_path, database_url=server.database("records"))
    records = open_records(settings)
    run_id = runs.start_run(records, "run")
    server.kill()
    with pytest.raises(
        RecordsUnavailable, match=r"records postgresql.*\*\*\*.*check disk and server"
    ) as told:
        runs.runs(records)
    assert "\n" not in str(told.value)
    with pytest.raises(RecordsUnavailable, match="check file and server"):
        open_records(settings)
    server.start()
    runs.finish_run(records, run_id, "done")
    assert [run.status for run in runs.runs(records)] == ["done"]
    records.close()


def test_a_connection_that_the_server_cut_off_is_replaced(server: Server, tmp_path: Path) -> None:
    records = open_records(load_settings(data_dir=tmp_path, database_url=server.database("records")))
    runs.start_run(records, "run")
    server.kill()
    server.start()
    assert len(runs.runs(records)) == 1
    records.close()


def test_a_wrong_password_is_told_without_showing_it(server: Server, tmp_path: Path) -> None:
    url = server.database("records").replace("langnghe:", "langnghe:wrong-")
    with pytest.raises(RecordsUnavailable, match="authentication failed") as told:
        open_records(load_settings(data_dir=tmp_path, database_url=url))
    assert "wrong-" not in str(told.value)
