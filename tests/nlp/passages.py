"""Passages in which « and » mark what must be masked, all of it and nothing else. Every one is invented."""

import re
from datetime import UTC, datetime

from core.contracts import Page, PageType, Span
from nlp.identity import masked_spans


def page(kind: PageType = PageType.ARTICLE, **fields: str) -> Page:
    """A page with these fields, fetched in November 2025."""
    return Page(
        id="p",
        url="https://bao.example/p",
        canonical_url="https://bao.example/p",
        source_id="bao",
        type=kind,
        fetched_at=datetime(2025, 11, 20, tzinfo=UTC),
        content_hash="h",
        **fields,  # type: ignore[arg-type]
    )


def marked(text: str, found: list[Span]) -> str:
    """`text` with « and » around what is masked."""
    for span in reversed(found):
        text = f"{text[: span.start]}«{text[span.start : span.end]}»{text[span.end :]}"
    return text


def check(kind: PageType = PageType.ARTICLE, **passages: str) -> None:
    """Mask a page with these fields, the marks taken out, and find just the marked."""
    plain = {field: re.sub("[«»]", "", passage) for field, passage in passages.items()}
    found = masked_spans(page(kind, **plain))
    for field, text in plain.items():
        assert marked(text, [span for span in found if span.field == field]) == passages[field]
