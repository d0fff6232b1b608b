"""The engines that the contract's tests run on. A new engine joins by a line in ENGINES."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from core.settings import ElasticSettings
from index.elastic import ElasticEngine
from index.embedded import EmbeddedEngine
from index.engine import Engine
from tests.index.emptying import emptied


def _embedded(request: pytest.FixtureRequest) -> Callable[[], Engine]:
    folder: Path = request.getfixturevalue("tmp_path")
    numbers = count()
    return lambda: EmbeddedEngine(folder / f"engine-{next(numbers)}" / "index.db")


def _elastic(request: pytest.FixtureRequest) -> Callable[[], Engine]:
    settings = ElasticSettings(hosts=(request.getfixturevalue("elasticsearch"),), prefix="contract")
    return lambda: ElasticEngine(emptied(settings))


# For each, what makes a function that makes empty engines.
ENGINES: dict[str, Callable[[pytest.FixtureRequest], Callable[[], Engine]]] = {
    "embedded": _embedded,
    "elastic": _elastic,
}


@pytest.fixture(params=["embedded", pytest.param("elastic", marks=pytest.mark.services)])
def make_engine(request: pytest.FixtureRequest) -> Iterator[Callable[[], Engine]]:
    """A function that makes empty engines."""
    made: list[Engine] = []
    open_one = ENGINES[request.param](request)

    def make() -> Engine:
        made.append(open_one())
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def engine(make_engine: Callable[[], Engine]) -> Engine:
    """An empty engine."""
    return make_engine()
