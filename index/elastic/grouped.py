"""A page of hits, one for each group: its first in the query's order."""

from collections.abc import Mapping, Sequence
from typing import Any

from index.elastic.entry import STORED, as_hit
from index.elastic.ordering import Key, Ordering
from index.elastic.plain import Page
from index.elastic.translating import Clause, negation
from index.elastic.view import View
from index.engine import Hit
from index.expression import Term
from index.words import sought

# Up to so many groups are counted all but exactly, more to a few per cent. Elasticsearch allows no more.
PRECISION = 40_000


def page(view: View, order: Ordering, past: Key | None, limit: int) -> Page:
    """Return the first hits of groups after the key `past`, or the first ones of all."""
    rows: list[Mapping[str, Any]] = []
    sizes: dict[str, int] = {}
    passed: list[str] = []
    total = 0
    while len(rows) <= limit:
        # The first of each group beyond `past`. One whose group has others before it was listed there.
        found = _firsts(view, order, past, passed, limit + 1)
        groups = [row["fields"]["group"][0] for row in found]
        total, counted = _sizes(view, order, past, groups)
        sizes |= counted
        rows += [row for row, group in zip(found, groups, strict=True) if group in counted]
        if len(found) <= limit:
            break
        past = found[-1]["sort"]
        passed += groups
    shown, terms = rows[:limit], sought(order.expression)
    return Page(
        hits=tuple(_hit(row, terms, sizes) for row in shown),
        total=total,
        end=shown[-1]["sort"] if len(rows) > limit else None,
    )


def _firsts(
    view: View, order: Ordering, past: Key | None, passed: Sequence[str], size: int
) -> list[dict[str, Any]]:
    clauses = [order.query]
    if past is not None:
        clauses += [{"bool": {"filter": [order.beyond(past), negation({"terms": {"group": list(passed)}})]}}]
    answer = view.search(
        # A filter would not score.
        query={"bool": {"must": clauses[:1], "filter": clauses[1:]}},
        sort=order.sort,
        collapse={"field": "group"},
        size=size,
        track_total_hits=False,
        source=STORED,
    )
    return list(answer["hits"]["hits"])


def _sizes(
    view: View, order: Ordering, past: Key | None, groups: Sequence[str]
) -> tuple[int, dict[str, int]]:
    """Return how many groups there are, and the sizes of those of `groups` that begin beyond `past`."""
    beyond: Clause = {"match_all": {}} if past is None else order.beyond(past)
    within = {
        "terms": {"field": "group", "include": list(groups), "size": max(1, len(groups))},
        "aggs": {"beyond": {"filter": beyond}},
    }
    aggregations: dict[str, Any] = {
        "total": {"cardinality": {"field": "group", "precision_threshold": PRECISION}}
    }
    if groups:
        aggregations["groups"] = {"filter": {"terms": {"group": list(groups)}}, "aggs": {"each": within}}
    answer = view.search(query=order.query, size=0, track_total_hits=False, aggs=aggregations)["aggregations"]
    buckets = answer["groups"]["each"]["buckets"] if groups else []
    return answer["total"]["value"], {
        b["key"]: b["doc_count"] for b in buckets if b["beyond"]["doc_count"] == b["doc_count"]
    }


def _hit(row: Mapping[str, Any], terms: Sequence[Term], sizes: Mapping[str, int]) -> Hit:
    return as_hit(row["_source"], terms, sizes[row["fields"]["group"][0]] - 1)
