"""A console over real records and a real index, furnished once and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core.records import Records, open_records
from core.records.people import Role, sign_in
from core.settings import Settings
from dashboards.console.app import create_app
from dashboards.console.guard import SESSION_COOKIE
from index.embedded import EmbeddedEngine
from tests.dashboards.console_world import COLLEAGUE, PASSWORD, PEOPLE, documents, furnish

Client = Callable[..., TestClient]


@dataclass(frozen=True)
class House:
    """What a console works with, open."""

    settings: Settings
    records: Records
    engine: EmbeddedEngine


@dataclass(frozen=True)
class Furnished:
    """A data folder with everything in it, and a session's token for each person."""

    folder: Path
    tokens: dict[str, str]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """The invented world in a folder of its own. Sign-in is slow by design, so each person does it once."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("furnished") / "data")
    records, engine = open_records(settings), EmbeddedEngine(settings.index_path)
    furnish(records)
    engine.write(list(documents()))
    names = [*(name for name, _ in PEOPLE.values()), COLLEAGUE]
    entered = {name: sign_in(records, name, PASSWORD, "127.0.0.1", hours=10) for name in names}
    engine.close()
    records.close()
    return Furnished(settings.data_dir, {name: got[0] for name, got in entered.items() if got})


@pytest.fixture
def house(furnished: Furnished, settings: Settings) -> Iterator[House]:
    """A copy of the furnished data folder, opened."""
    shutil.copytree(furnished.folder, settings.data_dir)
    records, engine = open_records(settings), EmbeddedEngine(settings.index_path)
    yield House(settings, records, engine)
    engine.close()
    records.close()


@pytest.fixture
def app(house: House) -> FastAPI:
    """The console over the furnished house."""
    return create_app(house.settings, house.records, house.engine)


@pytest.fixture
def client(app: FastAPI, furnished: Furnished) -> Iterator[Client]:
    """A function that gives the browser of a role or a person, signed in, or with None of nobody."""
    made: list[TestClient] = []

    def signed_in(who: Role | str | None = Role.ANALYST) -> TestClient:
        browser = TestClient(app, follow_redirects=False)
        made.append(browser)
        if who is not None:
            name = PEOPLE[who][0] if isinstance(who, Role) else who
            browser.cookies.set(SESSION_COOKIE, furnished.tokens[name], domain="testserver.local")
        return browser

    yield signed_in
    for browser in made:
        browser.close()
