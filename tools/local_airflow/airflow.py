"""Airflow with its parts: scheduler, DAG processor, API server."""

import importlib.util
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import httpx

from core.errors import MissingPart
from tools.local_airflow import configuration
from tools.local_airflow.api import ANSWER_S, Api
from tools.local_airflow.component import AirflowFailed, Component, last_words
from tools.local_elasticsearch.node import free_port
from tools.running import Running

START_S = 300.0  # two cores that others used too took 30 to 90 s
STOP_S = 10.0
POLL_S = 0.2
AIRFLOW = (sys.executable, "-m", "airflow")


class Airflow(Running):
    """An Airflow on loopback that runs the DAGs of the folder `dags`, with its own files in `folder`.

    `database` is the URL of a PostgreSQL database that is its alone. `environment` is what its tasks see
    beside this process's own, of which no `LANGNGHE_…` reaches them. `settings` are Airflow's, by
    `section.name`; `port` is that of its web page and its REST API, 0 a free one. A later start on the same
    folder and database finds everything again. As a context it is started and stopped.
    """

    def __init__(
        self,
        folder: Path,
        dags: Path,
        database: str,
        environment: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.folder, self.port = folder.resolve(), port or free_port()
        self.home = self.folder / "home"
        self.environment = configuration.environment(self.home, environment or {})
        ours = configuration.settings(self.home, dags.resolve(), database, self.port)
        self._config = {**ours, **(settings or {})}
        # Without a server for logs: those of this machine are read from its disk.
        parts = (["scheduler", "--skip-serve-logs"], ["dag-processor"], ["api-server"])
        self.components = {command[0]: self.component(command[0], command) for command in parts}

    @property
    def url(self) -> str:
        """Where its web page is."""
        return f"http://127.0.0.1:{self.port}"

    def component(self, name: str, command: Sequence[str]) -> Component:
        """Return one of Airflow's commands as a component, which is not started."""
        return Component(name, [*AIRFLOW, *command], self.folder / "logs" / f"{name}.log")

    def start(self) -> None:
        """Start all parts; return when they are well and the DAG files have been read.

        Raises AirflowFailed, and MissingPart where it is not installed.
        """
        if importlib.util.find_spec("airflow") is None:
            raise MissingPart("Airflow is not installed; install it: pip install 'langnghe[airflow]'")
        see_that_it_is_free(self.port)
        configuration.write(self.home, self._config)
        try:
            self._migrate()
            begun = datetime.now(UTC)
            for component in self.components.values():
                component.start(self.environment, self.folder)
            self._await(lambda: self._healthy(begun), "Airflow is not well")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all parts: first what starts tasks, last what they report to."""
        for component in self.components.values():
            component.stop(STOP_S)

    def api(self) -> Api:
        """Return a client of the REST API that is signed in."""
        return Api(self.url, configuration.USER, configuration.password(self.home))

    def await_port(self, port: int) -> None:
        """Return when something listens on `port`. Raises AirflowFailed when that takes too long."""
        self._await(lambda: _listens(port), f"nothing listens on port {port}")

    def await_end(self) -> NoReturn:
        """Wait until a part ends by itself. Raises AirflowFailed then."""
        while True:
            self._see_that_all_run()
            time.sleep(POLL_S)

    def _migrate(self) -> None:
        """Bring the database to what this version of Airflow wants, once."""
        done = self.home / "migrated"
        if done.exists() and done.read_text() == version("apache-airflow-core"):
            return
        migrating = self.component("migrate", ["db", "migrate"])
        migrating.start(self.environment, self.folder)
        if code := migrating.wait(START_S):
            raise AirflowFailed(
                f"Airflow could not lay out its database ({code}){last_words(migrating.log)}; "
                f"see {migrating.log}"
            )
        done.write_text(version("apache-airflow-core"))

    def _await(self, holds: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + START_S
        while not holds():
            self._see_that_all_run()
            if time.monotonic() > deadline:
                raise AirflowFailed(f"{otherwise} after {START_S:.0f} s; see {self.folder / 'logs'}")
            time.sleep(POLL_S)

    def _healthy(self, since: datetime) -> bool:
        """Whether each part has been heard of since it was started, and the DAG files have been read."""
        try:
            told: dict[str, Any] = httpx.get(f"{self.url}/api/v2/monitor/health", timeout=ANSWER_S).json()
            for part in ("scheduler", "dag_processor"):
                heard = told.get(part, {}).get(f"latest_{part}_heartbeat")
                if heard is None or datetime.fromisoformat(heard) < since:
                    return False
            with self.api() as api:
                return bool(api.get("dags")["total_entries"] or api.get("importErrors")["total_entries"])
        except (httpx.TransportError, ValueError, AirflowFailed):
            return False  # it answers in part only by now

    def _see_that_all_run(self) -> None:
        for component in self.components.values():
            if not component.running:
                raise AirflowFailed(
                    f"the {component.name} ended{last_words(component.log)}; see {component.log}"
                )


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def see_that_it_is_free(port: int) -> None:
    """Raise AirflowFailed when something listens on the port already."""
    with socket.socket() as tried:
        # As a server does; what is left of closed connections does not count.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            raise AirflowFailed(
                f"Airflow can't listen on port {port} ({error.strerror}); choose another"
            ) from error
