"""The risk taxonomy: 14 categories, severity, kind and sentiment with the names that analysts read."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from core.contracts import Contract, Kind, Sentiment


class Category(Contract):
    """A kind of risk: stable `code`, names, the CO:RE class of online risk, the law that defines it."""

    code: str
    vi: str
    en: str
    four_c: Literal["content", "contact", "conduct", "contract", "offline"]
    law: str
    about: str


class Term(Contract):
    """A level of severity, a kind or a tone: its Vietnamese name and what it means."""

    vi: str
    about: str = ""


class Taxonomy(Contract):
    """All terms; `categories` in the order in which they are listed everywhere."""

    categories: tuple[Category, ...]
    severity: dict[int, Term]
    kind: dict[Kind, Term]
    sentiment: dict[Sentiment, Term]

    @property
    def codes(self) -> tuple[str, ...]:
        """The category codes in order."""
        return tuple(c.code for c in self.categories)

    def category(self, code: str) -> Category:
        """Return the category `code`. Raises KeyError for an unknown one."""
        return {c.code: c for c in self.categories}[code]


@cache
def taxonomy() -> Taxonomy:
    """Return the taxonomy of `core/taxonomy.yaml`, read once."""
    raw = yaml.safe_load(files("core").joinpath("taxonomy.yaml").read_text("utf-8"))
    return Taxonomy.model_validate(raw)
