"""Where the words that were searched for occur in a document."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from core.contracts import Document, Span, TextField
from core.text import fold
from index.expression import Expression, Term, leaves
from index.wording import spelled

SEARCHED: tuple[TextField, ...] = ("title", "lead", "text")

# The letters with marks of Vietnamese lie between À and ỹ; searching stops at the first one.
_MARKED = re.compile("[À-ỹ]")


def is_bare(document: Document) -> bool:
    """Say whether the document was written wholly without marks, as on a keyboard that has none."""
    page = document.page
    return not (_MARKED.search(page.title) or _MARKED.search(page.lead) or _MARKED.search(page.text))


def folded(term: Term) -> Term:
    """Return the term as it would be typed on a bare keyboard."""
    return replace(term, words=tuple(map(_folded, term.words)), exact=False)


def sought(expression: Expression) -> tuple[Term, ...]:
    """Return the terms that are sought, not excluded."""
    return tuple(leaf for leaf, excluded in leaves(expression) if isinstance(leaf, Term) and not excluded)


def highlights(document: Document, terms: Sequence[Term]) -> tuple[Span, ...]:
    """Return where `terms` occur in the document's fields, in reading order.

    A term with marks is also found without them in a document that is written without any.
    Spans of different terms may overlap.
    """
    if not terms:
        return ()
    wanted = [folded(term) for term in terms] if is_bare(document) else terms
    spans = {
        Span(field=field, start=start, end=end)
        for field in SEARCHED
        for start, end in _occurrences(
            getattr(document.page, field), [t for t in wanted if field == "title" or not t.title]
        )
    }
    return tuple(sorted(spans, key=lambda s: (SEARCHED.index(s.field), s.start, s.end)))


def _occurrences(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    exact, bare = spelled(text)
    for term in terms:
        for found in _pattern(term).finditer(exact if term.exact else bare):
            yield found.span(1)


@lru_cache(maxsize=1_000)
def _pattern(term: Term) -> re.Pattern[str]:
    """Return what matches before each place, overlapping ones too; the place is its first group."""
    words = " +".join(term.words) + ("[^ ]*" if term.prefix else "(?= |$)")
    return re.compile(f"(?:^|(?<= ))(?=({words}))")


@lru_cache(maxsize=20_000)  # Vietnamese has about 7,000 written syllables; the rest are names and digits.
def _folded(word: str) -> str:
    return fold(word)
