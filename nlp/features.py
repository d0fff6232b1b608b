"""Features of texts: hashed n-grams of syllables or characters, by the part of the text they stand in.

A feature is a 32-bit hash, so that a model holds numbers only and no word of the texts it learned from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.contracts import Contract, Page, PageType, TextField
from core.text import fold
from nlp.segment import Words, words
from nlp.tokens import Places, Tokens, characters, mix, tokenise

Keys = NDArray[np.uint32]
Unit = Literal["syllable", "character"]

FIELDS: tuple[TextField, ...] = ("thread_title", "title", "lead", "text")
# How many code points of each field are read. Labels were made from title, lead and start of the body; with
# 1,200, 2,000 or 6,000 of the body relevance F1 is the same within 0.01. It also bounds time and memory
# when a page has megabytes of text.
READ = {"thread_title": 400, "title": 400, "lead": 800, "text": 2000}


@dataclass(frozen=True)
class Reading:
    """What a classifier reads of one text. `remark`: it is a comment or post, not an article."""

    thread_title: str = ""
    title: str = ""
    lead: str = ""
    text: str = ""
    remark: bool = False

    def fields(self) -> list[str]:
        """Return the fields in the order of FIELDS, each cut to what is read of it, a doubled title once."""
        head = "" if self.thread_title == self.title else self.thread_title
        values = (head, self.title, self.lead, self.text)
        return [value[: READ[name]] for name, value in zip(FIELDS, values, strict=True)]

    def bare(self) -> "Reading":
        """Return what is read of the text as typed without diacritics."""
        thread_title, title, lead, text = map(fold, self.fields())
        return Reading(thread_title, title, lead, text, self.remark)


def reading(page: Page) -> Reading:
    """Return what is read of a page."""
    remark = page.type in (PageType.COMMENT, PageType.POST)
    return Reading(page.thread_title, page.title, page.lead, page.text, remark)


class Block(Contract):
    """N-grams of one unit in some fields, together weighted to length `scale` (`remark_scale` in a remark).

    A comment is judged mostly by the title that it stands under, hence the two scales.
    """

    unit: Unit
    fields: tuple[TextField, ...]
    shortest: int
    longest: int
    scale: float
    remark_scale: float


class Batch:
    """Texts read together; tokens, words and characters are found when first asked for."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.size = len(readings)
        self.remark = np.array([r.remark for r in readings], dtype=bool)
        self._texts = [field for r in readings for field in r.fields()]

    @cached_property
    def syllables(self) -> Tokens:
        """The tokens of all fields."""
        return tokenise(self._texts)

    @cached_property
    def words(self) -> Words:
        """The words of all fields: the costly step, for evidence only."""
        return words(self._texts, self.syllables)

    @cached_property
    def characters(self) -> Tokens:
        """The characters of all fields."""
        return characters(self._texts)

    def tokens(self, unit: Unit) -> Tokens:
        """Return the tokens of one unit; `divmod(text, len(FIELDS))` is the reading and its field."""
        return self.syllables if unit == "syllable" else self.characters


@dataclass(frozen=True)
class Grams:
    """N-grams in no order: feature `key`, `row` of the batch, number of the `field`, `start`, `end` in it."""

    key: Keys
    row: Places
    field: Places
    start: Places
    end: Places

    def where(self, chosen: NDArray[np.bool_]) -> "Grams":
        """Return the chosen n-grams."""
        places = (part[chosen] for part in (self.row, self.field, self.start, self.end))
        return Grams(self.key[chosen], *places)


def grams(block: Block, salt: int, batch: Batch) -> Grams:
    """Return the n-grams of `block` in a batch; an n-gram has other keys in a block of other `salt`."""
    tokens = batch.tokens(block.unit)
    wanted = np.isin(tokens.text % len(FIELDS), [FIELDS.index(name) for name in block.fields])
    found: list[tuple[Keys, Places, Places, Places, Places]] = []
    code = tokens.code
    for length in range(1, block.longest + 1):
        if len(tokens) < length:
            break
        if length > 1:
            code = mix(code[:-1] * np.uint64(0x9E3779B97F4A7C15) + tokens.code[length - 1 :])
        if length < block.shortest:
            continue
        number = tokens.text[: len(code)]
        whole = (number == tokens.text[length - 1 :]) & wanted[: len(code)]
        key = (mix(code[whole] + np.uint64(salt * 16 + length)) >> np.uint64(32)).astype(np.uint32)
        row, field = np.divmod(number[whole], len(FIELDS))
        found.append((key, row, field, tokens.start[: len(code)][whole], tokens.end[length - 1 :][whole]))
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Grams(none.astype(np.uint32), none, none, none, none)
    key_, row_, field_, start, end = zip(*found, strict=True)
    return Grams(*(np.concatenate(parts) for parts in (key_, row_, field_, start, end)))


def places(keys: Keys, wanted: Keys) -> tuple[Places, NDArray[np.bool_]]:
    """Return where each wanted key stands in the sorted `keys`, and whether it does."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted


def counts(found: Grams, size: int, keys: Keys) -> sparse.csr_array:
    """Return how often each of the sorted `keys` is among the n-grams of each row: `size` × `len(keys)`."""
    place, known = places(keys, found.key)
    shape = (size, len(keys))
    ones = np.ones(int(known.sum()), dtype=np.float32)
    matrix = sparse.csr_array((ones, (found.row[known], place[known])), shape=shape)
    matrix.sum_duplicates()
    return matrix


def weigh(
    matrix: sparse.csr_array, idf: NDArray[np.float32], length: NDArray[np.float32]
) -> sparse.csr_array:
    """Return TF-IDF, 1 + ln of the count times `idf`, with each row scaled to its Euclidean `length`."""
    weighed = matrix.copy()
    weighed.data = (1 + np.log(weighed.data)) * idf[weighed.indices]
    squares = np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel()
    factor = length / np.sqrt(np.where(squares > 0, squares, 1))
    weighed.data = weighed.data * np.repeat(factor, np.diff(weighed.indptr)).astype(np.float32)
    return weighed


def lengths(block: Block, batch: Batch) -> NDArray[np.float32]:
    """Return the length that each row of a batch gets in a block."""
    return np.where(batch.remark, block.remark_scale, block.scale).astype(np.float32)
