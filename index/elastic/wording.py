"""The words of a text as the analyser `whitespace` is to find them, in both forms.

Taking a text apart word by word costs more than all else that is done to index it. Nearly all texts are
written in fewer than 256 different characters: those are put into one byte each, and a byte is looked up in
no time. That is eight times as fast. Texts with any other character take the slow way, with the same result.
"""

import codecs
import string

from core.text import fold
from index.words import split

_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_SIGNS = "\u00a0\u200b–—‘’“”…•°²³€½×«»·"
# Python's quick way of encoding wants the null character first.
_CHARACTERS = "\0" + string.ascii_letters + string.digits + string.punctuation + " \t\n\r"
# Character number n is written as the byte n; what is left over is no character.
_ALPHABET = (_CHARACTERS + _LETTERS + _LETTERS.upper() + _SIGNS).ljust(256, "\ufffe")
_BYTES = codecs.charmap_build(_ALPHABET)


def _table(change: dict[str, str]) -> bytes:
    return bytes(_ALPHABET.index(change.get(c, c)) for c in _ALPHABET)


_EXACT = _table({c: c.lower() if c.isalnum() else " " for c in _ALPHABET if c != "\ufffe"})
_FOLDED = _table({c: fold(c) for c in _ALPHABET if c != "\ufffe"})


def forms(text: str) -> tuple[str, str]:
    """Return the words of `text` (`index.words.split`), exact and folded, with spaces between them."""
    try:
        written = codecs.charmap_encode(text, "strict", _BYTES)[0].translate(_EXACT)
    except UnicodeEncodeError:
        exact = " ".join(split(text))
        return exact, fold(exact)
    exact, _ = codecs.charmap_decode(written, "strict", _ALPHABET)
    folded, _ = codecs.charmap_decode(written.translate(_FOLDED), "strict", _ALPHABET)
    return exact, folded
