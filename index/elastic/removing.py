"""Documents on their way out."""

import time
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from core.errors import IndexUnavailable
from index.asked import asked
from index.elastic.bulk import Operation, send
from index.elastic.cluster import Cluster, pauses
from index.elastic.finding import CHUNK, find, verdicts
from index.elastic.fresh import Fresh
from index.elastic.layout import Layout
from index.elastic.translating import EVERYTHING, Clause, translate
from index.elastic.view import Moment, View
from index.engine import Query

# More months than any archive has.
MONTHS = 10_000
# How long it may take until nothing is left of what was removed: a month is merged in some minutes.
PURGE_S = 3600.0


def remove(cluster: Cluster, layout: Layout, generation: str, page_ids: Collection[str], fresh: Fresh) -> int:
    """Remove documents from all generations as `index.engine.Engine.remove` says."""
    names = layout.names
    gone: set[str] = set()
    rest = iter(page_ids)
    while some := list(islice(rest, CHUNK)):
        cluster.refresh(names.everything)
        held = [h for found in find(cluster, None, some, fresh, []).values() for h in found]
        kept = [verdict for _, verdict in verdicts(cluster, some).values()]
        operations = [Operation(h.index, h.id, None) for h in (*held, *kept)]
        send(cluster, operations)
        cluster.refresh([names.everything, names.triages])
        gone |= {h.id for h in held if names.generation(h.index) == generation}
    if page_ids:  # even if nothing was held: a kill may have come between
        _purge(cluster, [names.everything, names.triages])
    return len(gone)


def prune(view: Moment, query: Query, fresh: Fresh) -> int:
    """Remove all that `query` matches as `index.engine.Engine.prune` says; return how many.

    What is changed meanwhile stays, for it may not match any more.
    """
    clause = translate(asked(query))
    everything, matched = _by_index(view, EVERYTHING), _by_index(view, clause)
    whole = [index for index, count in matched.items() if count == everything[index]]
    gone = 0
    cluster = view.cluster
    parts = _deletions(view, clause, whole)
    while some := list(islice(parts, CHUNK)):
        gone += sum(answer.result == "done" for answer in send(cluster, some))
        fresh.note(cluster, some)
    if whole:
        cluster.ask(lambda: cluster.client.indices.delete(index=whole, ignore_unavailable=True))
    return gone + sum(matched[index] for index in whole)


def _by_index(view: View, clause: Clause) -> dict[str, int]:
    """Return how many documents of each index `clause` finds."""
    months = {"months": {"terms": {"field": "_index", "size": MONTHS}}}
    answer = view.search(query=clause, size=0, track_total_hits=False, aggs=months)
    return {b["key"]: b["doc_count"] for b in answer["aggregations"]["months"]["buckets"]}


def _deletions(view: Moment, clause: Clause, without: Sequence[str]) -> Iterator[Operation]:
    past: dict[str, Any] = {}
    while True:
        found = view.search(
            query={"bool": {"filter": [clause], "must_not": [{"terms": {"_index": without}}]}},
            sort=["_shard_doc"],
            size=CHUNK,
            seq_no_primary_term=True,
            source=False,
            track_total_hits=False,
            **past,
        )["hits"]["hits"]
        for hit in found:
            yield Operation(hit["_index"], hit["_id"], None, hit["_seq_no"], hit["_primary_term"])
        if len(found) < CHUNK:
            return
        past = {"search_after": found[-1]["sort"]}


def _purge(cluster: Cluster, indices: Sequence[str]) -> None:
    """Leave nothing of what was removed up to now in the files of `indices`.

    A removed document stays in its segment until that is merged, and is kept until all copies of its shard
    agree that none needs it to catch up, which they do twice a minute.
    """
    client = cluster.client.options(request_timeout=PURGE_S)
    removed = {shard: last for shard, (last, _) in _shards(cluster, indices).items()}
    deadline = time.monotonic() + PURGE_S
    for pause in pauses():
        kept = _shards(cluster, indices)
        if all(shard not in kept or kept[shard][1] > last for shard, last in removed.items()):
            break
        if time.monotonic() + pause > deadline:
            raise IndexUnavailable(
                f"the index on Elasticsearch ({cluster.hosts}) still has removed texts on disk; run again"
            )
        time.sleep(min(pause, 1.0))
    cluster.ask(lambda: client.indices.flush(index=indices))
    cluster.ask(lambda: client.indices.forcemerge(index=indices, only_expunge_deletes=True))


def _shards(cluster: Cluster, indices: Sequence[str]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return for each copy of a shard the number of its last change, and of the first that is kept."""
    stats = cluster.ask(lambda: cluster.client.indices.stats(index=indices, metric="docs", level="shards"))
    return {
        (index, number, copy["routing"]["node"]): (
            copy["seq_no"]["max_seq_no"],
            min((lease["retaining_seq_no"] for lease in copy["retention_leases"]["leases"]), default=0),
        )
        for index, held in stats["indices"].items()
        for number, copies in held["shards"].items()
        for copy in copies
    }
