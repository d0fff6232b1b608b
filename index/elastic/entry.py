"""A document and its verdict as they are stored, and back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from core.contracts import Document, Page, Triage
from index.effective import day_of, effective, group_of, moment
from index.elastic.ordering import numbers
from index.elastic.translating import microseconds
from index.engine import Hit
from index.expression import Term
from index.hits import hit
from index.revision import Revision
from index.standing import pairs
from index.wording import worded
from index.words import is_bare

# What a hit needs of what is stored.
STORED = ["document", "triage"]


class Stored(NamedTuple):
    """A masked document, its verdict, and which writing of its page it is."""

    document: Document
    triage: Triage
    revision: Revision

    @classmethod
    def of(cls, source: Mapping[str, Any]) -> "Stored":
        """Read what `encode` wrote."""
        return cls(
            Document.model_validate(source["document"]),
            Triage.model_validate(source["triage"]),
            Revision(*source["revision"]),
        )


def encode(stored: Stored) -> bytes:
    """Return what is stored, as JSON in one line."""
    document, triage, revision = stored
    page, analysis = document.page, document.analysis
    counted = effective(document, triage)
    copy = analysis.duplicate_of is not None
    fields = {
        "revision": revision,
        "first_fetched": microseconds(revision.first),
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


def as_hit(source: Mapping[str, Any], terms: Sequence[Term] = (), others: int = 0) -> Hit:
    """Return the hit of what is `STORED`, as `index.hits.hit` makes it."""
    document, triage = source["document"], source["triage"]
    return hit(Document.model_validate(document), Triage.model_validate(triage), terms, others)


def _words(page: Page) -> dict[str, dict[str, str | tuple[str, ...]]]:
    exact, folded = zip(*map(worded, (page.title, page.lead, page.text)), strict=True)
    return {"exact": {"title": exact[0], "all": exact}, "folded": {"title": folded[0], "all": folded}}
