"""New revisions on their way into the index of their month."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from core.contracts import Document, Triage
from core.masking import masked
from index.elastic import schema
from index.elastic.bulk import Operation, send
from index.elastic.cluster import Cluster
from index.elastic.deciding import note_first, put_into_force
from index.elastic.entry import Stored, encode
from index.elastic.finding import Held, find, verdicts
from index.elastic.fresh import Fresh
from index.elastic.layout import Layout, Names
from index.engine import Written
from index.revision import Revision, news, revision, supersedes

_UNTOUCHED = Triage()


def write(
    cluster: Cluster, layout: Layout, generation: str, documents: Sequence[Document], fresh: Fresh
) -> list[Written]:
    """Index `documents` as `index.engine.Engine.write` says; return what became of each."""
    made = list(map(masked, documents))
    held = _held(cluster, generation, {d.id for d in made}, fresh)
    known = {page_id: latest for page_id, found in held.items() if (latest := _latest(found))}
    wanted, written = news(made, known)
    _in_one_month(cluster, generation, [i for i, h in held.items() if len(h) > 1 and i not in wanted], fresh)
    first = {page_id: stands.first for page_id, stands in known.items()}
    refused = _put(cluster, layout, generation, wanted, held, first, fresh)
    late = {i: t for i, t in first.items() if i in held and i not in wanted and t < _first(held[i])}
    note_first(cluster, generation, late, fresh)
    return [
        Written(id=w.id, result="quarantined", reason=refused[w.id])
        if w.id in refused and w.result != "unchanged"
        else w
        for w in written
    ]


def _put(
    cluster: Cluster,
    layout: Layout,
    generation: str,
    wanted: dict[str, Document],
    held: dict[str, list[Held]],
    first: Mapping[str, str],
    fresh: Fresh,
) -> dict[str, str]:
    """Write what is `wanted`, fetched `first` then, over what is `held`; return why some were refused."""
    refused: dict[str, str] = {}
    waiting = dict(wanted)
    while waiting:
        _make_months(cluster, layout, generation, waiting)
        under = {page_id: _in_force(held.get(page_id, ())) for page_id in waiting}
        operations = (
            _operation(layout.names.month(generation, d), d, under[i], held.get(i, ()), first[i])
            for i, d in waiting.items()
        )
        answers = send(cluster, operations, refusable=True)
        fresh.note(cluster, [answer.operation for answer in answers])
        refused |= {a.operation.id: a.reason for a in answers if a.result == "refused"}
        # Someone else wrote the same page meanwhile; or we did, and the answer was lost on its way.
        again = {a.operation.id for a in answers if a.result == "conflict"}
        # A verdict may wait for a new page, or be made by one who has not seen what was written since.
        now = verdicts(cluster, [i for i in waiting if i not in refused])
        put_into_force(cluster, {i: t for i, (t, _) in now.items() if t != under[i]}, fresh)
        # What had been in another month leaves it only now: a kill leaves it twice rather than not at all,
        # and writing it again makes it one.
        elsewhere = [h for a in answers for h in held.get(a.operation.id, ()) if h.index != a.operation.index]
        _leave(cluster, [h for h in elsewhere if h.id not in again and h.id not in refused], fresh)
        held = _in_one_month(cluster, generation, again | {h.id for h in elsewhere}, fresh)
        if again:
            layout = schema.read_layout(cluster)
        waiting = {
            page_id: d
            for page_id, d in waiting.items()
            if page_id in again and supersedes(revision(d), _latest(held.get(page_id, ())))
        }
        note_first(cluster, generation, {i: first[i] for i in again - waiting.keys()}, fresh)
    return refused


def _held(cluster: Cluster, generation: str, page_ids: set[str], fresh: Fresh) -> dict[str, list[Held]]:
    return find(cluster, generation, page_ids, fresh, ["revision", "triage"])


def _in_force(held: Sequence[Held]) -> Triage:
    """Return the verdict under which a page is held, if it is."""
    found = (Triage.model_validate(h.source["triage"]) for h in held)
    return max(found, key=lambda triage: triage.seq, default=_UNTOUCHED)


def _latest(held: Sequence[Held]) -> Revision | None:
    latest = max((Revision(*h.source["revision"]) for h in held), key=lambda r: r.fetched, default=None)
    return latest and latest._replace(first=_first(held))


def _first(held: Iterable[Held]) -> str:
    return min(Revision(*h.source["revision"]).first for h in held)


def _in_one_month(
    cluster: Cluster, generation: str, page_ids: Collection[str], fresh: Fresh
) -> dict[str, list[Held]]:
    """Return what is held of pages when of each that is in several months only the latest is left.

    All who write a page to another month come here afterwards, so that the last of them sees what all wrote.
    """
    while page_ids:
        cluster.refresh(Names(cluster.prefix).all_of(generation))
        held = _held(cluster, generation, set(page_ids), fresh)
        leaving = [h for found in held.values() for h in _but_latest(found)]
        if not leaving:
            return held
        _leave(cluster, leaving, fresh)
    return {}


def _but_latest(held: Sequence[Held]) -> list[Held]:
    """Return all but the latest; of two that are as late, everyone keeps the same."""
    return sorted(held, key=lambda h: (Revision(*h.source["revision"]).fetched, h.index))[:-1]


def _leave(cluster: Cluster, held: Sequence[Held], fresh: Fresh) -> None:
    """Remove what is held, but what was changed since, as by a verdict."""
    operations = [Operation(h.index, h.id, None, h.seq_no, h.term) for h in held]
    send(cluster, operations)
    fresh.note(cluster, operations)


def _operation(index: str, document: Document, triage: Triage, held: Sequence[Held], first: str) -> Operation:
    earliest = min([first, *(_first([h]) for h in held)])
    body = encode(Stored(document, triage, revision(document)._replace(first=earliest)))
    here = next((h for h in held if h.index == index), None)
    if here is None:
        return Operation(index, document.id, body)
    return Operation(index, document.id, body, here.seq_no, here.term)


def _make_months(cluster: Cluster, layout: Layout, generation: str, wanted: dict[str, Document]) -> None:
    months = {layout.names.month(generation, document) for document in wanted.values()}
    # One that is there may not serve yet: a kill can come between making it and letting it serve.
    serves = layout.names.prefix if generation == layout.serving else layout.names.all_of(generation)
    ready = {index for index, aliases in layout.indices.items() if serves in aliases}
    for month in sorted(months - ready):
        schema.add_month(cluster, generation, month)
