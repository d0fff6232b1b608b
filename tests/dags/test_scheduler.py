"""The DAGs run by Airflow's own scheduler, DAG processor, API server and LocalExecutor, on PostgreSQL.

Its tasks take their settings from `langnghe.toml` in Airflow's folder, so that each test has a house of its
own. `tests/dags/test_*` beside this one run single DAGs, and are many times as fast.
"""

import json
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psutil
import pytest

from core.contracts import VIETNAM
from core.outcomes import Result
from core.records import runs
from core.settings import Settings, load_settings
from index.engine import Query
from langnghe import pipeline
from langnghe.demo.site.server import RunningWeb
from langnghe.house import House, running
from tests.dags.conftest import small
from tests.dags.test_intervals import known_by, left_by
from tests.langnghe.test_as_of import MONDAYS
from tools.local_airflow import Airflow
from tools.local_airflow.api import Api
from tools.local_postgresql import Server

pytestmark = [pytest.mark.services, pytest.mark.timeout(400)]

DAGS = Path(__file__).parents[2] / "dags"
# What takes minutes in production takes seconds here: to be given up for dead, and to be tried again.
SETTINGS = {
    "scheduler.task_instance_heartbeat_timeout": "12",
    "scheduler.task_instance_heartbeat_timeout_detection_interval": "2",
    "scheduler.scheduler_idle_sleep_time": "0.3",
    "workers.min_heartbeat_interval": "1",
    "dag_processor.min_file_process_interval": "600",
    # The DAGs are told from here on to run when they are asked to.
    "core.dags_are_paused_at_creation": "True",
}
SOON = """\
from datetime import timedelta

def task_policy(task):
    task.retry_delay = timedelta(seconds=1)
"""


@pytest.fixture(scope="module")
def scheduled(postgresql: Server) -> Iterator[Airflow]:
    """A whole Airflow, started once, with two schedulers."""
    with TemporaryDirectory() as folder:
        database = postgresql.database(f"airflow{uuid4().hex}")
        airflow = Airflow(Path(folder), DAGS, database, settings=SETTINGS)
        (airflow.home / "config").mkdir(parents=True)
        (airflow.home / "config" / "airflow_local_settings.py").write_text(SOON)
        second = airflow.component("scheduler-2", ["scheduler", "--skip-serve-logs"])
        with airflow:
            second.start(airflow.environment, airflow.folder)
            try:
                yield airflow
            finally:
                second.stop(10)


@pytest.fixture
def api(scheduled: Airflow) -> Iterator[Api]:
    with scheduled.api() as opened:
        opened.pool("langnghe_crawl", 2)
        yield opened


def whole(folder: Path, web: RunningWeb, database: str = "") -> Settings:
    """Settings of a house that crawls all of two sources: a try again may fetch as much as the one before."""
    folder.mkdir()
    settings = small(folder, web)
    crawl = settings.crawl.model_copy(update={"pages_per_run": 5000})
    return settings.model_copy(update={"database_url": database, "crawl": crawl})


def work_on(airflow: Airflow, settings: Settings) -> None:
    """Let tasks that begin from now on work in the house of `settings`."""
    given: dict[str, Any] = settings.model_dump(
        mode="json", include={"data_dir", "database_url", "sources_dir", "crawl"}
    )
    crawl = given.pop("crawl")
    del crawl["budget"]
    lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    lines += ["[crawl]", *(f"{name} = {json.dumps(value)}" for name, value in crawl.items())]
    (airflow.folder / "langnghe.toml").write_text("\n".join(lines), "utf-8")


def indexed(house: House) -> dict[str, Any]:
    """Everything in the index, by page."""
    return {
        hit.document.id: (
            hit.document.page.content_hash,
            hit.document.analysis.relevance,
            hit.document.analysis.categories,
            hit.document.analysis.severity,
        )
        for hit in house.engine.scan(Query(relevant=None))
    }


