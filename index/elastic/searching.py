"""Pages of results, scans of all of them, and single documents."""

from collections.abc import Iterator, Mapping
from typing import Any

from index.asked import asked
from index.elastic import grouped, plain
from index.elastic.entry import STORED
from index.elastic.ordering import Key, Ordering
from index.elastic.view import Moment, View
from index.engine import Hit, Query, Results

# Hits that a scan asks for at once.
SCANNED = 500


def search(view: View, query: Query) -> Results:
    """Return a page of hits as `index.engine.Engine.search` says."""
    order = Ordering(query.order, asked(query))
    page = (grouped if query.grouped else plain).page(view, order, order.key(query), query.limit)
    return Results(
        hits=page.hits, total=page.total, next_cursor=None if page.end is None else order.cursor(page.end)
    )


def scan(view: Moment, query: Query) -> Iterator[Hit]:
    """Yield every hit of one moment as `index.engine.Engine.scan` says."""
    order = Ordering(query.order, asked(query))
    past: Key | None = None
    while True:
        page = (grouped if query.grouped else plain).page(view, order, past, SCANNED)
        yield from page.hits
        if page.end is None:
            return
        past = page.end


def one(view: View, page_id: str) -> Mapping[str, Any] | None:
    """Return the document with an id as Elasticsearch shows it, or None.

    Where a kill left it in two months, the later of them.
    """
    found = view.search(
        query={"ids": {"values": [page_id]}}, sort=[{"order.at": "desc"}], size=1, source=STORED
    )
    return next(iter(found["hits"]["hits"]), None)


def size(view: View) -> int:
    """Return how many documents there are."""
    return int(view.search(size=0, track_total_hits=True)["hits"]["total"]["value"])
