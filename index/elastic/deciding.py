"""Verdicts and duplicates put into force. Who writes first is never overwritten unseen (`if_seq_no`)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice

from core.contracts import Triage
from index.elastic import schema
from index.elastic.bulk import Operation, send
from index.elastic.cluster import Cluster
from index.elastic.entry import Stored, encode
from index.elastic.finding import CHUNK, Held, find, verdicts
from index.elastic.fresh import Fresh
from index.elastic.layout import Names


def apply(cluster: Cluster, triages: Mapping[str, Triage], fresh: Fresh) -> None:
    """Put verdicts into force as `index.engine.Engine.apply` says, in all generations of our version."""
    rest = iter(triages.items())
    while some := dict(islice(rest, CHUNK)):
        put_into_force(cluster, _keep(cluster, some), fresh)


def _keep(cluster: Cluster, triages: Mapping[str, Triage]) -> dict[str, Triage]:
    """Keep the verdicts unless later ones are kept; return those in force."""
    index = Names(cluster.prefix).triages
    in_force: dict[str, Triage] = {}
    waiting = dict(triages)
    while waiting:
        kept = verdicts(cluster, waiting)
        operations = []
        for page_id, triage in waiting.items():
            before, held = kept.get(page_id, (None, None))
            if before is not None and (before == triage or before.seq > triage.seq):
                in_force[page_id] = before
                continue
            in_force[page_id] = triage
            body = b'{"triage":%b}' % triage.model_dump_json(exclude_defaults=True).encode()
            numbers = (held.seq_no, held.term) if held is not None else ()
            operations.append(Operation(index, page_id, body, *numbers))
        answers = send(cluster, operations)
        if operations:
            cluster.refresh(index)
        waiting = {a.operation.id: triages[a.operation.id] for a in answers if a.result == "conflict"}
    return in_force


def put_into_force(cluster: Cluster, triages: Mapping[str, Triage], fresh: Fresh) -> None:
    """Let the documents of `triages` count so, unless later verdicts are in force.

    In all generations but those of another version: they can't be read, and whoever made them decides there.
    """

    def judged(stored: Stored) -> Stored | None:
        triage = triages[stored.document.id]
        return stored._replace(triage=triage) if _differs(stored.triage, triage) else None

    if not triages:
        return
    names = Names(cluster.prefix)
    readable = schema.current(cluster)

    def look(page_ids: Collection[str], fields: Sequence[str] | None = None) -> list[Held]:
        cluster.refresh(names.everything)
        found = find(cluster, None, page_ids, fresh, fields).values()
        return [h for held in found for h in held if names.generation(h.index) in readable]

    wanted = {
        held.id
        for held in look(triages, ["triage"])
        if _differs(Triage.model_validate(held.source["triage"]), triages[held.id])
    }
    _change(cluster, look, wanted, judged, fresh)


def lead(cluster: Cluster, generation: str, leader: str, followers: Sequence[str], fresh: Fresh) -> None:
    """Record who is whose duplicate as `index.engine.Engine.lead` says."""

    def led(stored: Stored) -> Stored | None:
        document = stored.document
        duplicate_of = None if document.id == leader else leader
        if document.analysis.duplicate_of == duplicate_of:
            return None
        analysis = document.analysis.model_copy(update={"duplicate_of": duplicate_of})
        return stored._replace(document=document.model_copy(update={"analysis": analysis}))

    _change(cluster, _look_in(cluster, generation, fresh), {leader, *followers}, led, fresh)


def note_first(cluster: Cluster, generation: str, first: Mapping[str, str], fresh: Fresh) -> None:
    """Let documents count as first fetched then (`index.revision.Revision.first`), unless earlier already."""

    def lowered(stored: Stored) -> Stored | None:
        was, now = stored.revision, first[stored.document.id]
        return stored._replace(revision=was._replace(first=now)) if now < was.first else None

    if first:
        _change(cluster, _look_in(cluster, generation, fresh), first.keys(), lowered, fresh)


def _look_in(cluster: Cluster, generation: str, fresh: Fresh) -> Callable[[Collection[str]], list[Held]]:
    def look(page_ids: Collection[str]) -> list[Held]:
        cluster.refresh(Names(cluster.prefix).all_of(generation))
        return [h for held in find(cluster, generation, page_ids, fresh).values() for h in held]

    return look


def _differs(before: Triage, now: Triage) -> bool:
    return before != now and before.seq <= now.seq


def _change(
    cluster: Cluster,
    look: Callable[[Collection[str]], list[Held]],
    page_ids: Collection[str],
    change: Callable[[Stored], Stored | None],
    fresh: Fresh,
) -> None:
    """Replace what is held under `page_ids` by what `change` makes of it, until nobody came between.

    `look` is to see what others wrote just now, for they may not have seen what is to be put into force.
    """
    waiting = page_ids
    while waiting:
        operations = []
        for held in look(waiting):
            changed = change(Stored.of(held.source))
            if changed is not None:
                operations.append(Operation(held.index, held.id, encode(changed), held.seq_no, held.term))
        answers = send(cluster, operations)
        fresh.note(cluster, operations)
        waiting = {a.operation.id for a in answers if a.result == "conflict"}
