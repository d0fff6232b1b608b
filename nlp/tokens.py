"""Tokens of many texts at once, as numbers: the hash of each token and its place in its text.

All steps are whole-array operations on the code points, which is what makes the screen over every page
cheap (`tools/bench_analysis.py` has the figures), and every token keeps its exact offsets.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nlp.normalise import canonical

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

_BMP = 0x10000
_FIRST_EMOJI = 0x1F000
_SEPARATOR, _LETTER, _SIGN = 0, 1, 2
# Odd multipliers of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_LOW = np.uint64(2**18 - 1)  # bits that tell at once of nine tokens in ten that they have no other spelling
_LONGEST = 64  # code points of a token that tell it apart; no Vietnamese syllable has more than 7


@dataclass(frozen=True)
class Tokens:
    """Tokens in order: `code` (hash of the normalised token), `text` (index of its text), `start`, `end`."""

    code: Hashes
    text: Places
    start: Places
    end: Places

    def __len__(self) -> int:
        return len(self.code)


def mix(values: Hashes) -> Hashes:
    """Return the SplitMix64 finaliser of each value: equal inputs stay equal, others spread evenly."""
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))


@cache
def _tables() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    lower = np.arange(_BMP, dtype=np.uint32)
    make = np.zeros(_BMP, dtype=np.uint8)
    for point in range(_BMP):
        char = chr(point)
        low = char.lower()
        if len(low) == 1:
            lower[point] = ord(low)
        if char.isalnum() or unicodedata.category(char) == "Mn":
            make[point] = _LETTER
        elif char in "!?" or unicodedata.category(char) == "So":
            make[point] = _SIGN
    return lower, make


@cache
def _powers() -> Hashes:
    return np.array([pow(int(_GOLDEN), place, 2**64) for place in range(_LONGEST)], dtype=np.uint64)


def _points(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Return the code points of all texts, a separator after each, in lower case, and what each makes."""
    lower, make = _tables()
    points = np.frombuffer(
        "".join(f"{text}\n" for text in texts).encode("utf-32-le", "surrogatepass"), dtype="<u4"
    )
    within = points < _BMP
    known = np.where(within, points, 0)
    beyond = np.where(points >= _FIRST_EMOJI, _SIGN, _SEPARATOR).astype(np.uint8)
    return np.where(within, lower[known], points), np.where(within, make[known], beyond)


def _offsets(texts: Sequence[str]) -> Places:
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)))


@cache
def _same() -> tuple[Hashes, Hashes, NDArray[np.bool_]]:
    """Return the codes that are read as others, in order, those others, and the low bits of the codes."""
    pairs = canonical()
    plain = tokenise(list(pairs), normalise=False).code
    # A stand-in such as "#child" begins with a separator: hashed by its letters, marked apart by the mix.
    other = np.array([token_code(word) for word in pairs.values()], dtype=np.uint64)
    order = np.argsort(plain)
    maybe = np.zeros(int(_LOW) + 1, dtype=bool)
    maybe[plain & _LOW] = True
    return plain[order], other[order], maybe


def token_code(word: str) -> int:
    """Return the code that `tokenise` gives to a normalised token; one that starts with # is a stand-in."""
    code = tokenise([word.lstrip("#")], normalise=False).code
    return int(mix(code)[0]) if word.startswith("#") else int(code[0])


def tokenise(texts: Sequence[str], *, normalise: bool = True) -> Tokens:
    """Return the tokens of `texts`: runs of letters and digits, and emoji, `!` and `?` one by one.

    Case is folded, a letter drawn out counts once ("emmm"), and `nlp.normalise.canonical` spellings become
    one code unless `normalise` is false.
    """
    low, kind = _points(texts)
    letter, sign = kind == _LETTER, kind == _SIGN
    edge = np.zeros(1, dtype=bool)
    first = sign | (letter & ~np.concatenate((edge, letter[:-1])))
    last = sign | (letter & ~np.concatenate((letter[1:], edge)))
    start, end = np.flatnonzero(first), np.flatnonzero(last) + 1
    if not len(start):
        none = np.zeros(0, dtype=np.int64)
        return Tokens(none.astype(np.uint64), none, none, none)
    letter[_drawn_out(low, letter)] = False
    kept = np.flatnonzero(letter | sign)
    begins = first[kept]
    head = np.flatnonzero(begins)
    place = np.minimum(np.arange(len(kept)) - head[np.cumsum(begins) - 1], _LONGEST - 1)
    code = mix(np.add.reduceat((low[kept] + np.uint64(1)) * _powers()[place], head))
    if normalise:
        plain, other, maybe = _same()
        asked = np.flatnonzero(maybe[code & _LOW])
        found = np.minimum(np.searchsorted(plain, code[asked]), len(plain) - 1)
        code[asked] = np.where(plain[found] == code[asked], other[found], code[asked])
    offsets = _offsets(texts)
    text = np.searchsorted(offsets, start, side="right") - 1
    return Tokens(code, text, start - offsets[text], end - offsets[text])


def _drawn_out(low: NDArray[np.uint32], letter: NDArray[np.bool_]) -> Places:
    """Return where a letter stands again that adds nothing: third and more in a row, or second at the end.

    No word of Vietnamese ends in a letter twice or has one three times. Numbers do: "100".
    """
    again = np.flatnonzero(low[1:] == low[:-1]) + 1
    again = again[letter[again] & (low[again] > ord("9"))]
    if not len(again):
        return again
    alike = np.zeros(len(low) + 1, dtype=bool)
    alike[again] = True
    return again[alike[again - 1] | alike[again + 1] | ~letter[np.minimum(again + 1, len(low) - 1)]]


def characters(texts: Sequence[str]) -> Tokens:
    """Return each letter, digit, emoji, `!` and `?` of `texts`, case folded, and a blank after each run."""
    low, kind = _points(texts)
    before = np.concatenate((np.zeros(1, dtype=np.uint8), kind[:-1]))[: len(kind)]
    kept = np.flatnonzero((kind > 0) | (before > 0))
    code = mix(np.where(kind[kept] > 0, low[kept], 0).astype(np.uint64) + np.uint64(1))
    offsets = _offsets(texts)
    text = np.searchsorted(offsets, kept, side="right") - 1
    start = kept - offsets[text]
    return Tokens(code, text, start, start + 1)
