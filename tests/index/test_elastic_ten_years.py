"""Elasticsearch takes 4 KB in the line of a request: the names of ten years of months need several."""

import re
from typing import Any

from core.settings import ElasticSettings
from index.elastic import ElasticGenerations
from index.elastic.schema import version
from index.engine import Query
from tests.index.documents import document
from tests.index.stub import Says, stub

SERVING, OLD = "20261128T084500-abcdef12", "20251128T084500-abcdef12"
STEM = "langnghe-20261128_t084500-abcdef12"
MONTHS = [f"{year}.{month:02}" for year in range(2016, 2026) for month in range(1, 13)]


def layout(_: bytes) -> dict[str, Any]:
    """120 months of what serves and of what does not."""
    serving = {f"{STEM}-{name}": ["langnghe", f"{STEM}-all"] for name in [*MONTHS, "mark"]}
    old = {name.replace("2026", "2025", 1): [] for name in serving}
    named = {**serving, **old, "langnghe-triage": []}
    return {index: {"aliases": {alias: {} for alias in aliases}} for index, aliases in named.items()}


def found(_: bytes) -> dict[str, Any]:
    """No hits, and one document in each month."""
    buckets = [{"key": f"{STEM}-{month}", "doc_count": 1} for month in MONTHS]
    hits = {"hits": [], "total": {"value": 0}}
    return {"pit_id": "moment", "hits": hits, "aggregations": {"months": {"buckets": buckets}}}


def written(asked: bytes) -> dict[str, Any]:
    return {"items": [{"create": {"status": 201}}] * (len(asked.splitlines()) // 2)}


SAYS: dict[str, Says] = {
    "/_alias": layout,
    "/_search": found,
    "triage/_search": lambda _: {},
    "/_bulk": written,
    "/_pit": lambda _: {"id": "moment"},
    "-mark/_mapping": lambda _: {f"{STEM}-mark": {"mappings": {"_meta": {"schema": version()}}}},
}


def months(asked: list[str], what: str) -> list[str]:
    """The months that the requests `what` name."""
    return sorted(
        month for line in asked if re.search(what, line) for month in re.findall(r"\d{4}\.\d\d", line)
    )


def test_ten_years_of_months_are_written_read_pruned_and_dropped() -> None:
    asked: list[str] = []
    with stub(SAYS, asked) as url:
        generations = ElasticGenerations(ElasticSettings(hosts=(url,), wait_s=0))
        engine = generations.open()
        dated = [f"{month.replace('.', '-')}-15T00:00Z" for month in MONTHS]
        results = engine.write([document(n, published_at=at) for n, at in enumerate(dated)])
        assert {one.result for one in results} == {"indexed"}
        engine.size()
        assert months(asked, "^POST .*/_refresh") == MONTHS
        assert engine.prune(Query(relevant=None)) == 120
        assert months(asked, f"^DELETE .*{STEM}") == MONTHS
        asked.clear()
        generations.drop(OLD)
        assert months(asked, "^DELETE ") == MONTHS
        assert asked[-1].split("?")[0].endswith("-mark"), "by which it is known, last"
        engine.close()
        generations.close()
