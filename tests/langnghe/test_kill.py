"""A run that is killed at any moment is run again with the same result."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.contracts import Document, State, What
from core.records import decisions, open_records, runs
from core.records.decisions import Shown, decide, verify
from core.settings import load_settings
from index import open_engine
from langnghe.demo.site.server import RunningWeb
from tests.langnghe.conftest import documents, pages

KILLS = 5
# `langnghe run` for named sources, so that each run crawls whether a source is due or not.
RUN = """
import sys
from pathlib import Path
from core.settings import load_settings
from langnghe.house import House, running
from langnghe.pipeline import run
house = House(load_settings(data_dir=Path(sys.argv[1])))
with running(house, "run") as run_id:
    run(house, run_id, [spec.id for spec in house.sources.specs])
"""


@pytest.fixture(scope="module")
def sources(web: RunningWeb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The forum and the newspaper with comments: enough to be in the middle of something."""
    folder = tmp_path_factory.mktemp("sources")
    for site in web.sites[1:]:
        (folder / f"{site.id}.yaml").write_bytes((web.sources_dir / f"{site.id}.yaml").read_bytes())
    return folder


@pytest.fixture(scope="module")
def undisturbed(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A data folder filled by one whole run, and how long that took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    start = time.monotonic()
    assert begin(folder, sources).wait() == 0
    return folder, time.monotonic() - start


def begin(data_dir: Path, sources: Path) -> subprocess.Popen[bytes]:
    """Start a run in a process of its own."""
    variables = os.environ | {"LANGNGHE_SOURCES_DIR": str(sources)}
    return subprocess.Popen([sys.executable, "-c", RUN, str(data_dir)], env=variables)


def judged(data_dir: Path) -> dict[str, Document]:
    """The documents without the time of fetching, which differs from run to run."""
    return {
        name: d.model_copy(update={"page": d.page.model_copy(update={"fetched_at": d.page.dated_at})})
        for name, d in documents(data_dir).items()
        if d.page.published_at is not None
    }


def test_five_kills_lose_nothing_double_nothing_and_leave_decisions_alone(
    undisturbed: tuple[Path, float], sources: Path, tmp_path: Path
) -> None:
    whole, seconds = undisturbed
    decided: list[str] = []
    moments = random.Random(time.time_ns())
    for _ in range(KILLS):
        process = begin(tmp_path, sources)
        try:
            process.wait(timeout=moments.uniform(0.1, 0.8) * seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        decided += dismiss_one(tmp_path, decided)
    assert begin(tmp_path, sources).wait() == 0

    assert set(documents(tmp_path)) == set(documents(whole))
    assert judged(tmp_path) == judged(whole)
    assert set(pages(tmp_path)) == set(pages(whole))
    assert still_dismissed(tmp_path, decided)
    records = open_records(load_settings(data_dir=tmp_path))
    assert verify(records) == len(decided)
    assert {r.status for r in runs.runs(records)} <= {"done", "interrupted"}
    records.close()


def dismiss_one(data_dir: Path, already: list[str]) -> list[str]:
    """Decide on a text that is indexed by now, as an analyst would between two runs."""
    fresh = sorted(set(documents(data_dir)) - set(already))
    if not fresh:
        return []
    records = open_records(load_settings(data_dir=data_dir))
    shown = Shown(page_id=fresh[0], content_hash="h", model="m", severity=1, categories=(), seq=0)
    decide(records, "lan", What.DISMISS, [shown])
    records.close()
    return fresh[:1]


def still_dismissed(data_dir: Path, decided: list[str]) -> bool:
    """Say whether records and index agree that each text is dismissed."""
    settings = load_settings(data_dir=data_dir)
    records, engine = open_records(settings), open_engine(settings)
    in_records = {name: t.state for name, t in decisions.triages(records).items()}
    hits = [engine.get(name) for name in decided]
    records.close()
    engine.close()
    return in_records == dict.fromkeys(decided, State.DISMISSED) and all(
        hit is not None and hit.triage.state is State.DISMISSED and not hit.relevant for hit in hits
    )
