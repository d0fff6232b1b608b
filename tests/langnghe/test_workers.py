"""Many workers at once, on both databases: nothing is done twice, whoever is killed or cut off."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import psycopg
import pytest

from core.archive import Archive
from core.errors import RecordsUnavailable
from core.outcomes import Outcome, Stage
from core.records import runs
from core.records.days import source_days
from core.settings import Settings
from langnghe import pipeline
from langnghe.house import House, running
from nlp.analyser import Analyser
from tests.crawlers.smallweb import WORDS, Web, article, place_settings
from tests.langnghe.conftest import forked, indexed, opened

WORKERS, KILLED, SOURCES, ARTICLES = 8, 3, 3, 10
PAGES = SOURCES * ARTICLES
RUN = "dag-1"


@pytest.fixture
def web() -> Iterator[Web]:
    """Three newspapers on one server, with a feed of articles each."""
    web = Web("127.0.0.31")
    for source in range(SOURCES):
        paths = [f"/{source}/{n}.html" for n in range(ARTICLES)]
        for path in paths:
            web.put(path, article(f"Bài {path}", f"Chuyện {path}. {WORDS * 6}"))
        web.feed(f"/{source}/rss.xml", paths)
    yield web
    web.close()


@pytest.fixture
def settings(settings_of_each_database: Settings, web: Web, tmp_path: Path) -> Settings:
    """Settings by which those newspapers are crawled, into many small partitions."""
    folder = tmp_path / "sources"
    folder.mkdir()
    for n in range(SOURCES):
        (folder / f"bao-{n}.yaml").write_text(
            f"id: bao-{n}\nname: Báo {n}\nhome: {web.base}/{n}/\ntype: news\n"
            f"allow_addresses: [{web.address}]\ndiscover: {{feeds: ['{web.base}/{n}/rss.xml']}}\n"
            f"articles: {{allow: ['^/{n}/']}}\n"
        )
    crawl = place_settings(tmp_path, delay_s=0.02, batch_pages=3).crawl
    return settings_of_each_database.model_copy(update={"sources_dir": folder, "crawl": crawl})


def work(settings: Settings, analyser: Analyser, number: int) -> None:
    """Do what a worker's mapped tasks do: crawl its source, analyse and index what waits."""
    house = opened(settings, analyser)
    with running(house, "crawl", RUN, part=f"w{number}"):
        pipeline.crawl(house, RUN, [f"bao-{number % SOURCES}"])
        pipeline.analyse(house, RUN)
        pipeline.index(house, RUN)
    house.engine.close()
    house.records.close()


def begin(work: Callable[[], None], *, endless: bool) -> int:
    """Work in a process of its own, without end or once; return its id."""

    def works() -> None:
        work()
        while endless:
            work()

    return forked(works)


def until(true: Callable[[], bool]) -> None:
    """Wait until something comes true."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def whole(house: House, web: Web) -> None:
    """Everything is there once."""
    archive = Archive(house.settings.archive_location)
    archived = Counter(page.url for path in archive.partitions() for page in archive.read(path))
    assert set(archived.values()) == {1}
    assert len(archived) == len(indexed(house)) == PAGES
    assert pipeline.waiting(house) == []
    assert house.spool.partitions() == set()


@pytest.mark.timeout(300)
def test_eight_workers_of_whom_three_are_killed_do_everything_once(
    settings: Settings, web: Web, analyser: Analyser
) -> None:
    house = opened(settings, analyser)
    house.records.close()  # its schema is made; connections are not for two processes
    workers = [
        begin(lambda n=n: work(settings, analyser, n), endless=n < KILLED)  # type: ignore[misc]
        for n in range(WORKERS)
    ]

    def told(stage: Stage) -> bool:
        return bool(runs.outcomes(house.records, RUN, stage))

    moments = (lambda: len(web.asked) > 4, lambda: told(Stage.ANALYSE), lambda: told(Stage.INDEX))
    try:
        for pid, moment in zip(workers[:KILLED], moments, strict=True):
            until(moment)
            os.kill(pid, signal.SIGKILL)
    except BaseException:
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        raise
    ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in workers]
    assert ends == [-signal.SIGKILL] * KILLED + [0] * (WORKERS - KILLED)

    for number in range(KILLED):
        work(settings, analyser, number)
    whole(house, web)
    assert [run.status for run in runs.runs(house.records)] == ["done"]
    counts = runs.outcome_counts(house.records, RUN)
    for stage in (Stage.ANALYSE, Stage.INDEX):
        assert sum(count for key, count in counts.items() if key[0] is stage) == PAGES
    # One crawl of each source came to its end; more were begun only where one was killed.
    days = source_days(house.records, date.min)
    assert {source: sum(day.checks for day in of) for source, of in days.items()} == {
        f"bao-{n}": 1 for n in range(SOURCES)
    }
    assert sum(web.times(f"/{n}/rss.xml") for n in range(SOURCES)) <= SOURCES + KILLED
    house.engine.close()
    house.records.close()


@pytest.mark.services
@pytest.mark.parametrize("settings_of_each_database", ["postgresql"], indirect=True)
def test_a_run_whose_connections_are_cut_goes_on_or_is_repeated(
    settings: Settings, web: Web, analyser: Analyser
) -> None:
    house = opened(settings, analyser)
    cut: dict[Stage, int] = {}

    def cut_at_first(outcome: Outcome) -> None:
        if outcome.stage not in cut:
            cut[outcome.stage] = cut_all(settings.database_url)

    for _ in range(len(Stage) + 1):
        with suppress(RecordsUnavailable), running(house, "run", RUN) as run_id:
            pipeline.run(house, run_id, on_outcome=cut_at_first)
    assert all(cut[stage] for stage in (Stage.CRAWL, Stage.ANALYSE, Stage.INDEX))
    whole(house, web)
    assert [run.status for run in runs.runs(house.records)] == ["done"]
    house.engine.close()
    house.records.close()


def cut_all(url: str) -> int:
    """Cut all other connections to a database, and return how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return len(connection.execute(f"SELECT pg_terminate_backend(pid) {others}").fetchall())
