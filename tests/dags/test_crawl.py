"""`crawl` and `analyse_and_index`: from the web to the index, each source by itself, and nothing twice."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.contracts import AlertKind
from core.outcomes import Result, Stage
from core.records import notices, runs
from core.settings import Settings
from index.engine import Query
from langnghe.demo.site.server import RunningWeb
from langnghe.house import House
from tests.dags.conftest import SOURCES, Airflow, Ran, small

PUBLIC = """
id: cong-khai
name: Báo công khai
home: https://bao.example/
type: news
discover: {feeds: ['https://bao.example/rss']}
articles: {allow: ['.']}
"""
DONE = ("success", 1)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, web: RunningWeb) -> Settings:
    return small(tmp_path_factory.mktemp("crawled"), web)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    opened = House(settings)
    yield opened
    opened.close()


def left(house: House) -> list[dict[str, str | int | float]]:
    """Return the facts of the alerts of tasks, the latest first."""
    return [alert.facts for alert in notices.alerts(house.records) if alert.kind is AlertKind.TASK]


@pytest.fixture(scope="module")
def first(airflow: Airflow, settings: Settings) -> tuple[Ran, Ran]:
    """A first crawl, and what follows it."""
    return airflow.run("crawl", settings), airflow.run("analyse_and_index", settings)


def test_what_was_crawled_is_announced_and_then_found(first: tuple[Ran, Ran], house: House) -> None:
    crawled, indexed = first
    assert (crawled.state, indexed.state) == ("success", "success")
    assert crawled.of("source") == [DONE, DONE]
    assert crawled.events == len(SOURCES)
    said = runs.outcome_counts(house.records, f"crawl:{crawled.run_id}")
    archived = said[Stage.CRAWL, Result.ARCHIVED, ""]
    assert archived >= 20
    found = list(house.engine.scan(Query(relevant=None)))
    assert len(found) == archived
    assert {hit.document.page.source_id for hit in found} == set(SOURCES)


def test_the_run_of_airflow_names_every_outcome(first: tuple[Ran, Ran], house: House) -> None:
    names = [f"crawl:{first[0].run_id}", f"analyse_and_index:{first[1].run_id}"]
    known = {run.id: run for run in runs.runs(house.records)}
    assert [known[name].status for name in names] == ["done", "done"]
    assert sum(runs.outcome_counts(house.records, names[1]).values()) > 0


def test_a_run_repeated_adds_nothing(
    first: tuple[Ran, Ran], airflow: Airflow, settings: Settings, house: House
) -> None:
    before = list(house.archive.partitions())
    again = airflow.run("crawl", settings)
    assert again.state == "success"
    assert again.events == 0
    assert list(house.archive.partitions()) == before
    indexed = airflow.run("analyse_and_index", settings)
    assert indexed.of("group") == [("skipped", 0)]
    assert indexed.of("reconcile") == [DONE]


def test_a_source_that_fails_fails_alone_and_leaves_an_alert(
    first: tuple[Ran, Ran], airflow: Airflow, settings: Settings, house: House
) -> None:
    assert settings.sources_dir is not None
    (settings.sources_dir / "cong-khai.yaml").write_text(PUBLIC, "utf-8")
    ran = airflow.run("crawl", settings)
    assert ran.of("source") == [("failed", 1)]  # no try more of what only a person can mend
    assert (ran.of("reconcile"), ran.of("ended")) == ([DONE], [("failed", 1)])
    assert ran.state == "failed"
    [told] = left(house)
    assert (told["task"], told["source"], told["error"]) == ("source", "cong-khai", "BadSettings")
    assert told["name"] == "Báo công khai"
    assert told["run"] == f"crawl:{ran.run_id}"
    assert "crawl.contact" in str(told["why"])


def test_a_killed_task_is_told_of_by_the_last_one_and_is_not_the_failure_of_before(
    first: tuple[Ran, Ran], airflow: Airflow, settings: Settings, house: House
) -> None:
    assert settings.sources_dir is not None
    (settings.sources_dir / "cong-khai.yaml").write_text(PUBLIC, "utf-8")
    ran = airflow.run("crawl", settings, fault="killed")
    (settings.sources_dir / "cong-khai.yaml").unlink()
    assert ran.state == "failed"
    assert [(f["source"], f["error"]) for f in left(house)] == [
        ("cong-khai", "Killed"),
        ("cong-khai", "BadSettings"),
    ]


def test_a_run_that_took_too_long_is_told_of(airflow: Airflow, settings: Settings, house: House) -> None:
    airflow.run("crawl", settings, fault="task_failure")  # of which the tasks have told
    airflow.run("crawl", settings, fault="timed_out")
    assert [(f["task"], f["run"]) for f in left(house) if f["error"] == "timed_out"] == [("", "crawl:before")]


def test_a_task_that_took_too_long_is_left_to_the_next_run(
    airflow: Airflow, settings: Settings, house: House
) -> None:
    ran = airflow.run("crawl", settings, fault="slow")
    assert ran.of("due") == [("failed", 1)]
    assert ran.state == "failed"
    assert [f["task"] for f in left(house) if f["error"] == "AirflowTaskTimeout"] == ["reconcile", "due"]


def test_without_settings_nothing_is_made_wherever_airflow_runs(airflow: Airflow) -> None:
    ran = airflow.run("watch", None)
    assert ran.of("alerts") == [("failed", 1)]
    assert "no setting says where the data is" in ran.log
    assert not (airflow.home / "data").exists()


def test_a_day_is_analysed_and_indexed_anew_on_demand(
    first: tuple[Ran, Ran], airflow: Airflow, settings: Settings
) -> None:
    today = datetime.now(UTC).date().isoformat()
    anew = airflow.run("analyse_and_index", settings, {"from": today, "to": today})
    assert anew.state == "success"
    assert anew.of("group") == [DONE]
    wrong = airflow.run("analyse_and_index", settings, {"from": today, "to": None})
    assert wrong.of("waiting") == [("failed", 1)]


def test_what_can_pass_is_tried_again(first: tuple[Ran, Ran], airflow: Airflow, settings: Settings) -> None:
    broken = settings.model_copy(update={"archive_url": "/dev/null/archive"})
    today = datetime.now(UTC).date().isoformat()
    ran = airflow.run("analyse_and_index", broken, {"from": today, "to": today})
    assert ran.of("group") == [("failed", 4)]


def test_no_password_reaches_the_log_of_a_task(airflow: Airflow, settings: Settings) -> None:
    url = "postgresql+psycopg://langnghe:hunter2@127.0.0.1:1/langnghe"
    ran = airflow.run("watch", settings.model_copy(update={"database_url": url}))
    assert ran.of("alerts") == [("failed", 4)]
    assert "no alert could be left" in ran.log
    assert "127.0.0.1:1/" in ran.log
    assert "hunter2" not in ran.log


def test_a_source_that_another_crawls_is_passed_over_and_the_log_says_so_with_the_name_of_the_run(
    airflow: Airflow, settings: Settings, house: House
) -> None:
    today = datetime.now(UTC).date().isoformat()
    with house.only_one_on(*SOURCES):
        ran = airflow.run("crawl", settings, {"from": today, "to": today})
    assert ran.state == "success"
    ours = [line for line in ran.log.splitlines() if "source passed over" in line]
    assert len(ours) == len(SOURCES)
    assert all(f"run=crawl:{ran.run_id}" in line for line in ours)


# The last one: in the one process of these tests, Airflow keeps asking a DAG for the days of an earlier run.
def test_all_sources_are_asked_for_days_on_demand_due_or_not(
    first: tuple[Ran, Ran], airflow: Airflow, settings: Settings
) -> None:
    ran = airflow.run("crawl", settings, {"from": "2001-01-01", "to": "2001-01-02"})
    assert (ran.state, ran.of("source")) == ("success", [DONE, DONE])
    assert ran.events == len(SOURCES)  # sections name pages without a date, which the first run left
