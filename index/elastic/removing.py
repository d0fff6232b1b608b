"""Documents on their way out."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from elasticsearch import ApiError

from core.errors import IndexUnavailable
from index.asked import asked
from index.elastic.bulk import Operation, send
from index.elastic.cluster import Cluster, pauses
from index.elastic.finding import CHUNK, find, verdicts
from index.elastic.fresh import Fresh
from index.elastic.layout import Layout, Names
from index.elastic.translating import EVERYTHING, Clause, negation, translate
from index.elastic.view import Moment, View
from index.engine import Query

# More months than any archive has.
MONTHS = 10_000
# Why a copy of a shard has no node though one has its files. Others never had one.
AWAY = ("NODE_LEFT", "NODE_RESTARTING", "ALLOCATION_FAILED")
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
        answers = send(cluster, [Operation(h.index, h.id, None) for h in (*held, *kept)])
        if any(answer.result != "done" for answer in answers):
            raise IndexUnavailable(
                f"the index on Elasticsearch ({cluster.hosts}) did not remove all that was asked; run again"
            )
        cluster.refresh(names.everything, names.triages)
        gone |= {h.id for h in held if names.generation(h.index) == generation}
    if page_ids:  # even if nothing was held: a kill may have come between
        _purge(cluster, names)
    return len(gone)


def prune(view: Moment, query: Query, fresh: Fresh) -> int:
    """Remove all that `query` matches as `index.engine.Engine.prune` says; return how many.

    What is changed meanwhile stays, for it may not match any more.
    """
    clause = translate(asked(query))
    cluster = view.cluster
    whole = _whole(view, clause)
    gone = _one_by_one(view, {"bool": {"filter": [clause, negation(_in(whole))]}}, fresh)
    # What came into a month meanwhile, or changed there, does not go with it.
    cluster.refresh(view.alias)
    still = _whole(View(cluster, view.alias), clause)
    dropped = whole.keys() & still.keys()
    gone += _one_by_one(view, {"bool": {"filter": [clause, _in(whole.keys() - dropped)]}}, fresh)
    cluster.delete(dropped)
    return gone + sum(still[index] for index in dropped)


def _in(indices: Collection[str]) -> Clause:
    return {"terms": {"_index": sorted(indices)}}


def _whole(view: View, clause: Clause) -> dict[str, int]:
    """Return the indices of which `clause` finds all documents, and how many those are."""
    everything, found = _by_index(view, EVERYTHING), _by_index(view, clause)
    return {index: count for index, count in found.items() if count == everything.get(index)}


def _one_by_one(view: Moment, clause: Clause, fresh: Fresh) -> int:
    """Remove the documents that `clause` finds, but what was changed since; return how many."""
    gone = 0
    parts = _deletions(view, clause)
    while some := list(islice(parts, CHUNK)):
        gone += sum(answer.result == "done" for answer in send(view.cluster, some))
        fresh.note(view.cluster, some)
    return gone


def _by_index(view: View, clause: Clause) -> dict[str, int]:
    """Return how many documents of each index `clause` finds."""
    months = {"months": {"terms": {"field": "_index", "size": MONTHS}}}
    answer = view.search(query=clause, size=0, track_total_hits=False, aggs=months)
    return {b["key"]: b["doc_count"] for b in answer["aggregations"]["months"]["buckets"]}


def _deletions(view: Moment, clause: Clause) -> Iterator[Operation]:
    past: dict[str, Any] = {}
    while True:
        found = view.search(
            query=clause,
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


def _purge(cluster: Cluster, names: Names) -> None:
    """Leave nothing of what was removed up to now in the files of documents and verdicts.

    A removed document stays in its segment until that is merged, and is kept until all copies of its shard
    agree that none needs it to catch up, which they do twice a minute.
    """
    client = cluster.client.options(request_timeout=PURGE_S)
    indices = [names.everything, names.triages]
    removed = {copy.shard: copy.last for copy in _copies(cluster, indices)}
    deadline = time.monotonic() + PURGE_S
    for pause in pauses():
        if all(copy.kept > removed.get(copy.shard, -1) for copy in _copies(cluster, indices)):
            cluster.everywhere(lambda: client.indices.flush(index=indices))
            cluster.everywhere(lambda: client.indices.forcemerge(index=indices, only_expunge_deletes=True))
            cluster.refresh(*indices)
            # A segment that is being merged already is passed over. A shard that was without removed texts
            # once has nothing of what was removed before.
            uneven = {copy.shard for copy in _copies(cluster, [names.everything]) if copy.removed}
            removed = {shard: last for shard, last in removed.items() if shard in uneven}
            if not removed:
                break
        if time.monotonic() + pause > deadline:
            raise IndexUnavailable(
                f"the index on Elasticsearch ({cluster.hosts}) still has removed texts on disk; run again"
            )
        time.sleep(pause)
    _see_all_copies(cluster, indices)


def _see_all_copies(cluster: Cluster, indices: Sequence[str]) -> None:
    """Raise IndexUnavailable if a node is away with a copy of a shard: it still has what was removed."""

    def look() -> None:
        rows: Any = cluster.client.cat.shards(index=indices, h="unassigned.reason", format="json")
        for row in rows:
            if (reason := row["unassigned.reason"]) in AWAY:
                raise ApiError(reason.lower(), replace(rows.meta, status=503), row)

    cluster.ask(look)


class _Copy(NamedTuple):
    """A copy of a shard: the number of its last change, that of the first that it keeps for other copies, and
    how many documents in its files are removed ones.
    """

    shard: tuple[str, str]
    last: int
    kept: int
    removed: int


def _copies(cluster: Cluster, indices: Sequence[str]) -> list[_Copy]:
    stats = cluster.everywhere(
        lambda: cluster.client.indices.stats(index=indices, metric="docs", level="shards")
    )
    return [
        _Copy(
            shard=(index, number),
            last=copy["seq_no"]["max_seq_no"],
            kept=min((lease["retaining_seq_no"] for lease in copy["retention_leases"]["leases"]), default=0),
            removed=copy["docs"]["deleted"],
        )
        for index, held in stats["indices"].items()
        for number, copies in held["shards"].items()
        for copy in copies
    ]
