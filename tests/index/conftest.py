"""The engines that the contract's tests run on. A new engine joins by a line in ENGINES and GENERATIONS."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from core.settings import ElasticSettings
from index.elastic import ElasticEngine, ElasticGenerations
from index.embedded import EmbeddedEngine
from index.embedded.generations import EmbeddedGenerations
from index.engine import Engine
from index.generations import Generations
from tests.index.emptying import emptied, gone


def _embedded(request: pytest.FixtureRequest) -> Iterator[Callable[[], Engine]]:
    folder: Path = request.getfixturevalue("tmp_path")
    numbers = count()
    yield lambda: EmbeddedEngine(folder / f"engine-{next(numbers)}" / "index.db")


def _elastic(request: pytest.FixtureRequest) -> Iterator[Callable[[], Engine]]:
    settings = ElasticSettings(hosts=(request.getfixturevalue("elasticsearch"),), prefix="contract")
    yield lambda: ElasticEngine(emptied(settings))


def _embedded_generations(request: pytest.FixtureRequest) -> Iterator[Generations]:
    folder: Path = request.getfixturevalue("tmp_path")
    yield EmbeddedGenerations(folder / "generations" / "index.db")


def _elastic_generations(request: pytest.FixtureRequest) -> Iterator[Generations]:
    settings: ElasticSettings = request.getfixturevalue("elastic_settings")
    generations = ElasticGenerations(settings)
    yield generations
    generations.close()
    gone(settings)


SERVICES = pytest.mark.services
# For each, what makes a function that makes empty engines.
ENGINES = [pytest.param(_embedded, id="embedded"), pytest.param(_elastic, id="elastic", marks=SERVICES)]
# For each, what makes generations of an index of its own, of which there are none yet.
GENERATIONS = [
    pytest.param(_embedded_generations, id="embedded"),
    pytest.param(_elastic_generations, id="elastic", marks=SERVICES),
]


@pytest.fixture(params=ENGINES)
def make_engine(request: pytest.FixtureRequest) -> Iterator[Callable[[], Engine]]:
    """A function that makes empty engines."""
    made: list[Engine] = []
    for open_one in request.param(request):

        def make(open_one: Callable[[], Engine] = open_one) -> Engine:
            made.append(open_one())
            return made[-1]

        yield make
    for engine in made:
        engine.close()


@pytest.fixture
def engine(make_engine: Callable[[], Engine]) -> Engine:
    """An empty engine."""
    return make_engine()


@pytest.fixture(params=GENERATIONS)
def generations(request: pytest.FixtureRequest) -> Iterator[Generations]:
    """The generations of an index, none yet."""
    yield from request.param(request)


@pytest.fixture
def own_index(elastic_settings: ElasticSettings) -> Iterator[ElasticSettings]:
    """Settings of an index of its own on the real node, removed afterwards."""
    yield elastic_settings
    gone(elastic_settings)


@pytest.fixture
def open_one(own_index: ElasticSettings) -> Iterator[Callable[[], ElasticEngine]]:
    """A function that opens an engine as another process would: it shares nothing with the others."""
    opened: list[ElasticEngine] = []

    def one() -> ElasticEngine:
        opened.append(ElasticEngine(own_index))
        return opened[-1]

    yield one
    for engine in opened:
        engine.close()


def months(settings: ElasticSettings) -> dict[str, int]:
    """How many documents each index of a month holds."""
    with Elasticsearch(list(settings.hosts)) as client:
        client.indices.refresh(index=f"{settings.prefix}-*")
        indices = client.indices.get_alias(index=f"{settings.prefix}-*.*")
        return {
            index.removeprefix(f"{settings.prefix}-"): client.count(index=index)["count"] for index in indices
        }
