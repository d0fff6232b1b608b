"""Pages of results, and scans of all of them."""

from collections.abc import Iterator

from index.asked import asked
from index.elastic import grouped, plain
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
