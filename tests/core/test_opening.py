"""A database that can't be opened is told of in one line that says why, without its password."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import text

from core.errors import RecordsUnavailable, RecordsUnusable
from core.records import database, open_records, runs
from core.records.database import WRITERS
from core.settings import load_settings
from tools.local_elasticsearch.node import free_port
from tools.local_postgresql import Server

PASSWORD = "rat-bi-mat"


def refused(tmp_path: Path, url: str, *, may_pass: bool = False) -> str:
    """The one line by which the records at `url` are refused, be it for now or until someone mends it."""
    with pytest.raises(RecordsUnavailable) as told:
        open_records(load_settings(data_dir=tmp_path, database_url=url))
    line = str(told.value)
    assert len(line.splitlines()) == 1
    assert PASSWORD not in line
    assert isinstance(told.value, RecordsUnusable) is not may_pass
    return line


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "it is not like postgresql://USER"),
        ("sqlite:/data/records.db", "it is not like"),
        (f"postgresql://lan:{PASSWORD}@db.example:54x2/langnghe", "it is not like"),
        (f"postgresql://lan:{PASSWORD}@[::1/langnghe", "it is not like"),
        (f"postgres://lan:{PASSWORD}@db.example/langnghe", "it begins with postgres:, not with postgresql:"),
        (f"mysql://lan:{PASSWORD}@db.example/langnghe", "it begins with mysql:"),
        (f"postgresql+psycopg2://lan:{PASSWORD}@db.example/x", "it begins with postgresql+psycopg2:"),
        ("sqlite://data/records.db", "sqlite:////folder/records.db"),
        (f"postgresql://lan:{PASSWORD}@db.invalid/langnghe", "resolve host 'db.invalid'"),
        (f"postgresql://lan@127.0.0.1/x?password={PASSWORD}&ssl=yes", 'invalid connection option "ssl"'),
        (f"postgresql://lan@127.0.0.1/x?sslpassword={PASSWORD}&ssl=yes", 'invalid connection option "ssl"'),
        ("sqlite://", "records in memory can't be shared"),
        ("sqlite:///:memory:", "records in memory can't be shared"),
        ("sqlite:////dev/null/records.db", "check the path"),
        ("sqlite:////dev", "unable to open database file; check file and server"),
    ],
)
def test_a_database_url_that_can_not_be_used(tmp_path: Path, url: str, said: str) -> None:
    may_pass = "resolve host" in said or "unable to open" in said
    assert said in refused(tmp_path, url, may_pass=may_pass)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    url = f"postgresql://lan:{PASSWORD}@127.0.0.1:{free_port()}/langnghe"
    assert "Connection refused; check file and server" in refused(tmp_path, url, may_pass=True)


def test_a_driver_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "install the extra `postgresql`" in refused(tmp_path, f"postgresql://lan:{PASSWORD}@db.example/x")


@pytest.mark.services
def test_a_writer_that_is_stopped_holds_others_up_for_a_while_only(
    tmp_path: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_LIMITS", database._LIMITS.replace("30s", "200ms").replace("60s", "4s"))
    url = postgresql.database("stopped")
    records = open_records(load_settings(data_dir=tmp_path, database_url=url))

    def stopped() -> None:
        with records.write() as session:
            session.execute(text("SELECT 1"))  # the turn begins with the first statement
            with pytest.raises(RecordsUnavailable, match="lock timeout"):
                runs.start_run(records, "run")
            with psycopg.connect(url, autocommit=True) as other:  # goes on when the server has ended this one
                other.execute("SELECT pg_advisory_lock(%s)", [WRITERS])
            session.execute(text("SELECT 1"))

    with pytest.raises(RecordsUnavailable, match="terminating connection due to idle-in-transaction"):
        stopped()
    runs.start_run(records, "run")
    records.close()


@pytest.mark.services
def test_a_database_that_the_server_does_not_have(tmp_path: Path, postgresql: Server) -> None:
    url = postgresql.database("there").replace("/there", "/not-there")
    assert 'database "not-there" does not exist' in refused(tmp_path, url)
    user, at, rest = url.rpartition("@")
    wrong = f"{user.rpartition(':')[0]}:{PASSWORD}{at}{rest}"
    assert "password authentication failed" in refused(tmp_path, wrong)


def test_a_file_that_may_not_be_written_is_as_it_was_when_it_may_be_again() -> None:
    with TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        folder = Path(top) / "data"
        settings = load_settings(data_dir=folder)
        records = open_records(settings)
        runs.start_run(records, "run")
        records.close()
        modes = {folder / "records.db": 0o444, folder: 0o555}
        for path, mode in modes.items():
            path.chmod(mode)
        someone = os.geteuid()
        os.seteuid(65534 if someone == 0 else someone)  # root may write anything
        try:
            said = refused(folder, "")
        finally:
            os.seteuid(someone)
        assert "records.db: attempt to write a readonly database; check file and server" in said
        for path in modes:
            path.chmod(0o700)
        again = open_records(settings)
        assert len(runs.runs(again)) == 1
        again.close()
