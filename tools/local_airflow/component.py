"""One of Airflow's processes, with all that it starts."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from core.errors import LangngheError
from tools.local_postgresql import ending_with_us

POLL_S = 0.1


class AirflowFailed(LangngheError):
    """Airflow could not be started, ended by itself or refused a request. The message says what to do."""


class Component:
    """A process in a session of its own, so that whatever it started can be found and ended with it.

    It is told to end when this process is gone, however that ends, where `setpriv` is there (Linux).
    """

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name, self.log = name, log
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process, whose number is that of its session too. It must have been started."""
        assert self._process is not None
        return self._process.pid

    def start(self, environment: Mapping[str, str], folder: Path) -> None:
        """Start it in `folder`. What it writes can be read by its user alone."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log.touch(0o600)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*ending_with_us("TERM"), *self._command],
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
            )

    def wait(self, patience_s: float) -> int:
        """Return its exit code when it has ended by itself. Raises AirflowFailed when that takes longer."""
        assert self._process is not None
        if not self._gone(patience_s):
            self.kill()
            raise AirflowFailed(f"{self.name} took longer than {patience_s:.0f} s; see {self.log}")
        return self._process.returncode

    def stop(self, patience_s: float) -> None:
        """End it, in order if that takes no longer than `patience_s`, and then all that it started."""
        if self._process is None:
            return
        self._process.terminate()
        if not self._gone(patience_s):
            self._signal(signal.SIGTERM)
            self._gone(patience_s)
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it and all that it started at once, as a power cut does."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def processes(self) -> list[psutil.Process]:
        """Return what runs in its session: itself, and what it started and is left of that."""
        found = []
        for process in psutil.process_iter():
            try:
                if self._process is not None and os.getsid(process.pid) == self._process.pid:
                    found.append(process)
            except ProcessLookupError:
                continue
        return found

    def _gone(self, within_s: float) -> bool:
        deadline = time.monotonic() + within_s
        while self.running and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return not self.running

    def _signal(self, number: signal.Signals) -> None:
        for process in self.processes():
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue


def last_words(log: Path) -> str:
    """Return the last line of a log that tells of an error, or nothing."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    told = [line.strip() for line in lines[-200:] if "rror" in line]
    return f": {told[-1][:300]}" if told else ""
