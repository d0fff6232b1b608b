"""The small web of the demo, its command line, and what a data folder holds in the end."""

import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from core.archive import Archive
from core.contracts import Document, Page, What
from core.outcomes import Outcome, Result, Stage
from core.records import crawled, decisions
from core.records.crawled import Seen
from core.records.decisions import Shown
from core.settings import Settings, load_settings
from index import open_engine
from index.engine import Hit, Query
from langnghe import pipeline
from langnghe.demo.site.server import RunningWeb, serving
from langnghe.house import House, running
from nlp.analyser import Analyser
from tests.langnghe.world import world

LANGNGHE = [sys.executable, "-c", "from langnghe.cli import main; main()"]


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWeb]:
    """The demo's web, for all tests of this room."""
    with serving(tmp_path_factory.mktemp("web")) as running:
        yield running


def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `langnghe` in a process of its own, as a person would."""
    return subprocess.run(
        [*LANGNGHE, *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


def archive(house: House, pages: Sequence[Page]) -> list[str]:
    """Put pages into the archive as a crawl would."""
    partitions = house.archive.write(pages)
    seen = [
        Seen(id=p.id, source_id=p.source_id, url=p.url, content_hash=p.content_hash, fetched_at=p.fetched_at)
        for p in pages
    ]
    outcomes = [
        Outcome(stage=Stage.CRAWL, item=p.url, source_id=p.source_id, result=Result.ARCHIVED) for p in pages
    ]
    with running(house, "crawl") as run_id:
        crawled.record_batch(house.records, run_id, partitions, seen, outcomes)
    return [p.path for p in partitions]


def run(house: House) -> list[Outcome]:
    """Analyse and index what waits, and return the outcomes."""
    told: list[Outcome] = []
    with running(house, "test") as run_id:
        pipeline.run(house, run_id, on_outcome=told.append)
    return told


def decide(house: House, page_id: str, what: What, seq: int = 0) -> None:
    """Decide on a text as the console does: into the records, then into the index."""
    shown = Shown(page_id=page_id, content_hash="h", model="m", severity=1, categories=(), seq=seq)
    decisions.decide(house.records, "lan", what, [shown])
    house.engine.apply(decisions.triages(house.records, [page_id]))


def indexed(house: House) -> dict[str, Hit]:
    """Return all that the index holds, by page id."""
    return {hit.document.id: hit for hit in house.engine.scan(Query(relevant=None))}


@contextmanager
def killed_at(owner: object, name: str, *, after: bool = False) -> Iterator[None]:
    """Kill this process when the method `name` of `owner` is called, or when it has done its work."""
    method = getattr(owner, name)

    def die(*args: object, **given: object) -> object:
        if after:
            method(*args, **given)
        os.kill(os.getpid(), signal.SIGKILL)

    with patch.object(owner, name, die):
        yield


def forked(work: Callable[[], object]) -> int:
    """Do `work` in a process of its own that goes on beside this one; return its id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads: they do nothing here
        pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return pid


def in_a_process(work: Callable[[], object], kill_after_s: float | None = None) -> int:
    """Do `work` in a process of its own, with files of its own; return its exit status, -9 if killed."""
    pid = forked(work)
    deadline = time.monotonic() + kill_after_s if kill_after_s is not None else None
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG if deadline is not None else 0)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if deadline is not None and time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            deadline = None


def documents(data_dir: Path) -> dict[str, Document]:
    """Return every indexed document by id."""
    engine = open_engine(load_settings(data_dir=data_dir))
    found = {hit.document.id: hit.document for hit in engine.scan(Query(relevant=None))}
    engine.close()
    return found


def pages(data_dir: Path) -> dict[str, Page]:
    """Return every archived page by id. Fails if two revisions of one are there."""
    archive = Archive(load_settings(data_dir=data_dir).archive_location)
    found = {(p.id, p.content_hash): p for path in archive.partitions() for p in archive.read(path)}
    by_id = {p.id: p for p in found.values()}
    assert len(by_id) == len(found)
    return by_id


@pytest.fixture(scope="session")
def analyser() -> Analyser:
    """The packaged models, loaded once."""
    return Analyser.load()


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory, analyser: Analyser) -> Path:
    """A data folder with a world of texts, of which two are decided on."""
    folder = tmp_path_factory.mktemp("filled")
    (folder / "sources").mkdir()
    settings = load_settings(data_dir=folder / "data", sources_dir=folder / "sources")
    house = opened(settings, analyser)
    for batch in world():
        archive(house, batch)
    run(house)
    relevant = [hit.document.id for hit in house.engine.scan(Query(order="queue"))]
    decide(house, relevant[0], What.ESCALATE)
    decide(house, relevant[1], What.DISMISS)
    house.engine.close()
    house.records.close()
    return folder


@pytest.fixture
def filled(filled_folder: Path, house: House, analyser: Analyser) -> Iterator[House]:
    """A house of its own with that world of texts."""
    shutil.copytree(filled_folder / "data", house.settings.data_dir, symlinks=True)
    copy = opened(house.settings, analyser)
    yield copy
    copy.engine.close()
    copy.records.close()


def opened(settings: Settings, analyser: Analyser) -> House:
    """Return a house with the models that are loaded already."""
    house = House(settings)
    house.__dict__["analyser"] = analyser
    return house


@pytest.fixture
def house(settings: Settings, tmp_path: Path) -> Iterator[House]:
    """A house without texts and sources."""
    (tmp_path / "sources").mkdir(exist_ok=True)
    opened = House(settings.model_copy(update={"sources_dir": tmp_path / "sources"}))
    yield opened
    opened.engine.close()
    opened.records.close()
