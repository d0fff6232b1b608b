"""Text as it enters the house: NFC always; one way to fold diacritics for search."""

import re
import sys
import unicodedata
from functools import cache

MASK = "•"


# Unicode's Stream-Safe Text Format (UAX #15, section 13): no letter of any language has more marks in a row.
# Composing takes time quadratic in their number: half a megabyte of them half a minute.
MARKS_IN_A_ROW = 30
# The first letter is written apart: the engine looks for one letter faster than for a run.
BEYOND_LATIN = re.compile(f"[^\x00-\u02ff][^\x00-\u02ff]{{{MARKS_IN_A_ROW},}}")


def nfc(text: str) -> str:
    """Return `text` in Unicode normal form C, runs of more than 30 combining marks cut to 30."""
    return unicodedata.normalize("NFC", BEYOND_LATIN.sub(lambda run: _marks().sub(r"\1", run[0]), text))


@cache
def _marks() -> re.Pattern[str]:
    marks = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(c))
    return re.compile(f"([{marks}]{{{MARKS_IN_A_ROW}}})[{marks}]+")


class _Folded(dict[str, str]):
    """Each character met, folded: texts repeat few characters, so each is decomposed once."""

    def __missing__(self, character: str) -> str:
        plain = unicodedata.normalize("NFD", character.lower().replace("đ", "d"))
        self[character] = folded = "".join(c for c in plain if not unicodedata.combining(c))
        return folded


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return `text` lower-cased without diacritics, đ as d: what a person types on a bare keyboard.

    One code point stays one code point for Vietnamese NFC text, so offsets into the folded text hold
    for the original (`tests/core/test_text.py` holds this for all Vietnamese letters).
    """
    return "".join(map(_FOLDED.__getitem__, text))


def has_marks(text: str) -> bool:
    """Say whether `text` was typed with Vietnamese diacritics, so that exact words are meant."""
    return fold(text) != text.lower()
