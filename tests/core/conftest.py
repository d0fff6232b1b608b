"""What the tests of the core have to pass on more than one kind of: databases, and archives."""

from pathlib import Path
from uuid import uuid4

import pytest

from core.archive import Archive
from core.settings import Settings, load_settings
from tools.local_postgresql import Server

services = pytest.mark.services


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=services)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a fresh data folder and database."""
    monkeypatch.chdir(tmp_path)
    if request.param == "sqlite":
        return load_settings(data_dir=tmp_path / "data")
    server: Server = request.getfixturevalue("postgresql")
    return load_settings(data_dir=tmp_path / "data", database_url=server.database(f"t{uuid4().hex}"))


@pytest.fixture(params=["folder", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """An empty archive."""
    if request.param == "folder":
        return Archive(str(tmp_path / "archive"))
    s3 = request.getfixturevalue("s3")
    return Archive(f"s3://{s3.make_bucket()}/some/archive", s3.settings)
