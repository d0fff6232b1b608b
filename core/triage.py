"""What the decisions on a text add up to."""

from collections.abc import Iterable

from core.contracts import Decision, State, Triage, What

STATE_AFTER = {
    What.CONFIRM: State.CONFIRMED,
    What.DISMISS: State.DISMISSED,
    What.ESCALATE: State.ESCALATED,
    What.REFER: State.REFERRED,
    What.REOPEN: State.OPEN,
}


def settle(decisions: Iterable[Decision]) -> Triage:
    """Return where one text stands after its `decisions`, given in order.

    A decision that a later one undoes counts as if it had not been made. The last verdict rules:
    dismissed is not relevant, confirmed, escalated and referred are, relabelled counts as relabelled.
    """
    rows = list(decisions)
    undone = {d.undoes for d in rows if d.undoes is not None}
    triage = Triage()
    for decision in rows:
        if decision.seq not in undone and decision.undoes is None:
            triage = _after(triage, decision)
    return triage.model_copy(update={"seq": rows[-1].seq if rows else 0})


def _after(triage: Triage, decision: Decision) -> Triage:
    if decision.what is What.NOTE:
        return triage
    if decision.what is What.RELABEL and decision.relabel is not None:
        return triage.model_copy(
            update={
                "relevant": decision.relabel.severity > 0,
                "categories": decision.relabel.categories,
                "severity": decision.relabel.severity,
            }
        )
    state = STATE_AFTER[decision.what]
    relabelled = triage.categories is not None
    relevant = state is not State.DISMISSED if state is not State.OPEN else None
    return triage.model_copy(
        update={"state": state, "relevant": True if state is State.OPEN and relabelled else relevant}
    )
