"""Judged documents into an index: copies folded under their leader, each with its story."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from core.contracts import Document
from core.errors import IndexUnavailable
from core.outcomes import Outcome, Result, Stage, page_outcome
from core.records import tombstones
from core.records.signatures import signatures
from core.signatures import Copies
from index.engine import Engine
from langnghe.house import House
from nlp import duplicates, stories


def index_documents(
    house: House, documents: Sequence[Document], building: Engine | None = None
) -> list[Outcome]:
    """Write `documents` to the index, copies folded, with the story of each; return the outcomes.

    That is the serving index, or else the one that is `building`; both hear of new leaders.
    What was erased is left out.
    """
    with house.folding():
        if building is None:
            outcomes, groups = _fold_and_write(house, documents, house.engine)
            with house.building() as beside:
                if beside is not None:
                    _lead(beside, groups)
        else:
            outcomes, groups = _fold_and_write(house, documents, building)
            with suppress(IndexUnavailable):  # the new one may replace one that can't be used
                _lead(house.engine, groups)
    return outcomes


def _lead(engine: Engine, groups: Iterable[Copies]) -> None:
    for group in groups:
        engine.lead(group.leader, group.followers)


def _fold_and_write(
    house: House, documents: Sequence[Document], engine: Engine
) -> tuple[list[Outcome], Sequence[Copies]]:
    """Write to `engine`, and tell it who leads; return the outcomes and that."""
    gone = tombstones.erased(house.records, [d.page for d in documents])
    in_order = sorted(documents, key=lambda d: d.page.fetched_at)
    latest = {d.id: d for d in in_order}
    erased = [latest.pop(name) for name in sorted(gone)]
    # The engine keeps nothing of these but when they were fetched.
    older = [d for d in in_order if d.id in latest and d is not latest[d.id]]
    with signatures(house.records, duplicates.KIND) as store:
        groups = duplicates.fold_copies(store, [d.page for d in latest.values()])
    with signatures(house.records, stories.KIND) as store:
        told = stories.assign(store, latest.values())
    leaders = {follower: group.leader for group in groups for follower in group.followers}
    links = {name: {"duplicate_of": leaders.get(name), "story_id": told.get(name)} for name in latest}
    folded = [
        d.model_copy(update={"analysis": d.analysis.model_copy(update=links[d.id])}) for d in latest.values()
    ]
    written = {w.id: w for w in engine.write([*older, *folded])}
    _lead(engine, groups)
    # Of a refusal by the engine, its own code is the detail.
    outcomes = [
        page_outcome(
            Stage.INDEX, latest[w.id].page, Result(w.result), "index_refused" if w.reason else "", w.reason
        )
        for w in written.values()
    ]
    dropped = [page_outcome(Stage.INDEX, d.page, Result.DROPPED, "erased") for d in erased]
    return outcomes + dropped, groups
