"""What is held under some ids, with the numbers by which it can be changed safely."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.contracts import Triage
from core.errors import IndexUnavailable
from index.elastic.cluster import Cluster
from index.elastic.fresh import Fresh
from index.elastic.layout import Names

# Ids asked for at once, and in how many indices each may be, with a little left: two months of some
# generations. Together they are all that Elasticsearch gives at once.
CHUNK = 1000
MOST = 10


@dataclass(frozen=True, slots=True)
class Held:
    """What an index holds under an id: the numbers of its last change, and what was asked for of it."""

    index: str
    id: str
    seq_no: int
    term: int
    source: Mapping[str, Any]


def find(
    cluster: Cluster,
    generation: str | None,
    page_ids: Collection[str],
    fresh: Fresh,
    fields: Sequence[str] | None = None,
) -> dict[str, list[Held]]:
    """Return what a generation (None: all) holds under each id, one entry for each index.

    With `fields` or all that is stored; as searches see it, and for what `fresh` knows as it is.
    """
    names = Names(cluster.prefix)
    where = names.everything if generation is None else names.all_of(generation)
    found: dict[str, dict[str, Held]] = {}
    for ids in _chunks(page_ids):
        for held in _searched(cluster, where, ids, fields):
            found.setdefault(held.id, {})[held.index] = held
        unseen = [
            (index, page_id)
            for index, page_id in fresh.places(ids)
            if generation in (None, names.generation(index))
        ]
        for (index, page_id), now in zip(unseen, _got(cluster, unseen, fields), strict=True):
            of_page = found.setdefault(page_id, {})
            of_page.pop(index, None)
            if now is not None:
                of_page[index] = now
    return {page_id: list(held.values()) for page_id, held in found.items() if held}


def verdicts(cluster: Cluster, page_ids: Collection[str]) -> dict[str, tuple[Triage, Held]]:
    """Return the verdict that is kept for each page. Searches see them all, for they are written so."""
    index = Names(cluster.prefix).triages
    return {
        held.id: (Triage.model_validate(held.source["triage"]), held)
        for ids in _chunks(page_ids)
        for held in _searched(cluster, index, ids, None)
    }


def _chunks(page_ids: Collection[str]) -> Iterator[list[str]]:
    ids = list(dict.fromkeys(page_ids))
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _searched(
    cluster: Cluster, where: str, ids: Sequence[str], fields: Sequence[str] | None
) -> Iterator[Held]:
    answer = cluster.search(
        where,
        query={"bool": {"filter": [{"ids": {"values": ids}}]}},
        source=_source(fields),
        seq_no_primary_term=True,
        sort=["_doc"],
        size=MOST * len(ids),
        track_total_hits=False,
        filter_path=[
            f"hits.hits.{name}" for name in ("_index", "_id", "_seq_no", "_primary_term", "_source")
        ],
    )
    hits = answer.get("hits", {}).get("hits", [])
    if len(hits) == MOST * len(ids):
        raise IndexUnavailable(
            f"the index on Elasticsearch ({cluster.hosts}) holds pages {MOST} times and more; "
            "drop generations that nobody uses, as `langnghe rebuild` does"
        )
    yield from map(_held, hits)


def _got(
    cluster: Cluster, places: Sequence[tuple[str, str]], fields: Sequence[str] | None
) -> list[Held | None]:
    if not places:
        return []
    docs = [{"_index": index, "_id": page_id, "_source": _source(fields)} for index, page_id in places]
    return [_held(doc) if doc.get("found") else None for doc in cluster.get(docs)]


def _source(fields: Sequence[str] | None) -> bool | list[str]:
    """Return how Elasticsearch is asked for `fields`: an empty list would ask for all."""
    return True if fields is None else list(fields) or False


def _held(found: Mapping[str, Any]) -> Held:
    return Held(
        found["_index"], found["_id"], found["_seq_no"], found["_primary_term"], found.get("_source", {})
    )
