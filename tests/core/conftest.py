"""An archive in a folder and one on S3, for the tests that both have to pass."""

from pathlib import Path

import pytest

from core.archive import Archive


@pytest.fixture(params=["folder", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """An empty archive."""
    if request.param == "folder":
        return Archive(str(tmp_path / "archive"))
    s3 = request.getfixturevalue("s3")
    return Archive(f"s3://{s3.make_bucket()}/some/archive", s3.settings)
