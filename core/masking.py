"""The masked form of a text: what identifies a child is replaced, everything else stays where it was.

Search, lists, highlights, reports and exports see only this form (Decree 56/2017/NĐ-CP, article 33). It
covers the text fields, the section where it repeats what is masked, and the content hash, since that of
the original would let a short masked number be guessed and checked. `url` and `canonical_url` are left as
they are: an analyst must be able to open the page, and it is public; but a newspaper's slug can spell a
name out (`/chau-nguyen-van-a-bi-…`), so whoever prints a link in a report or sends it on shows it as
"nguồn" with the link behind it, not as text.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from core.contracts import Document, Page, Span, content_hash
from core.text import MASK, fold


def mask_text(text: str, spans: Iterable[Span]) -> str:
    """Return `text`, of the same length, with every code point within `spans` replaced by `MASK`.

    Spans may overlap, touch or come in any order; what lies beyond the end of `text` is ignored. Spaces
    and line breaks within a span are replaced too, so that the shape of a name says nothing.
    """
    parts: list[str] = []
    done = 0
    for span in sorted(spans, key=attrgetter("start")):
        start, end = max(span.start, done), min(span.end, len(text))
        if start < end:
            parts += (text[done:start], MASK * (end - start))
            done = end
    parts.append(text[done:])
    return "".join(parts)


def masked(document: Document) -> Document:
    """Return `document` with `analysis.masked` carried out on its title, lead, text and thread title.

    Offsets of all spans hold for the masked form. Masking a masked document changes nothing.
    """
    page = masked_page(document.page, document.analysis.masked)
    return document if page is document.page else document.model_copy(update={"page": page})


def masked_page(page: Page, spans: Sequence[Span]) -> Page:
    """Return `page` with `spans` masked as `masked` does it; the same object if there are none."""
    by_field = groupby(sorted(spans, key=attrgetter("field")), key=attrgetter("field"))
    changed = {field: mask_text(getattr(page, field), of_field) for field, of_field in by_field}
    if not changed:
        return page
    names = [getattr(page, span.field)[span.start : span.end] for span in spans]
    if any(len(name) > 1 and fold(name) in fold(page.section) for name in names):
        changed["section"] = ""
    shown = page.model_copy(update=changed)
    digest = content_hash(shown.title, shown.lead, shown.text)
    return shown.model_copy(update={"content_hash": digest})
