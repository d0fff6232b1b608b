"""What a search asks for, as a tree: words and filters joined by and, or, not. Engines translate it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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
    "first_fetched",
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

    Values are the stored ones: codes, province names, `0` to `3`, ISO days of Vietnam, times as
    `index.effective.moment` writes them, `true` and `false`. Only `severity`, `day` and times have an order;
    the others are compared by `=`. A field with several values (category, province) equals each of them.
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


def all_of(parts: Iterable[Expression]) -> Expression:
    """Return what holds where all `parts` do, as flat as can be and each part once."""
    flat = (inner for part in parts for inner in (part.parts if isinstance(part, All) else (part,)))
    made = tuple(dict.fromkeys(flat))
    return made[0] if len(made) == 1 else All(made)


def any_of(parts: Iterable[Expression]) -> Expression:
    """Return what holds where one of `parts` does (of one at least), as flat as can be and each part once."""
    flat = (inner for part in parts for inner in (part.parts if isinstance(part, Any) else (part,)))
    made = tuple(dict.fromkeys(flat))
    return made[0] if len(made) == 1 else Any(made)


def negation(part: Expression) -> Expression:
    """Return what holds where `part` does not. Its terms become literal; those that were are so no longer."""
    turned = _turned(part)
    return turned.part if isinstance(turned, Not) else Not(turned)


def _turned(expression: Expression) -> Expression:
    match expression:
        case Term():
            return replace(expression, literal=not expression.literal)
        case Filter():
            return expression
        case Not(part):
            return Not(_turned(part))
        case All(parts):
            return All(tuple(map(_turned, parts)))
        case Any(parts):
            return Any(tuple(map(_turned, parts)))


def strictly(expression: Expression, *, title: bool = False) -> Expression:
    """Return what must hold besides `expression` for it to hold by the very words that were typed.

    With `title`, by words in the title. What is negated is left as it is: the order by score ranks first what
    holds strictly in the title, then what holds strictly.
    """
    strict = _strict(expression, title)
    if isinstance(strict, All) and isinstance(expression, All):
        pairs = zip(strict.parts, expression.parts, strict=True)
        return all_of(now for now, before in pairs if now != before)
    return All() if strict == expression else strict


def _strict(expression: Expression, title: bool) -> Expression:
    match expression:
        case Term(literal=False):
            return replace(expression, literal=expression.exact, title=title or expression.title)
        case Term() | Filter():
            return expression
        case Not(part):
            return Not(_strict(part, title))
        case All(parts):
            return All(tuple(_strict(part, title) for part in parts))
        case Any(parts):
            return Any(tuple(_strict(part, title) for part in parts))
