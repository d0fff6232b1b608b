"""A disk that fills up in the middle of a run: one line, and the run made again loses and doubles nothing.

A limit on the size of files is what a process sees of a full disk, without filling one.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from core.contracts import Page
from core.outcomes import Result, Stage
from core.records import crawled, open_records, runs
from core.settings import load_settings
from langnghe import pipeline
from langnghe.demo.site.server import RunningWeb
from langnghe.house import House, running
from nlp.analyser import Analyser
from tests.langnghe.conftest import archive, command, pages
from tools.local_postgresql import Server

ON_A_FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
largest = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
from langnghe.cli import main
main()
"""


def on_a_full_disk(largest: int, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line where no file can grow beyond `largest` bytes."""
    return subprocess.run(
        [sys.executable, "-c", ON_A_FULL_DISK, str(largest), *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one line for the person beside the log's, which are JSON."""
    assert (done.returncode, done.stdout) == (1, "")
    [line] = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    return line


def test_records_that_can_not_grow_stop_a_stage_that_goes_on_when_there_is_room(
    house: House, analyser: Analyser, make_page: Callable[..., Page]
) -> None:
    for n in range(12):
        archive(house, [make_page(number=n, source_id=f"bao-{n}")])
    house.records.close()

    line = told(on_a_full_disk(100_000, "--data-dir", str(house.settings.data_dir), "analyse"))

    assert line.startswith("langnghe: records sqlite:///")
    assert line.endswith("check disk and server")
    waiting = len(crawled.partitions_to_do(house.records, Stage.ANALYSE))
    assert 0 < waiting < 12, "it was to be stopped in the middle"
    house.__dict__["analyser"] = analyser
    with running(house, "analyse") as run_id:
        pipeline.analyse(house, run_id)
    assert crawled.partitions_to_do(house.records, Stage.ANALYSE) == []
    analysed = [
        outcome.item
        for run in runs.runs(house.records)
        for outcome in runs.outcomes(house.records, run.id)
        if outcome.stage is Stage.ANALYSE
    ]
    assert len(analysed) == len(set(analysed)) == 12


@pytest.mark.services
def test_an_archive_that_can_not_grow_stops_a_crawl_that_is_made_again(
    web: RunningWeb, postgresql: Server, tmp_path: Path
) -> None:
    site = web.sites[2]
    places = {
        "LANGNGHE_SOURCES_DIR": str(web.sources_dir),
        "LANGNGHE_DATABASE_URL": postgresql.database(f"t{uuid4().hex}"),  # its files are the server's
    }
    crawl = ("--data-dir", str(tmp_path), "crawl", site.id)

    line = told(on_a_full_disk(2_000, *crawl, **places))

    assert line.startswith("langnghe: archive ")
    assert "can't be written: File too large" in line
    assert command(*crawl, **places).returncode == 0
    held = pages(tmp_path)
    records = open_records(load_settings(data_dir=tmp_path, database_url=places["LANGNGHE_DATABASE_URL"]))
    assert set(crawled.seen(records, list(held))) == set(held)
    archived = [o for o in runs.outcomes(records, runs.runs(records)[0].id) if o.result is Result.ARCHIVED]
    assert archived
    assert [run.status for run in runs.runs(records)] == ["done", "failed"]
    records.close()
