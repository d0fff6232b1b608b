"""The local Airflow: what it says, what it leaves. That it runs the DAGs: tests/dags/test_scheduler.py."""

import importlib.util
import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
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


PART = """
import os, sys
from pathlib import Path
from tools.local_airflow.component import Component
part = Component("part", ["sleep", "600"], Path(sys.argv[1]))
part.start(os.environ, Path("/"))
print(part.pid, flush=True)
part.wait(600)
"""


def test_a_part_ends_with_a_process_that_is_killed_and_only_its_user_reads_what_it_wrote(
    tmp_path: Path,
) -> None:
    log = tmp_path / "logs" / "part.log"
    with subprocess.Popen(
        [sys.executable, "-c", PART, str(log)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        part = psutil.Process(int(process.stdout.readline()))
        assert [path.stat().st_mode & 0o077 for path in (log, log.parent)] == [0, 0]
        process.kill()
    part.wait(20)


@pytest.mark.services
@pytest.mark.timeout(400)
def test_the_command_prints_each_password_once_and_leaves_no_process_at_ctrl_c() -> None:
    # Not below pytest's own folder, into which the database server's user can't look.
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        command = [sys.executable, "-m", "tools.local_airflow", "--folder", name]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        told = ""
        try:
            for line in process.stdout:
                told += line
                if "Ctrl-C ends it" in line:
                    break
            below = psutil.Process(process.pid).children(recursive=True)
        finally:
            process.send_signal(signal.SIGINT)
        assert len(below) >= 6  # PostgreSQL, the web, the console, three of Airflow
        process.send_signal(signal.SIGINT)  # impatience changes nothing
        assert process.wait(60) == 0
        process.stdout.close()
        assert psutil.wait_procs(below, 10)[1] == []
        passwords = re.findall(r"with password (\S+) \(shown only now\)", told)
        assert len(passwords) == 2
        assert json.loads((folder / "home" / "passwords.json").read_text()) == {"admin": passwords[0]}
        logs = sorted((folder / "logs").iterdir())
        assert "console.log" in [log.name for log in logs]
        readable = [p for p in (*logs, *folder.iterdir()) if p.stat().st_mode & 0o077]
        assert readable == []


@pytest.mark.services
def test_a_server_is_found_again_by_a_later_start() -> None:
    with TemporaryDirectory() as folder:
        with Server(Path(folder)) as server:
            first = server.database("records")
            assert server.log.stat().st_mode & 0o077 == 0
        with Server(Path(folder)) as server:
            again = server.database("records")
    assert first.split("@")[0] == again.split("@")[0]
