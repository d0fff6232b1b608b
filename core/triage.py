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
    Relabelling to severity 0 dismisses, to a higher one brings a dismissed text back.
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
        severity = decision.relabel.severity
        kept = State.OPEN if triage.state is State.DISMISSED else triage.state
        return Triage(
            state=kept if severity else State.DISMISSED,
            relevant=severity > 0,
            categories=decision.relabel.categories,
            severity=severity,
        )
    state = STATE_AFTER[decision.what]
    if state is State.DISMISSED:
        return triage.model_copy(update={"state": state, "relevant": False})
    labels = {"categories": triage.categories, "severity": triage.severity} if triage.severity else {}
    settled = state is not State.OPEN or bool(labels)
    return Triage(state=state, relevant=True if settled else None, **labels)
