"""What a search asks for, as a tree: words and filters joined by and, or, not. Engines translate it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

FilterField = Literal[
    "category",
    "province",
    "severity",
    "kind",
    "sentiment",
    "source",
    "type",
    "state",
    "relevant",
    "possibly_grave",
    "decided",
    "day",
    "group",
]
Comparison = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase: its `words` in lower case, one after the other within title, lead or text.

    `exact`: typed with marks, so these words and no others are meant; unless `literal`, they are also found
    by their bare spelling in a text written wholly without marks (what is negated is `literal`: the bare
    spelling may be another word, and what is hidden is not seen). Not `exact`: every spelling is found.
    `prefix`: the last word is a beginning. `title`: only the title counts.
    """

    words: tuple[str, ...]
    exact: bool = False
    prefix: bool = False
    literal: bool = False
    title: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A field of the document as it counts (`index.effective`), compared with a value.

    Values are the stored ones: codes, province names, `0` to `3`, ISO days of Vietnam, `true` and `false`.
    Only `severity` and `day` have an order; the others are compared by `=`. A field with several values
    (category, province) equals each of them.
    """

    field: FilterField
    comparison: Comparison
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class All:
    """What must hold together; empty: everything does."""

    parts: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """Of which one at least must hold; never empty."""

    parts: tuple["Expression", ...]


Expression = Term | Filter | Not | All | Any


def leaves(expression: Expression, negated: bool = False) -> Iterator[tuple[Term | Filter, bool]]:
    """Yield every term and filter from left to right, and whether it stands under an odd number of nots."""
    match expression:
        case Term() | Filter():
            yield expression, negated
        case Not(part):
            yield from leaves(part, not negated)
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part, negated)
