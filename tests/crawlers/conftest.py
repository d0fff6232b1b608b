"""A web and a place to crawl it into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.records import open_records
from tests.crawlers.smallweb import Place, Web, place_settings


@pytest.fixture
def web() -> Iterator[Web]:
    """A web at 127.0.0.21."""
    found = Web("127.0.0.21")
    yield found
    found.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A fresh data folder; quick to give up."""
    settings = place_settings(tmp_path)
    records = open_records(settings)
    yield Place(settings, records)
    records.close()
