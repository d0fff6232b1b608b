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
    triage = Triage()
    for decision in standing(rows):
        triage = _after(triage, decision)
    return triage.model_copy(update={"seq": rows[-1].seq if rows else 0})


def verdict(decisions: Iterable[Decision]) -> Decision | None:
    """Return the newest decision that stands and says what the text is; None while nothing stands.

    Undone decisions and notes don't count. Reopening takes back all verdicts but labels that a person gave,
    as in `settle`: then the relabelling is the verdict.
    """
    rows = list(decisions)
    said = [d for d in standing(rows) if d.what is not What.NOTE]
    if settle(rows).relevant is None:
        return None
    if said[-1].what is not What.REOPEN:
        return said[-1]
    return next(d for d in reversed(said) if d.what is What.RELABEL)


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the decisions that nobody undid, without those that only undo another, in order."""
    rows = list(decisions)
    undone = {d.undoes for d in rows if d.undoes is not None}
    return [d for d in rows if d.seq not in undone and d.undoes is None]


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
