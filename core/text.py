"""Text as it enters the house: NFC always; one way to fold diacritics for search."""

import unicodedata

MASK = "•"


def nfc(text: str) -> str:
    """Return `text` in Unicode normal form C."""
    return unicodedata.normalize("NFC", text)


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
