"""The revisions of a text: what the archive has of it from before it was edited, and after."""

from collections.abc import Collection

from core.contracts import Page
from core.masking import masked_page
from core.records import crawled
from langnghe import partitions
from langnghe.house import House
from nlp.identity import masked_spans


def revisions(house: House, page_id: str) -> list[Page]:
    """Return the revisions of a text, oldest first, each with a child's identity masked as in the index.

    A decision's `content_hash` is that of the revision it judged, in this form. A text that is not in the
    archive has none.
    """
    return [masked_page(page, masked_spans(page)) for page in archived(house, [page_id]).get(page_id, ())]


def archived(house: House, wanted: Collection[str]) -> dict[str, list[Page]]:
    """Return every archived revision of the wanted texts by id, oldest first, unmasked.

    A text that went back to what it said before has a revision for each time; damaged partitions, which the
    stages report, are passed over.
    """
    known = crawled.seen(house.records, list(wanted))
    everywhere = len(known) < len(wanted)
    sources = None if everywhere else {text.source_id for text in known.values()}
    found: dict[str, list[Page]] = {}
    for part in partitions.pages(house, sources) if wanted else ():
        for page in part:
            if page.id in wanted:
                found.setdefault(page.id, []).append(page)
    return {name: _in_order(pages) for name, pages in found.items()}


def _in_order(pages: list[Page]) -> list[Page]:
    """Return `pages` by time, without those that say what the one before said."""
    kept: list[Page] = []
    for page in sorted(pages, key=lambda page: page.fetched_at):
        if not kept or kept[-1].content_hash != page.content_hash:
            kept.append(page)
    return kept
