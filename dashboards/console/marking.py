"""Texts with what matters in them marked: evidence, masked identities, found words."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from core.contracts import Contract, Document, Span, TextField
from core.text import MASK

SNIPPET = 260  # characters: about three lines at the console's width
LEAD_IN = 60  # characters before what is shown, so that it can be understood


class Piece(Contract):
    """A stretch of text with the same marks throughout.

    `evidence` are category codes, `masked` says that an identity is hidden here, `found` that a searched
    word is. `ends` are the codes whose evidence ends with this piece.
    """

    text: str
    evidence: tuple[str, ...] = ()
    masked: bool = False
    found: bool = False
    ends: tuple[str, ...] = ()


class Marks(Contract):
    """The spans of one document that are marked."""

    evidence: tuple[Span, ...] = ()
    masked: tuple[Span, ...] = ()
    found: tuple[Span, ...] = ()


def plain(text: str) -> str:
    """Return `text` for places that show no marks: each hidden identity as •••, whatever its length."""
    return re.sub(f"{MASK}+", MASK * 3, text)


def pieces(text: str, field: TextField, marks: Marks) -> list[Piece]:
    """Return `text` cut where a mark of `field` begins or ends; spans may overlap or reach past the end."""
    evidence, masked, found = (
        [s for s in spans if s.field == field and s.start < len(text)]
        for spans in (marks.evidence, marks.masked, marks.found)
    )
    cuts = {0, len(text)}
    for span in (*evidence, *masked, *found):
        cuts |= {span.start, min(span.end, len(text))}
    places = sorted(cuts)
    return [
        Piece(
            text=text[start:end],
            evidence=tuple(dict.fromkeys(s.kind for s in evidence if s.start <= start < s.end)),
            masked=any(s.start <= start < s.end for s in masked) or set(text[start:end]) == {MASK},
            found=any(s.start <= start < s.end for s in found),
            ends=tuple(dict.fromkeys(s.kind for s in evidence if min(s.end, len(text)) == end)),
        )
        for start, end in pairwise(places)
    ]


def paragraphs(text: str, field: TextField, marks: Marks) -> list[list[Piece]]:
    """Return the pieces of `text` paragraph by paragraph, empty ones left out."""
    made: list[list[Piece]] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            made.append(pieces(line, field, _shifted(marks, field, start, end)))
        start = end + 1
    return made


def snippet(document: Document, found: Sequence[Span]) -> list[Piece]:
    """Return the stretch of lead or text with most found words, else the one around the first evidence."""
    page, analysis = document.page, document.analysis
    marks = Marks(masked=analysis.masked, found=tuple(found))
    fields: tuple[TextField, ...] = ("text", "lead")
    words = [s for s in found if s.field in fields]
    centre = max(words, key=lambda s: _in_reach(s, words), default=None)
    if centre is None:
        centre = next((s for s in analysis.evidence if s.field in fields), None)
    field: TextField = centre.field if centre else ("text" if page.text else "lead")
    text: str = getattr(page, field)
    start = _word_start(text, max(0, centre.start - LEAD_IN)) if centre else 0
    end = _word_end(text, start + SNIPPET)
    made = pieces(text[start:end], field, _shifted(marks, field, start, end))
    before = [Piece(text="… ")] if start else []
    after = [Piece(text=" …")] if end < len(text) else []
    return [*before, *made, *after]


def _in_reach(first: Span, words: Sequence[Span]) -> int:
    """Return how many of `words` a snippet shows that begins with `first`."""
    reach = first.start + SNIPPET - LEAD_IN
    return sum(w.field == first.field and first.start <= w.start and w.end <= reach for w in words)


def _shifted(marks: Marks, field: TextField, start: int, end: int) -> Marks:
    def moved(spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(
            Span(field=field, start=max(s.start, start) - start, end=min(s.end, end) - start, kind=s.kind)
            for s in spans
            if s.field == field and s.start < end and s.end > start
        )

    return Marks(evidence=moved(marks.evidence), masked=moved(marks.masked), found=moved(marks.found))


def _word_start(text: str, place: int) -> int:
    space = text.rfind(" ", 0, place)
    return space + 1 if place else 0


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", 0, place)
    return space if space > place - LEAD_IN else place
