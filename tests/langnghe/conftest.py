"""The small web of the demo, its command line, and what a data folder holds in the end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.archive import Archive
from core.contracts import Document, Page
from core.settings import Settings, load_settings
from index import open_engine
from index.engine import Query
from langnghe.demo.site.server import RunningWeb, serving
from langnghe.house import House

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


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """A house without texts."""
    opened = House(settings)
    yield opened
    opened.engine.close()
    opened.records.close()
