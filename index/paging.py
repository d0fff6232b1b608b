"""All that a query finds, page by page."""

from collections.abc import Callable, Iterator

from index.engine import Hit, Query, Results

WHOLE_PAGE = 200  # the largest page that the search interface gives


def every(search: Callable[[Query], Results], query: Query) -> Iterator[Hit]:
    """Yield every hit of `query` that `search` (an engine's, or one that scopes it) finds, in its order."""
    query = query.model_copy(update={"limit": WHOLE_PAGE, "cursor": None})
    while True:
        found = search(query)
        yield from found.hits
        if found.next_cursor is None:
            return
        query = query.model_copy(update={"cursor": found.next_cursor})
