"""Text as it enters the house: NFC always; one way to fold diacritics for search."""

import unicodedata

MASK = "•"


def nfc(text: str) -> str:
    """Return `text` in Unicode normal form C."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return `text` lower-cased without diacritics, đ as d: what a person types on a bare keyboard.

    One code point stays one code point for Vietnamese NFC text, so offsets into the folded text hold
    for the original (`tests/core/test_text.py` holds this for all Vietnamese letters).
    """
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def has_marks(text: str) -> bool:
    """Say whether `text` was typed with Vietnamese diacritics, so that exact words are meant."""
    return fold(text) != text.lower()
