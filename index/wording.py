"""The words of a text, also the quick way.

Taking a text apart word by word costs more than all else that is done to index it. Nearly all texts are
written in fewer than 256 different characters: those are put into one byte each, and a byte is looked up in
no time. That is eight times as fast. Texts with any other character take the slow way, with the same result.
"""

import codecs
import re
import string
from functools import lru_cache

from core.text import fold

WORD = re.compile(r"[^\W_]+")

_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_SIGNS = "\u00a0\u200b–—‘’“”…•°²³€½×«»·"
# Python's quick way of encoding wants the null character first.
_CHARACTERS = "\0" + string.ascii_letters + string.digits + string.punctuation + " \t\n\r"
# Character number n is written as the byte n; what is left over is no character.
_NONE = "\ufffe"
_ALPHABET = (_CHARACTERS + _LETTERS + _LETTERS.upper() + _SIGNS).ljust(256, _NONE)
_BYTES = codecs.charmap_build(_ALPHABET)


def _table(change: dict[str, str]) -> bytes:
    return bytes(_ALPHABET.index(change.get(c, c)) for c in _ALPHABET)


_EXACT = _table({c: c.lower() if c.isalnum() else " " for c in _ALPHABET if c != _NONE})
_FOLDED = _table({c: fold(c) for c in _ALPHABET if c != _NONE})


def split(text: str) -> list[str]:
    """Return the words of `text` in lower case: runs of letters and digits."""
    return WORD.findall(text.lower())


def worded(text: str) -> tuple[str, str]:
    """Return the words of `text` (`split`), exact and folded, with spaces between them."""
    quick = _quickly(text)
    if quick is not None:
        return quick
    exact = " ".join(split(text))
    return exact, fold(exact)


def spelled(text: str) -> tuple[str, str]:
    """Return `text` in lower case, and folded, with a space for each character that is of no word.

    Both are as long as `text`: what would become longer, as some foreign letters do, stays as it is.
    """
    quick = _quickly(text)
    if quick is not None:
        return quick
    forms = list(map(_forms, text))
    return "".join(exact for exact, _ in forms), "".join(folded for _, folded in forms)


def _quickly(text: str) -> tuple[str, str] | None:
    """Return what `spelled` returns, or None for a text with an unusual character."""
    try:
        written = codecs.charmap_encode(text, "strict", _BYTES)[0].translate(_EXACT)
    except UnicodeEncodeError:
        return None
    exact, _ = codecs.charmap_decode(written, "strict", _ALPHABET)
    folded, _ = codecs.charmap_decode(written.translate(_FOLDED), "strict", _ALPHABET)
    return exact, folded


@lru_cache(maxsize=2_000)
def _forms(character: str) -> tuple[str, str]:
    if not WORD.fullmatch(character):
        return " ", " "
    exact = character.lower() if len(character.lower()) == 1 else character
    return exact, fold(exact) if len(fold(exact)) == 1 else exact
