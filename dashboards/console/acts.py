"""Decisions made in the console: first into the records, then into the index."""

import hashlib
from collections.abc import Sequence

from core.contracts import Decision, Relabel, State, What
from core.errors import BadInput, Conflict, NotAllowed
from core.records import Records
from core.records.decisions import Shown, decide, decisions, triages, undo
from core.records.people import User
from dashboards.console.permissions import Action, may
from index.engine import Engine, Hit

# What makes sense from each state; relabelling and noting always do.
ACTS: dict[State, tuple[What, ...]] = {
    State.OPEN: (What.CONFIRM, What.DISMISS, What.ESCALATE, What.REFER),
    State.CONFIRMED: (What.ESCALATE, What.REFER, What.DISMISS, What.REOPEN),
    State.ESCALATED: (What.REFER, What.CONFIRM, What.DISMISS, What.REOPEN),
    State.REFERRED: (What.DISMISS, What.REOPEN),
    State.DISMISSED: (What.REOPEN,),
}
ALWAYS = (What.RELABEL, What.NOTE)


def shown(hit: Hit) -> Shown:
    """Return what a person is shown of a text that matters for a decision."""
    page, model = hit.document.page, hit.document.analysis.model
    return Shown(
        page_id=page.id,
        content_hash=page.content_hash,
        model=f"{model.name} {model.version}",
        severity=hit.severity,
        categories=hit.categories,
        seq=hit.triage.seq,
    )


def acts_on(hit: Hit) -> tuple[What, ...]:
    """Return the acts that make sense for a text.

    One that is not relevant has no labels that could be confirmed: who finds that it is relabels it.
    """
    if hit.triage.state is State.OPEN and not hit.relevant:
        return (What.DISMISS,)
    return ACTS[hit.triage.state]


def offered(hits: Sequence[Hit]) -> tuple[What, ...]:
    """Return the acts that make sense for all of `hits`, in the order of their buttons."""
    common = set.intersection(*(set(acts_on(hit)) for hit in hits)) if hits else set()
    return tuple(what for what in acts_on(hits[0]) if what in common) if hits else ()


def seal(hits: Sequence[Hit]) -> str:
    """Return the fingerprint of what is shown of `hits`: a form carries it to the decision."""
    facts = sorted(shown(hit).model_dump_json() for hit in hits)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:32]


def act(
    records: Records,
    engine: Engine,
    user: User,
    hits: Sequence[Hit],
    sealed: str,
    what: What,
    *,
    why: str = "",
    relabel: Relabel | None = None,
) -> list[Decision]:
    """Decide on all `hits`, one decision each, and return the decisions.

    Raises Conflict when the texts are no longer what the person was shown (`sealed`), or can't be decided
    on in that way in the state that they are in, and BadInput for a relabelling without labels.
    """
    if (what is What.RELABEL) is (relabel is None):
        raise BadInput(f"a decision to {what} and its labels do not fit")
    fits = what in (*offered(hits), *ALWAYS)
    try:
        if not hits or not fits or seal(hits) != sealed:
            raise Conflict("the texts are not what was shown")
        return decide(records, user.username, what, [shown(h) for h in hits], why=why, relabel=relabel)
    finally:
        catch_up(records, engine, [hit.document.id for hit in hits])


def take_back(records: Records, engine: Engine, user: User, first: int, last: int) -> list[Decision]:
    """Undo the decisions numbered `first` to `last` and return what that adds to the register.

    Raises NotAllowed for another person's decision (a lead may), Conflict if one of the texts was decided
    on again meanwhile or there is nothing to undo.
    """
    made = [d for d in decisions(records, after=first - 1) if d.seq <= last]
    if any(d.who != user.username for d in made) and not may(user.role, Action.UNDO_OTHERS):
        raise NotAllowed(f"{user.username} may not undo decisions of others")
    taken: list[tuple[int, Shown]] = []
    for decision in made:
        hit = engine.get(decision.page_id)
        if hit is None or decision.undoes is not None:
            raise Conflict(f"decision {decision.seq} can't be undone")
        taken.append((decision.seq, shown(hit).model_copy(update={"seq": decision.seq})))
    if not taken:
        raise Conflict("there is nothing to undo")
    try:
        return undo(records, user.username, taken)
    finally:
        catch_up(records, engine, [decision.page_id for decision in made])


def catch_up(records: Records, engine: Engine, page_ids: Sequence[str] | None = None) -> None:
    """Put into force what the records hold on these texts, or on all (a kill may have cut some off)."""
    engine.apply(triages(records, page_ids))
