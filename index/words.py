"""What was typed into the search box: words, phrases, negations; and where they occur in a document."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.contracts import Document, Span, TextField
from core.errors import BadQuery
from core.text import fold, has_marks, nfc

SEARCHED: tuple[TextField, ...] = ("title", "lead", "text")

NO_WORDS = "There is no word to search for: type letters or digits."

_WORD = re.compile(r"[^\W_]+")
_TYPED = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?:"(?P<more>\*?)|$)|(?P<word>[^\s"]+))')
# A shorter beginning would match a good part of all syllables, which helps nobody and costs seconds.
_PREFIX_MIN = 2
# The letters with marks of Vietnamese lie between À and ỹ; searching stops at the first one.
_MARKED = re.compile("[À-ỹ]")


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase of a query: its `words` in lower case, one after the other.

    `exact`: typed with marks, so these words and no others are meant. `prefix`: the last word is a
    beginning. `negated`: it must not occur.
    """

    words: tuple[str, ...]
    exact: bool = False
    prefix: bool = False
    negated: bool = False

    def folded(self) -> "Term":
        """Return the term as it would be typed on a bare keyboard."""
        return Term(tuple(map(_folded, self.words)), False, self.prefix, self.negated)


def parse(text: str) -> tuple[Term, ...]:
    """Return the terms of `text`: words, "phrases" and beginnings*, with a leading - for what must not occur.

    Marks decide per term: with any, the words are meant exactly; without, all spellings are. A quote that
    is not closed reaches to the end. A word with punctuation inside (COVID-19, tai_nạn) is a phrase.
    Raises BadQuery when something is typed but no word.
    """
    terms = []
    for typed in _TYPED.finditer(nfc(text)):
        raw = typed["word"] if typed["phrase"] is None else typed["phrase"]
        words = tuple(split(raw))
        if words:
            starred = typed["more"] == "*" or (typed["word"] is not None and raw.endswith("*"))
            prefix = starred and len(words[-1]) >= _PREFIX_MIN
            terms.append(Term(words, any(map(has_marks, words)), prefix, typed["minus"] == "-"))
    if text.strip() and not terms:
        raise BadQuery(NO_WORDS)
    return tuple(terms)


def split(text: str) -> list[str]:
    """Return the words of `text` in lower case: runs of letters and digits."""
    return _WORD.findall(text.lower())


def is_bare(document: Document) -> bool:
    """Say whether the document was written wholly without marks, as on a keyboard that has none."""
    page = document.page
    return not (_MARKED.search(page.title) or _MARKED.search(page.lead) or _MARKED.search(page.text))


def highlights(document: Document, terms: Sequence[Term]) -> tuple[Span, ...]:
    """Return where the terms that must occur do occur in the document's fields, in reading order.

    A term with marks is also found without them in a document that is written without any.
    Spans of different terms may overlap.
    """
    wanted = [t for t in terms if not t.negated]
    if wanted and is_bare(document):
        wanted = [t.folded() for t in wanted]
    spans = {
        Span(field=field, start=start, end=end)
        for field in SEARCHED
        for start, end in _occurrences(getattr(document.page, field), wanted)
    }
    return tuple(sorted(spans, key=lambda s: (SEARCHED.index(s.field), s.start, s.end)))


def _occurrences(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    found = list(_WORD.finditer(text)) if terms else []
    exact = [m.group().lower() for m in found]
    folded = list(map(_folded, exact))
    for term in terms:
        words = exact if term.exact else folded
        size = len(term.words)
        for i in range(len(words) - size + 1):
            if _begins(words[i : i + size], term):
                yield found[i].start(), found[i + size - 1].end()


def _begins(words: list[str], term: Term) -> bool:
    if not term.prefix:
        return tuple(words) == term.words
    return tuple(words[:-1]) == term.words[:-1] and words[-1].startswith(term.words[-1])


@lru_cache(maxsize=20_000)  # Vietnamese has about 7,000 written syllables; the rest are names and digits.
def _folded(word: str) -> str:
    return fold(word)
