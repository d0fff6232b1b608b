"""What stands out in a part of the relevant texts, counted exactly over all months.

Not by the aggregation `significant_terms`: it takes the background from those indices only in which a term
came up in the slice, and so for one week from its own month.
"""

from collections.abc import Sequence
from typing import Any

from index.asked import asked
from index.elastic.translating import Clause, translate
from index.elastic.view import View
from index.engine import Query, Significant
from index.expression import Filter, all_of
from index.standing import CANDIDATES, TEXTS_MINIMUM, neighbours, standing_out, without_shadows

# So many of the most frequent pairs of the slice are compared. Elasticsearch gives 65,536 buckets at most.
PAIRS = 20_000

_STANDING: Sequence[Clause] = ({"term": {"relevant": True}}, {"term": {"copy": False}})


def significant(view: View, query: Query, limit: int) -> list[Significant]:
    """Return what stands out as `index.engine.Engine.significant` says."""
    relevant = Filter("relevant", "=", "true")
    part = translate(all_of((relevant, asked(query.model_copy(update={"relevant": None})))))
    clause: Clause = {"bool": {"filter": [part, *_STANDING]}}
    counts, size = _pairs(view, clause, {"min_doc_count": TEXTS_MINIMUM, "size": PAIRS, "shard_size": PAIRS})
    if not counts:
        return []
    everywhere: Clause = {"bool": {"filter": list(_STANDING)}}
    background, whole = _pairs(view, everywhere, {"include": list(counts), "size": len(counts)})
    best = standing_out(counts, size, background, whole)[: max(CANDIDATES, limit)]
    return without_shadows(best, _together(view, clause, list(neighbours(best))))[:limit]


def _pairs(view: View, clause: Clause, terms: dict[str, Any]) -> tuple[dict[str, int], int]:
    """Return in how many texts each pair is, and how many texts there are."""
    # By a table of what occurs, as making global ordinals of millions of pairs would take longer.
    counted = {"terms": {"field": "pairs", "execution_hint": "map", **terms}}
    answer = view.search(query=clause, size=0, track_total_hits=True, aggs={"pairs": counted})
    buckets = answer["aggregations"]["pairs"]["buckets"]
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets}, answer["hits"]["total"]["value"]


def _together(view: View, clause: Clause, couples: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return in how many texts both of each couple are."""
    if not couples:
        return {}
    filters = [{"bool": {"filter": [{"term": {"pairs": pair}} for pair in couple]}} for couple in couples]
    aggs = {"together": {"filters": {"filters": filters}}}
    answer = view.search(query=clause, size=0, track_total_hits=False, aggs=aggs)
    buckets = answer["aggregations"]["together"]["buckets"]
    return {couple: bucket["doc_count"] for couple, bucket in zip(couples, buckets, strict=True)}
