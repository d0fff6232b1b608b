"""A real PostgreSQL on loopback, from the programs of the system's package, with its data in a folder.

with Server(folder) as server:
    url = server.database("records")
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from core.errors import LangngheError
from tools.local_elasticsearch.node import free_port
from tools.running import Running

PACKAGED = Path("/usr/lib/postgresql")  # where Debian puts each version, outside PATH
OWNER = "langnghe"
START_S = 60.0


class ServerFailed(LangngheError):
    """PostgreSQL is not installed or could not be started. The message says what to do."""


class Server(Running):
    """A server whose data are in `folder`, which a later start finds again; as a context it is started and
    stopped. It ends with this process, however that ends, where `setpriv` is there (Linux).

    For root it runs as the package's own user, who must be able to reach the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "server.log"
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, laying its files the first time; return when it answers. Raises ServerFailed."""
        programs = _programs()
        data = self.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        password = self.folder / "password"
        if not data.exists():
            self._lay(programs, data, password)
        self._password = password.read_text()
        command = [*ending_with_us("INT"), programs / "postgres", "-D", data, "-p", str(self.port)]
        for setting in ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"):
            command += ["-c", setting]
        self.log.touch(0o600)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, **_as_someone()
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(f"PostgreSQL did not start; see {self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in order, cutting off who is connected, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def database(self, name: str) -> str:
        """Return the URL of a database, made if it is not there."""
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not known:
                connection.execute(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql://{OWNER}:{self._password}@127.0.0.1:{self.port}/{name}"

    def _lay(self, programs: Path, data: Path, password: Path) -> None:
        password.touch(0o600)
        password.write_text(secrets.token_urlsafe(16))
        if os.geteuid() == 0:
            for path in (self.folder, password):
                shutil.chown(path, "postgres")
        command = [programs / "initdb", "-D", data, "-U", OWNER, "-A", "scram-sha-256"]
        command += [f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-sync"]
        made = subprocess.run(command, capture_output=True, text=True, **_as_someone())
        if made.returncode != 0:
            why = made.stderr.strip().splitlines()[-1:]
            hint = "; the user postgres has to be able to reach it" if os.geteuid() == 0 else ""
            raise ServerFailed(f"PostgreSQL could not lay its files in {data}: {' '.join(why)}{hint}")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def ending_with_us(signal_name: str) -> list[str]:
    """Return what goes before a command so that the system sends it a signal when this process is gone."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name] if setpriv else []


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL that is installed. Raises ServerFailed."""
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    versions = sorted(PACKAGED.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise ServerFailed("PostgreSQL is not installed (on Debian: sudo apt-get install postgresql)")
    return versions[-1].parent


def _as_someone() -> dict[str, object]:
    """Return how a program is started that refuses to be run by root: as the package's own user."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}
