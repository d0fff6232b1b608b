"""The DAGs run by Airflow's own scheduler, DAG processor, API server and LocalExecutor, on PostgreSQL.

Its tasks take their settings from `langnghe.toml` in Airflow's folder, so that each test has a house of its
own. `tests/dags/test_*` beside this one run single DAGs, and are many times as fast.
"""

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
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
from langnghe.house import House, running
from tests.crawlers.smallweb import WORDS, Answer, Web, article, grow_old, place_settings
from tests.dags.test_intervals import known_by, left_by
from tests.langnghe.decided import BEATEN, DROWNED, GOLD
from tests.langnghe.test_as_of import MONDAYS
from tools.local_airflow import Airflow
from tools.local_airflow.api import Api
from tools.local_postgresql import Server

pytestmark = [pytest.mark.services, pytest.mark.timeout(400)]

DAGS = Path(__file__).parents[2] / "dags"
TEXTS = 9
# What takes minutes in production takes seconds here: to be given up for dead, and to be tried again.
SETTINGS = {
    "scheduler.task_instance_heartbeat_timeout": "12",
    "scheduler.task_instance_heartbeat_timeout_detection_interval": "2",
    "scheduler.scheduler_idle_sleep_time": "0.5",
    "core.parallelism": "2",
    "workers.min_heartbeat_interval": "1",
    "dag_processor.min_file_process_interval": "600",
    # The DAGs are told from here on to run when they are asked to.
    "core.dags_are_paused_at_creation": "True",
}
# What tasks need to load is loaded once, by the scheduler, of which each task is a copy (fork).
LOCAL = """\
import sys
from datetime import timedelta

if "scheduler" in sys.argv:
    import langnghe.taking_up, nlp.analyser, crawlers.run

def task_policy(task):
    task.retry_delay = timedelta(seconds=1)
"""


@pytest.fixture(scope="module")
def scheduled(postgresql: Server) -> Iterator[Airflow]:
    """A whole Airflow, started once."""
    with TemporaryDirectory() as folder:
        database = postgresql.database(f"airflow{uuid4().hex}")
        airflow = Airflow(Path(folder), DAGS, database, settings=SETTINGS)
        (airflow.home / "config").mkdir(parents=True)
        (airflow.home / "config" / "airflow_local_settings.py").write_text(LOCAL)
        with airflow:
            yield airflow


@pytest.fixture
def api(scheduled: Airflow) -> Iterator[Api]:
    with scheduled.api() as opened:
        opened.pool("langnghe_crawl", 2)
        yield opened


@pytest.fixture
def paper() -> Iterator[Web]:
    """A newspaper with a few texts, some of them cases."""
    web = Web("127.0.0.4")
    for n in range(TEXTS):
        told = (BEATEN, GOLD, DROWNED)[n % 3]
        web.put(f"/bai/{n}.html", article(f"{told['title']} ({n})", f"{told['text']} {WORDS}"))
    web.feed("/rss.xml", [f"/bai/{n}.html" for n in range(TEXTS)])
    yield web
    web.close()


def reading(folder: Path, web: Web, database: str = "") -> Settings:
    """Settings of a house that crawls `web`, whenever it is asked to."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    spec = web.spec(every_minutes=1).model_dump(mode="json", exclude_defaults=True)
    (sources / "bao-thu.yaml").write_text(json.dumps(spec), "utf-8")  # JSON is YAML too
    settings = place_settings(folder / "data", contact="http://127.0.0.1/", timeout_s=60.0)
    return settings.model_copy(update={"database_url": database, "sources_dir": sources})


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


def kill_task(airflow: Airflow, api: Api, dag: str, run: str, task: str) -> None:
    """Kill a running task's process, the worker that watches it, and all below them."""
    (pid,) = [one["pid"] for one in api.tasks(dag, run) if one["task_id"] == task]
    below = psutil.Process(airflow.components["scheduler"].pid).children(recursive=True)
    process = next(one for one in below if one.pid == pid)
    worker = next(one for one in below if one.pid == process.ppid())
    for one in [worker, process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            one.kill()


def the_run(api: Api, dag: str, count: int = 1) -> str:
    """Return the id of the newest of `count` runs of a DAG, which begins by itself."""
    api.until(lambda: len(api.runs(dag)) >= count, f"no run of {dag}")
    return str(api.runs(dag)[-1]["dag_run_id"])


def test_a_crawl_with_a_killed_task_ends_with_the_index_of_langnghe_run(
    scheduled: Airflow, api: Api, postgresql: Server, paper: Web, tmp_path: Path
) -> None:
    by_airflow = reading(tmp_path / "a", paper, postgresql.database(f"records{uuid4().hex}"))
    work_on(scheduled, by_airflow)
    # The last text is not given away before the task that asks for it has been killed.
    held, last = Event(), f"/bai/{TEXTS - 1}.html"
    text = paper.pages[last]

    def when_killed(_: int) -> Answer:
        held.wait(300)
        assert isinstance(text, Answer)
        return text

    paper.pages[last] = when_killed
    begun = datetime.now(UTC)
    api.unpause("analyse_and_index")
    api.unpause("crawl")
    api.until(lambda: paper.times(last) > 0, "no task of crawl has begun")
    run = the_run(api, "crawl")
    kill_task(scheduled, api, "crawl", run, "source")
    held.set()
    by_command = House(reading(tmp_path / "b", paper))
    with running(by_command, "run") as run_id:
        pipeline.run(by_command, run_id)

    assert api.await_run("crawl", run) == "success"
    assert [one["try_number"] for one in api.tasks("crawl", run) if one["task_id"] == "source"] == [2]
    assert api.await_run("analyse_and_index", the_run(api, "analyse_and_index")) == "success"
    house = House(by_airflow)
    with closing(house), closing(by_command):
        assert not pipeline.waiting(house)
        found = indexed(house)
        assert len(found) == TEXTS
        assert found == indexed(by_command)

        # A day later, every text is asked for again: and nothing is new.
        followed = len(api.runs("analyse_and_index"))
        grow_old(house.records, timedelta(days=1))
        assert api.await_run("crawl", api.trigger("crawl")) == "success"
        again = [one["dag_run_id"] for one in api.runs("crawl") if one["dag_run_id"] != run]
        counted = [count for name in again for count in runs.outcome_counts(house.records, f"crawl:{name}")]
        assert Result.UNCHANGED in {result for _, result, _ in counted}
        assert Result.ARCHIVED not in {result for _, result, _ in counted}
        assert indexed(house) == found
        assert len(api.runs("analyse_and_index")) == followed
    # It had been paused since the first hour of its schedule: one run for all of that.
    scheduled_before = [
        one["dag_run_id"]
        for one in api.runs("crawl")
        if one["run_type"] == "scheduled" and datetime.fromisoformat(one["run_after"]) < begun
    ]
    assert scheduled_before == [run]


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
    # Should a half hour strike meanwhile, `watch` sees nothing that it had not seen before.
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
        made_up_for = [one["state"] for one in api.runs(dag) if one["run_type"] == "backfill"]
        assert made_up_for == ["success"] * 3
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
