"""How a source did in a run, from what became of its pages and what was expected of it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from core.contracts import Reason, SourceState, Why
from core.outcomes import Result
from core.volume import Shortfall


def health(
    counts: Mapping[tuple[Result, str], int],
    failed: Sequence[tuple[str, str]],
    minimum: int,
    passed_over: int,
    resting: int,
    waiting: int = 0,
    halted: Sequence[str] = (),
    shortfall: Shortfall | None = None,
) -> tuple[SourceState, tuple[Reason, ...]]:
    """Return the state of a source and why.

    `counts` are its outcomes by result and reason, `failed` the discovery pages that could not be read, each
    with the reason, `minimum` how many pages are expected of a run, `passed_over` how many were left for the
    next run, `resting` how many gave nothing lately and were left alone, `waiting` how many are known and
    were not due, `halted` why pages were left (the budget is spent, the host wants to be left alone),
    `shortfall` what its past weeks let expect and did not come. What can't be read has failed (the records
    call it late the first time); what can be read and brings too little is late.
    """
    by_result: Counter[Result] = Counter()
    for (result, _), count in counts.items():
        by_result[result] += count
    new, same = by_result[Result.ARCHIVED], by_result[Result.UNCHANGED] + waiting
    others = sum(by_result.values()) - len(failed) - len(halted)
    notes = [Reason(code=Why(why)) for why in halted]
    if passed_over:
        notes.append(Reason(code=Why.PASSED_OVER, facts={"count": passed_over}))
    if failed:
        url, reason = failed[0]
        notes.append(
            Reason(code=Why.DISCOVERY, facts={"url": url, "reason": reason, "more": len(failed) - 1})
        )
    said: list[Reason] = []
    if new + same == 0 and others <= 0 and halted:
        state = SourceState.LATE
    elif new + same == 0 and others <= 0 and resting:
        state, said = SourceState.FAILED, [Reason(code=Why.RESTING, facts={"count": resting})]
    elif new + same == 0 and others <= 0 and failed:
        state = SourceState.FAILED
    elif new + same == 0 and others <= 0:
        state, said = SourceState.EMPTY, [Reason(code=Why.NO_PAGE)]
    elif new + same == 0:
        state, said = SourceState.FAILED, [_none_kept(counts, others)]
    elif new + same < minimum:
        facts: dict[str, str | int] = {"got": new + same, "minimum": minimum}
        state, said = SourceState.LATE, [Reason(code=Why.BELOW_MINIMUM, facts=facts)]
    elif shortfall is not None:
        state, said = SourceState.LATE, [_fewer(shortfall)]
    else:
        state = SourceState.OK if new else SourceState.UNCHANGED
    return state, (*said, *notes)


def _none_kept(counts: Mapping[tuple[Result, str], int], others: int) -> Reason:
    bad: Counter[str] = Counter()
    for (_, reason), count in counts.items():
        bad[reason] += count
    del bad[""]
    reason, times = bad.most_common(1)[0] if bad else ("", 0)
    return Reason(code=Why.NONE_KEPT, facts={"count": others, "reason": reason, "times": times})


def _fewer(short: Shortfall) -> Reason:
    told = {"hours": short.hours, "got": short.got, "low": short.expected.low, "usual": short.expected.usual}
    return Reason(code=Why.FEWER, facts=dict(told))
