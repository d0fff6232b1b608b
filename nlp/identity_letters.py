"""What a Vietnamese name looks like in print: capitals, syllables, initials with dots; and without marks."""

import re
from collections.abc import Iterable

from core.text import fold

# Every Latin letter of Vietnamese and its neighbours, by case: the ranges of Unicode mix the two.
_LATIN = [
    chr(code) for code in range(0x41, 0x1EFA) if chr(code).isalpha() and (code < 0x250 or code >= 0x1E00)
]
CAPITAL = "".join(letter for letter in _LATIN if letter.isupper())
SMALL = "".join(letter for letter in _LATIN if letter.islower())

# One letter, or the letters that are written as one at the start of a syllable: "Th.", "Ng.".
_INITIAL = f"(?:Ngh|Ng|Nh|Th|Tr|Ch|Kh|Ph|Gi|Gh|Qu|[{CAPITAL}])"
INITIALS = rf"{_INITIAL}\.(?: ?{_INITIAL}\.)*(?: ?{_INITIAL}(?![{CAPITAL}{SMALL}]))?"
# Names of the Central Highlands: H'Nhuên, Cư M'gar, also typed with spaces.
_SYLLABLE = (
    rf"(?!{_INITIAL}\.)(?:[{CAPITAL}] ?['’] ?[{CAPITAL}{SMALL}]+"
    rf"|[{CAPITAL}][{CAPITAL}{SMALL}]*(?:['’-][{CAPITAL}{SMALL}]+)*)"
)
NAME_WORDS = rf"{_SYLLABLE}(?: {_SYLLABLE}){{0,5}}"
NAME = rf"(?<![\w.])(?:{INITIALS}|{NAME_WORDS}(?: {INITIALS})?)"


_SPELLED_AS_HERE = re.compile(
    r"(?:ngh|ng|nh|th|tr|ch|kh|ph|gi|gh|qu|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)


def is_foreign(words: str) -> bool:
    """Say whether a word of a name is no Vietnamese syllable: "Gateway", not "Minh Khai"."""
    return any(not _SPELLED_AS_HERE.fullmatch(unmarked(word).lower()) for word in words.split())


class _Unmarked(dict[int, str]):
    """Each character met, without its marks: a table for `str.translate`."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = fold(letter).upper() if letter.isupper() else fold(letter)
        # ASCII stays, so that patterns keep their `\\S` and `\\D`; so does what is not one letter for one.
        self[code] = plain = plain if code > 127 and len(plain) == 1 else letter
        return plain


_UNMARKED = _Unmarked()


def unmarked(text: str) -> str:
    """Return `text` without diacritics, its capitals kept, of the same length."""
    return text.translate(_UNMARKED)


def spelled(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern for text typed with diacritics and that for `unmarked` text: `pair[bare]`."""
    return re.compile(pattern, flags), re.compile(unmarked(pattern), flags)


def both(words: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words with diacritics and without: `pair[bare]`."""
    marked = frozenset(words)
    return marked, frozenset(map(unmarked, marked))


def listed(words: str) -> frozenset[str]:
    """Return the words that "|" divides."""
    return frozenset(words.split("|"))
