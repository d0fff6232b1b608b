"""What relevance loses when the same texts come spelled in other ways: F1 as they are and in each way.

`losses` works with any model on any rows; `make evaluate` measures it on held-out ones.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.analyser import BATCH
from nlp.features import Reading
from nlp.linear import Model
from nlp.risk import judge
from nlp.robustness import WAYS
from nlp.rows import Row
from nlp.scores import f1
from nlp.train import SEED

PLAIN = "as they are"
# What relevance F1 may lose at most.
FLOOR = 0.04
FLOORS = {"without diacritics": 0.08}

Said = Callable[[Sequence[Reading]], Sequence[bool]]


@dataclass(frozen=True)
class Loss:
    """Relevance F1 in one way of spelling, and how much less it is than for the texts as they are."""

    f1: float
    loss: float
    allowed: float

    @property
    def within(self) -> bool:
        """Whether no more is lost than may be."""
        return self.loss <= self.allowed


def relevant_by(model: Model) -> Said:
    """Return the function that says which readings `model` takes for relevant."""

    def said(readings: Sequence[Reading]) -> list[bool]:
        return [
            one.relevant
            for low in range(0, len(readings), BATCH)
            for one in judge(model, readings[low : low + BATCH]).judgements
        ]

    return said


def losses(said: Said, rows: Sequence[Row], seed: int = SEED) -> Mapping[str, Loss]:
    """Return F1 and loss of each way of `nlp.robustness.WAYS`, and of the texts as they are, on `rows`."""
    truth = np.array([row.risk.relevant for row in rows], dtype=bool)
    plain = f1(np.array(said([row.reading for row in rows]), dtype=bool), truth)
    found = {PLAIN: Loss(plain, 0.0, 0.0)}
    for name, way in WAYS.items():
        given = f1(np.array(said([way(row.reading, seed) for row in rows]), dtype=bool), truth)
        found[name] = Loss(given, plain - given, FLOORS.get(name, FLOOR))
    return found


def table(found: Mapping[str, Loss]) -> Iterator[str]:
    """Yield one line per way of spelling: F1, what is lost, what may be."""
    for name, one in found.items():
        more = "" if name == PLAIN else f"  loss {one.loss:+.3f} of {one.allowed:.2f}"
        yield f"{name:<24}relevance F1 {one.f1:.3f}{more}"
