"""The engines that the contract's tests run on. A new engine joins by a line in ENGINES."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from index.embedded import EmbeddedEngine
from index.embedded.generations import EmbeddedGenerations
from index.engine import Engine
from index.generations import Generations

# Each makes an empty engine in a folder of its own.
ENGINES: dict[str, Callable[[Path], Engine]] = {
    "embedded": lambda folder: EmbeddedEngine(folder / "index.db"),
}
# Each looks after the generations, of which there are none yet, of a place of its own.
GENERATIONS: dict[str, Callable[[Path], Generations]] = {
    "embedded": lambda folder: EmbeddedGenerations(folder / "index.db"),
}


@pytest.fixture(params=ENGINES)
def make_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """A function that makes empty engines."""
    made: list[Engine] = []
    numbers = count()

    def make() -> Engine:
        folder = tmp_path / f"engine-{next(numbers)}"
        made.append(ENGINES[request.param](folder))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def engine(make_engine: Callable[[], Engine]) -> Engine:
    """An empty engine."""
    return make_engine()


@pytest.fixture(params=GENERATIONS)
def generations(request: pytest.FixtureRequest, tmp_path: Path) -> Generations:
    """The generations of an index, none yet."""
    return GENERATIONS[request.param](tmp_path / "generations")
