"""A run that is killed at any moment is run again with the same result."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from core.contracts import Document, State, What
from core.records import decisions, open_records, runs
from core.records.decisions import Shown, decide, verify
from core.settings import load_settings
from index import open_engine
from langnghe.demo.site.server import RunningWeb
from tests.langnghe.conftest import LANGNGHE, archived_revisions, command, documents

KILLS = 5


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
    done = command("--data-dir", str(folder), "run", LANGNGHE_SOURCES_DIR=str(sources))
    assert done.returncode == 0, done.stderr
    return folder, time.monotonic() - start


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
        process = subprocess.Popen(
            [*LANGNGHE, "--data-dir", str(tmp_path), "run"],
            env=os.environ | {"LANGNGHE_SOURCES_DIR": str(sources)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(timeout=moments.uniform(0.2, 0.9) * seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        decided += dismiss_one(tmp_path, decided)
    last = command("--data-dir", str(tmp_path), "run", LANGNGHE_SOURCES_DIR=str(sources))
    assert last.returncode == 0, last.stderr

    assert set(documents(tmp_path)) == set(documents(whole))
    assert judged(tmp_path) == judged(whole)
    assert sorted(set(archived_revisions(tmp_path))) == sorted(set(archived_revisions(whole)))
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
