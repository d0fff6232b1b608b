"""What all rooms' tests share: a house of its own for each test, and invented pages."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import hypothesis
import pytest
import structlog

from core.contracts import Page, PageType
from core.records import Records, open_records
from core.settings import ElasticSettings, Settings, load_settings
from core.urls import page_id
from tests import s3 as server
from tools.local_elasticsearch import Cluster
from tools.local_postgresql import Server

# Examples are bounded by number, not by time: the machine may be busy with something else.
hypothesis.settings.register_profile("any-machine", deadline=None)
hypothesis.settings.load_profile("any-machine")

NOON = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)  # noon in Vietnam


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """Undo what a test set up of the logs, which would write to its closed output."""
    before = logging.getLogger().handlers[:]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a fresh data folder, whatever the machine's environment says."""
    monkeypatch.chdir(tmp_path)
    return load_settings(data_dir=tmp_path / "data")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def settings_of_each_database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings of a fresh data folder and database."""
    monkeypatch.chdir(tmp_path)
    if request.param == "sqlite":
        return load_settings(data_dir=tmp_path / "data")
    server: Server = request.getfixturevalue("postgresql")
    return load_settings(data_dir=tmp_path / "data", database_url=server.database(f"t{uuid4().hex}"))


@pytest.fixture
def records(settings: Settings) -> Iterator[Records]:
    """Empty records."""
    opened = open_records(settings)
    yield opened
    opened.close()


@pytest.fixture
def make_page() -> Callable[..., Page]:
    """A function that makes an invented page; keyword arguments replace its fields."""

    def make(**given: object) -> Page:
        number = given.pop("number", 1)
        url = f"https://bao.example/{number}.html"
        fields: dict[str, object] = {
            "id": page_id(url),
            "url": url,
            "canonical_url": url,
            "source_id": "bao",
            "type": PageType.ARTICLE,
            "title": f"Tin số {number}",
            "text": f"Nội dung của bản tin số {number}.",
            "language": "vi",
            "published_at": NOON,
            "fetched_at": NOON,
            "content_hash": f"{number:064x}",
        }
        return Page.model_validate(fields | given)

    return make


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A real PostgreSQL, started once. Tests that use it are marked `services`."""
    # Not below pytest's own folder, into which the server's user can't look.
    with TemporaryDirectory() as folder, Server(Path(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[server.S3]:
    """A real S3 server, started once."""
    with server.serving() as running:
        yield running


@pytest.fixture
def s3(s3_server: server.S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[server.S3]:
    """The server with the key in the environment. What a test told it to do wrong ends with the test."""
    for name, value in server.KEY.items():
        monkeypatch.setenv(name, value)
    yield s3_server
    s3_server.fault("", "")


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real node, started once. Tests that use it are marked `services`."""
    with Cluster(tmp_path_factory.mktemp("elasticsearch")) as cluster:
        yield cluster.urls[0]


@pytest.fixture(scope="session")
def elasticsearch_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real cluster of three nodes, started once. A test that ends nodes starts them again."""
    with Cluster(tmp_path_factory.mktemp("cluster"), count=3) as cluster:
        yield cluster


@pytest.fixture
def elastic_settings(elasticsearch: str) -> ElasticSettings:
    """Settings of an index of its own on the real node."""
    return ElasticSettings(hosts=(elasticsearch,), prefix=f"t{uuid4().hex[:12]}")
