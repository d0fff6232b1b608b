"""A document under its verdict, as it is shown."""

from collections.abc import Sequence

from core.contracts import Document, Triage
from index.effective import effective, group_of
from index.engine import Hit
from index.expression import Term
from index.words import highlights


def hit(document: Document, triage: Triage, terms: Sequence[Term] = (), others: int = 0) -> Hit:
    """Return `document` under `triage`, with where `terms` are in it and how many more its group has."""
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
        highlights=highlights(document, terms),
    )
