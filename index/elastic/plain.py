"""A page of hits, one for each document."""

from typing import NamedTuple

from index.elastic.entry import STORED, as_hit
from index.elastic.ordering import Key, Ordering
from index.elastic.view import View
from index.engine import Hit
from index.words import sought


class Page(NamedTuple):
    """A page of hits, how many there are in all, and the key of its last where there are more."""

    hits: tuple[Hit, ...]
    total: int
    end: Key | None


def page(view: View, order: Ordering, past: Key | None, limit: int) -> Page:
    """Return the hits after the key `past`, or the first ones."""
    found = view.search(
        query=order.query,
        sort=order.sort,
        size=limit + 1,
        track_total_hits=True,
        source=STORED,
        **({} if past is None else {"search_after": past}),
    )["hits"]
    rows = found["hits"]
    shown, terms = rows[:limit], sought(order.expression)
    return Page(
        hits=tuple(as_hit(row["_source"], terms) for row in shown),
        total=found["total"]["value"],
        end=shown[-1]["sort"] if len(rows) > limit else None,
    )
