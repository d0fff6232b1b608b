"""Airflow's REST API, as far as we ask it for something."""

import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx

from tools.local_airflow.component import AirflowFailed

ANSWER_S = 60.0
RUN_S = 300.0
POLL_S = 0.3
ENDED = ("success", "failed")


class Api:
    """The REST API of the Airflow at `url`, signed in. Close it, or use it as a context.

    Each method raises AirflowFailed when the request is refused.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v2/", timeout=ANSWER_S)
        given = {"username": user, "password": password}
        token = self._ask("POST", f"{url}/auth/token", given)["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **asked: Any) -> dict[str, Any]:
        """Return what is at `path`, relative to `/api/v2/`."""
        return self._ask("GET", path, params=asked)

    def post(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        """Send `given` to `path` and return the answer."""
        return self._ask("POST", path, given)

    def unpause(self, dag: str) -> None:
        """Let a DAG run by its schedule, as soon as its file has been read."""
        self.until(lambda: dag in self._dags(), f"no DAG {dag}")
        self._ask("PATCH", f"dags/{dag}", {"is_paused": False})

    def pool(self, name: str, slots: int) -> None:
        """Make a pool that lets so many tasks run at the same time, unless it is there."""
        if name not in {pool["name"] for pool in self.get("pools")["pools"]}:
            self.post("pools", {"name": name, "slots": slots, "include_deferred": False})

    def trigger(self, dag: str, **params: Any) -> str:
        """Run a DAG by hand, and return the id of the run."""
        return str(self.post(f"dags/{dag}/dagRuns", {"logical_date": None, "conf": params})["dag_run_id"])

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """Return the runs of a DAG, oldest first."""
        return list(self.get(f"dags/{dag}/dagRuns", order_by="run_after")["dag_runs"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """Return the task instances of a run."""
        return list(self.get(f"dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"])

    def await_run(self, dag: str, run: str, within_s: float = RUN_S) -> str:
        """Return the state in which a run ended: `success` or `failed`."""

        def state() -> str:
            return str(self.get(f"dags/{dag}/dagRuns/{run}")["state"])

        self.until(lambda: state() in ENDED, f"run {run} of {dag} has not ended", within_s)
        return state()

    def back_fill(self, dag: str, start: datetime, end: datetime) -> int:
        """Make a back-fill of the intervals that begin from `start` to `end`; return its number."""
        given = {"dag_id": dag, "from_date": start.isoformat(), "to_date": end.isoformat()}
        return int(self.post("backfills", given)["id"])

    def await_back_fill(self, number: int, within_s: float = RUN_S) -> None:
        """Return when all runs of a back-fill have ended."""

        def done() -> bool:
            return self.get(f"backfills/{number}")["completed_at"] is not None

        self.until(done, f"back-fill {number} has not ended", within_s)

    def until(self, holds: Callable[[], bool], otherwise: str, within_s: float = RUN_S) -> None:
        """Return when `holds` does. Raises AirflowFailed with `otherwise` when it doesn't in time."""
        deadline = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > deadline:
                raise AirflowFailed(f"{otherwise} (waited {within_s:.0f} s)")
            time.sleep(POLL_S)

    def _dags(self) -> set[str]:
        return {dag["dag_id"] for dag in self.get("dags")["dags"]}

    def _ask(self, method: str, path: str, given: Any = None, **how: Any) -> dict[str, Any]:
        answer = self._client.request(method, path, json=given, **how)
        if answer.is_error:
            raise AirflowFailed(f"{method} {answer.url}: {answer.status_code} {answer.text[:500]}")
        return dict(answer.json())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
