"""A document and its verdict as they are stored, and back."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic_core import to_json

from core.contracts import Document, Page, Triage
from index.effective import day_of, effective, group_of, moment
from index.elastic.ordering import numbers
from index.engine import Hit
from index.expression import All, Expression
from index.standing import pairs
from index.wording import worded
from index.words import highlights, is_bare

# What a hit needs of what is stored.
STORED = ["document", "triage"]


EVERYTHING = All()


class Revision(NamedTuple):
    """What tells one writing of a page from another."""

    content_hash: str
    model: str
    fetched: str


def revision(document: Document) -> Revision:
    """Return which writing of its page `document` is."""
    model = document.analysis.model
    return Revision(
        document.page.content_hash, f"{model.name} {model.version}", moment(document.page.fetched_at)
    )


def supersedes(new: Revision, old: Revision | None) -> bool:
    """Say whether `new` replaces `old`: not the same again, and not one that came late."""
    return old is None or (new[:2] != old[:2] and new.fetched >= old.fetched)


def encode(document: Document, triage: Triage) -> bytes:
    """Return what is stored of a masked document under its verdict, as JSON in one line."""
    page, analysis = document.page, document.analysis
    counted = effective(document, triage)
    copy = analysis.duplicate_of is not None
    fields = {
        "revision": revision(document),
        "source": page.source_id,
        "type": page.type,
        "dated_at": f"{moment(page.dated_at)}Z",
        "day": day_of(document).isoformat(),
        "relevant": counted.relevant,
        "possibly_grave": counted.possibly_grave,
        "category": counted.categories,
        "severity": counted.severity,
        "kind": counted.kind,
        "sentiment": analysis.sentiment,
        "province": analysis.provinces,
        "state": triage.state,
        "decided": triage.seq > 0,
        "group": group_of(page.id, page.thread_id, analysis.duplicate_of),
        "leader": analysis.duplicate_of or page.id,
        "copy": copy,
        "order": numbers(document, counted.severity),
        "bare": is_bare(document),
        "pairs": pairs(document) if counted.relevant and not copy else (),
        "words": _words(page),
    }
    # The document as pydantic writes it, which is quicker than by way of a dictionary.
    return b'{"document":%b,"triage":%b,%b' % (
        document.model_dump_json(exclude_defaults=True).encode(),
        triage.model_dump_json(exclude_defaults=True).encode(),
        to_json(fields)[1:],
    )


class Stored(NamedTuple):
    """A masked document and its verdict."""

    document: Document
    triage: Triage

    @classmethod
    def of(cls, source: Mapping[str, Any]) -> "Stored":
        """Read what `encode` wrote."""
        return cls(Document.model_validate(source["document"]), Triage.model_validate(source["triage"]))


def hit(source: Mapping[str, Any], expression: Expression = EVERYTHING, others: int = 0) -> Hit:
    """Return what is stored as it is shown, with what matched `expression`."""
    document, triage = Stored.of(source)
    counted = effective(document, triage)
    return Hit(
        document=document,
        triage=triage,
        relevant=counted.relevant,
        possibly_grave=counted.possibly_grave,
        severity=counted.severity,
        categories=counted.categories,
        group=group_of(document.id, document.page.thread_id, document.analysis.duplicate_of),
        others=others,
        highlights=highlights(document, expression),
    )


def _words(page: Page) -> dict[str, dict[str, str | tuple[str, ...]]]:
    exact, folded = zip(*map(worded, (page.title, page.lead, page.text)), strict=True)
    return {"exact": {"title": exact[0], "all": exact}, "folded": {"title": folded[0], "all": folded}}