def kill_a_task_of(api: Api, dag: str, run: str, task: str) -> None:
    """Kill a task's process, the worker that watches it, and all below them, when it runs."""
    found: list[int] = []

    def runs_now() -> bool:
        told = [one for one in api.tasks(dag, run) if one["task_id"] == task and one["state"] == "running"]
        found[:] = [one["pid"] for one in told if one["pid"]]
        return bool(found)

    api.until(runs_now, f"no {task} of {dag} has begun")
    process = psutil.Process(found[0])
    worker = process.parent()
    for one in [worker, process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            if one is not None:
                one.send_signal(signal.SIGKILL)


def the_run(api: Api, dag: str, count: int = 1) -> str:
    """Return the id of the newest of `count` runs of a DAG, which begins by itself."""
    api.until(lambda: len(api.runs(dag)) >= count, f"no run of {dag}")
    return str(api.runs(dag)[-1]["dag_run_id"])


def test_a_crawl_with_a_killed_task_ends_with_the_index_of_langnghe_run(
    scheduled: Airflow, api: Api, postgresql: Server, web: RunningWeb, tmp_path: Path
) -> None:
    by_airflow = whole(tmp_path / "a", web, postgresql.database(f"records{uuid4().hex}"))
    work_on(scheduled, by_airflow)
    api.unpause("analyse_and_index")
    api.unpause("crawl")
    run = the_run(api, "crawl")
    kill_a_task_of(api, "crawl", run, "source")
    by_command = House(whole(tmp_path / "b", web))
    with running(by_command, "run") as run_id:
        pipeline.run(by_command, run_id)

    assert api.await_run("crawl", run) == "success"
    tries = sorted(one["try_number"] for one in api.tasks("crawl", run) if one["task_id"] == "source")
    assert tries == [1, 2]

    def all_is_indexed() -> bool:
        house = House(by_airflow)
        with closing(house):
            ended = {one["state"] for one in api.runs("analyse_and_index")} == {"success"}
            return ended and not pipeline.waiting(house)

    api.until(all_is_indexed, "partitions wait for the index")
    house = House(by_airflow)
    with closing(house), closing(by_command):
        found = indexed(house)
        assert found == indexed(by_command)
        assert found
        # Again, by hand, from every source: and nothing is new.
        followed = len(api.runs("analyse_and_index"))
        today = datetime.now(UTC).date().isoformat()
        again = api.trigger("crawl", **{"from": today, "to": today})
        assert api.await_run("crawl", again) == "success"
        outcomes = runs.outcome_counts(house.records, f"crawl:{again}")
        assert not [result for _, result, _ in outcomes if result is Result.ARCHIVED]
        assert indexed(house) == found
        assert len(api.runs("analyse_and_index")) == followed
    # Paused since its first hour, and two schedulers: one run for all of that.
    assert [one["dag_run_id"] for one in api.runs("crawl") if one["run_type"] == "scheduled"] == [run]


def test_a_back_fill_gives_what_timely_runs_gave(scheduled: Airflow, api: Api, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    timely, later = (
        load_settings(data_dir=tmp_path / name, sources_dir=tmp_path / "sources")
        for name in ("timely", "later")
    )
    six = time(6, tzinfo=VIETNAM)
    mondays = [datetime.combine((monday + timedelta(hours=1)).astimezone(VIETNAM), six) for monday in MONDAYS]
    known_by(later, datetime.now(UTC))
    work_on(scheduled, later)
    # Unpaused, each runs for the interval that has just ended; only then for what is made up for.
    latest = {dag: latest_interval(api, dag) for dag in ("watch", "weekly_report")}
    week, half_hour = timedelta(days=7), timedelta(minutes=30)
    reports_made = api.back_fill("weekly_report", mondays[0] - week, mondays[-1] - week)
    for now in mondays:
        api.await_back_fill(api.back_fill("watch", now - half_hour, now - half_hour))
    api.await_back_fill(reports_made)

    for now in mondays:
        known_by(timely, now)
        watched_and_reported(timely, watch=now, report=now)
    known_by(timely, datetime.now(UTC))
    watched_and_reported(timely, latest["watch"], latest["weekly_report"])
    for dag in latest:
        assert [one["state"] for one in api.runs(dag)] == ["success"] * 4
    alerts, reports = left_by(timely)
    assert len(alerts) >= 4
    assert len(reports) == 4
    assert left_by(later) == (alerts, reports)


def latest_interval(api: Api, dag: str) -> datetime:
    """Unpause a DAG, and return the end of the interval that it then runs for."""
    api.unpause(dag)
    run = the_run(api, dag)
    assert api.await_run(dag, run) == "success"
    return datetime.fromisoformat(api.runs(dag)[-1]["data_interval_end"])


def watched_and_reported(settings: Settings, watch: datetime, report: datetime) -> None:
    """What timely runs do."""
    house = House(settings)
    with closing(house):
        pipeline.watch(house, watch.astimezone(UTC))
        pipeline.report(house, None, report.astimezone(UTC))
