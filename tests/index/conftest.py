"""The engines that the contract's tests run on. A new engine joins by a line in ENGINES."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from index.embedded import EmbeddedEngine
from index.engine import Engine

# Each makes an empty engine in a folder of its own.
ENGINES: dict[str, Callable[[Path], Engine]] = {
    "embedded": lambda folder: EmbeddedEngine(folder / "index.db"),
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
