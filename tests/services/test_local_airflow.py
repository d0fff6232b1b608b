"""The local Airflow: what is in its way is told in one line. That it runs: tests/dags/test_scheduler.py."""

import importlib.util
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filelock import FileLock

from core.errors import MissingPart
from tools.local_airflow import Airflow
from tools.local_postgresql import Server, ServerFailed

ROOT = Path(__file__).parents[2]


def refused(*arguments: str) -> str:
    """What the command says, which must be one line and no success."""
    command = [sys.executable, "-m", "tools.local_airflow", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = refused("--folder", str(tmp_path), "--port", str(port))
    assert told.startswith(f"airflow: Airflow can't listen on port {port} (Address already in use); choose ")


def test_a_second_one_on_a_folder_is_told(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock"):
        told = refused("--folder", str(tmp_path))
    assert told == f"airflow: another Airflow works on {tmp_path}; end it, or choose another --folder"


def test_without_airflow_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPart, match=r"^Airflow is not installed; .*pip install 'langnghe\[airflow\]'$"):
        Airflow(tmp_path, tmp_path, "postgresql://127.0.0.1/airflow").start()


def test_without_postgresql_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tools.local_postgresql.PACKAGED", tmp_path)
    with pytest.raises(ServerFailed, match=r"^PostgreSQL is not installed \(.*apt-get install postgresql\)$"):
        Server(tmp_path / "data").start()


@pytest.mark.services
def test_a_server_is_found_again_by_a_later_start() -> None:
    with TemporaryDirectory() as folder:
        with Server(Path(folder)) as server:
            first = server.database("records")
        with Server(Path(folder)) as server:
            again = server.database("records")
    assert first.split("@")[0] == again.split("@")[0]
