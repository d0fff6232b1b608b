"""Facets and counts over time."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal

from index.asked import asked
from index.elastic.translating import Clause, translate
from index.elastic.view import View
from index.engine import Bucket, Count, FacetField, Query

# Distinct values of a facet that each index tells of. A field that has no more is counted exactly.
TOLD = 1_000
# Buckets in one answer: Elasticsearch gives 65,536 at most.
BUCKETS = 10_000


def facets(
    view: View, query: Query, fields: Sequence[FacetField], limit: int
) -> dict[FacetField, list[Count]]:
    """Return counts of values as `index.engine.Engine.facets` says."""
    if not fields:
        return {}
    order = [{"_count": "desc"}, {"_key": "asc"}]
    counted = {
        field: {"terms": {"field": field, "size": limit, "shard_size": max(limit, TOLD), "order": order}}
        for field in fields
    }
    answer = view.search(query=translate(asked(query)), size=0, track_total_hits=False, aggs=counted)
    found = answer["aggregations"]
    return {
        field: [Count(value=str(b["key"]), count=b["doc_count"]) for b in found[field]["buckets"]]
        for field in fields
    }


def counts(view: View, query: Query, interval: Literal["day", "week"], by: FacetField | None) -> list[Bucket]:
    """Return counts over time as `index.engine.Engine.counts` says."""
    # The day in Vietnam is stored, so that no zone has to be told here. Weeks start on Monday.
    histogram = {"field": "day", "calendar_interval": interval, "format": "strict_date"}
    sources: list[dict[str, Any]] = [{"start": {"date_histogram": histogram}}]
    if by is not None:
        sources.append({"value": {"terms": {"field": by}}})
    return [
        Bucket(
            start=date.fromisoformat(bucket["key"]["start"]),
            value=str(bucket["key"].get("value", "")),
            count=bucket["doc_count"],
        )
        for bucket in _buckets(view, translate(asked(query)), sources)
    ]


def _buckets(view: View, clause: Clause, sources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    after: dict[str, Any] = {}
    while True:
        composite = {"sources": sources, "size": BUCKETS, **after}
        answer = view.search(
            query=clause, size=0, track_total_hits=False, aggs={"buckets": {"composite": composite}}
        )
        found = answer["aggregations"]["buckets"]
        yield from found["buckets"]
        if len(found["buckets"]) < BUCKETS:
            return
        after = {"after": found["after_key"]}
