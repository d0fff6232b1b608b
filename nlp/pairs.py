"""Minimal pairs: two short invented texts that differ as little as may be, of which mostly one is relevant.

They show what a figure over all texts hides: whether a model reads the fact that matters or the words around
it. `development` pairs may be learned from, `test` pairs never; the id alone decides (`nlp.labelled.half`).
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nlp.labelled import half
from nlp.rows import Row, parse
from nlp.task import Task

DEVELOPMENT, TEST = "development", "test"
NOT_RELEVANT = {"categories": [], "severity": 0, "kind": "none"}


@dataclass(frozen=True)
class Pair:
    """One pair: `kind` is what it is about (negation, ages …), `rows` the two texts with their labels."""

    id: str
    kind: str
    rows: tuple[Row, Row]

    @property
    def half(self) -> str:
        """`development` or `test`."""
        return half(self.id)

    @property
    def contrasts(self) -> bool:
        """Whether one side is relevant and the other is not; else both are, of other category or severity."""
        return self.rows[0].risk.relevant != self.rows[1].risk.relevant


@cache
def pairs() -> tuple[Pair, ...]:
    """Return the pairs of `nlp/pairs.yaml`, read once. Raises BadInput that names a pair that is wrong."""
    raw: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        files("nlp").joinpath("pairs.yaml").read_text("utf-8")
    )
    return tuple(_pair(kind, one) for kind, of_kind in raw.items() for one in of_kind)


def rows(of_half: str) -> list[Row]:
    """Return the labelled texts of all pairs of one half, `development` to learn from or `test` to judge by.

    Their weight is 0: they are no sample of what is published, so nothing is calibrated on them.
    """
    return [row for pair in pairs() if pair.half == of_half for row in pair.rows]


def _pair(kind: str, raw: dict[str, Any]) -> Pair:
    one, other = (_row(raw, side) for side in raw["sides"])
    return Pair(raw["id"], kind, (one, other))


def _row(pair: dict[str, Any], side: dict[str, Any]) -> Row:
    labels = side.get("labels")
    return parse(
        Task.RISK,
        {
            "type": pair["type"],
            "thread_title": pair.get("thread_title"),
            "title": side.get("title"),
            "text": side["text"],
            "weight": 0.0,
            "relevant": labels is not None,
            **(labels or NOT_RELEVANT),
        },
        f"pairs.yaml, {pair['id']}",
    )
