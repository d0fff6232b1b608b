"""Which indices there are: one for each month of each generation, and what tells the generations apart.

langnghe-GENERATION-2026.11  the documents dated in a month of Vietnam
langnghe-GENERATION-mark     always empty: the generation exists, and serves if this does
langnghe-GENERATION-all      alias of all these, for the generation's own engine
langnghe                     alias of those of the generation that serves
langnghe-building            alias of the mark of the generation that is being built
langnghe-triage              verdicts by page, shared by all generations
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from core.contracts import Document
from index.effective import day_of

FIRST = "first"


@dataclass(frozen=True, slots=True)
class Names:
    """The names under a prefix. Capital letters, which they may not have, are written `_a`."""

    prefix: str

    @property
    def building(self) -> str:
        """The alias of the mark of the generation that is being built."""
        return f"{self.prefix}-building"

    @property
    def triages(self) -> str:
        """The index of verdicts."""
        return f"{self.prefix}-triage"

    @property
    def everything(self) -> str:
        """What matches the documents of all generations."""
        return f"{self.prefix}-*-all"

    def all_of(self, generation: str) -> str:
        """Return the alias of a generation's indices."""
        return f"{self._stem(generation)}-all"

    def mark(self, generation: str) -> str:
        """Return the index that says that a generation exists."""
        return f"{self._stem(generation)}-mark"

    def month(self, generation: str, document: Document) -> str:
        """Return the index that holds `document`."""
        day = day_of(document)
        return f"{self._stem(generation)}-{day.year:04}.{day.month:02}"

    def generation(self, index: str) -> str | None:
        """Return the generation that `index` is of, if it is of one."""
        found = re.fullmatch(rf"{self.prefix}-(.+)-(?:mark|\d{{4}}\.\d\d)", index)
        return re.sub("_([a-z])", lambda m: m[1].upper(), found[1]) if found else None

    def _stem(self, generation: str) -> str:
        return f"{self.prefix}-{_lowered(generation)}"


@cache
def _lowered(generation: str) -> str:
    return re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", generation)


@dataclass(frozen=True, slots=True)
class Layout:
    """What there was when the cluster was asked: each index with its aliases."""

    names: Names
    indices: Mapping[str, frozenset[str]]

    @property
    def generations(self) -> dict[str, list[str]]:
        """The indices of each generation."""
        found: dict[str, list[str]] = {}
        for index in sorted(self.indices):
            if (generation := self.names.generation(index)) is not None:
                found.setdefault(generation, []).append(index)
        return found

    @property
    def serving(self) -> str | None:
        """The generation that serves, if any."""
        return self._marked(self.names.prefix)

    @property
    def building(self) -> str | None:
        """The generation that is being built, if any."""
        return self._marked(self.names.building)

    def _marked(self, alias: str) -> str | None:
        return next(
            (
                generation
                for generation in self.generations
                if alias in self.indices.get(self.names.mark(generation), ())
            ),
            None,
        )
