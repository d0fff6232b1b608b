"""What tells one case from another: pairs of words, among them names, and dates; as hashes only."""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

from core.contracts import Page
from core.text import fold

HASHES = 1 << 17
# The case is told at the beginning; further down follow other cases and the law.
READ = 3000
_WORD = re.compile(r"[^\W_]+")
_DATE = re.compile(r"(?<![\d/-])(\d{1,2})[-/](\d{1,2})(?![\d])")


class Term(NamedTuple):
    """A pair of words that stand together, or a date: below `HASHES`. `telling`: in capitals, or a date."""

    hash: int
    telling: bool
    headline: bool


def terms(page: Page) -> Iterator[Term]:
    """Yield the terms of title, lead and the beginning of the text, case and diacritics folded."""
    for name in ("title", "lead", "text"):
        text = getattr(page, name)[:READ]
        headline = name != "text"
        words = list(_WORD.finditer(text))
        for one, two in pairwise(words):
            if text[one.end() : two.start()].strip() in ("", "-"):
                capitals = one[0][0].isupper() and two[0][0].isupper()
                yield Term(_hash(f"{fold(one[0])} {fold(two[0])}"), capitals, headline)
        for date in _DATE.finditer(text):
            yield Term(_hash(f"{int(date[1])}/{int(date[2])}"), True, headline)


def pairs(name: str) -> list[int]:
    """Return the terms that a name is made of."""
    words = fold(name).replace("-", " ").split()
    return [_hash(f"{one} {two}") for one, two in pairwise(words)]


@lru_cache(maxsize=1 << 17)
def _hash(term: str) -> int:
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big") % HASHES
