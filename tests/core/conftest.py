"""What the tests of the core have to pass on more than one kind of: databases, and archives."""

from pathlib import Path

import pytest

from core.archive import Archive
from core.settings import Settings


@pytest.fixture
def settings(settings_of_each_database: Settings) -> Settings:
    """Settings of a fresh data folder and database, of one kind after the other."""
    return settings_of_each_database


@pytest.fixture(params=["folder", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """An empty archive."""
    if request.param == "folder":
        return Archive(str(tmp_path / "archive"))
    s3 = request.getfixturevalue("s3")
    return Archive(f"s3://{s3.make_bucket()}/some/archive", s3.settings)
