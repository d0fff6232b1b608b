"""How a source did in a run, from what became of its pages."""

from collections import Counter
from collections.abc import Mapping, Sequence

from core.contracts import SourceState
from core.outcomes import Result


def health(
    counts: Mapping[tuple[Result, str], int],
    failed: Sequence[str],
    minimum: int,
    passed_over: int,
    resting: int,
    waiting: int = 0,
    halted: Sequence[str] = (),
) -> tuple[SourceState, str]:
    """Return the state of a source and the reason in one line.

    `counts` are its outcomes by result and reason, `failed` the discovery pages that could not be read,
    `minimum` how many pages are expected, `passed_over` how many were left for the next run, `resting` how
    many gave nothing lately and were left alone, `waiting` how many are known and were not due. `halted` says
    why pages were left: the budget is spent, the host wants to be left alone.
    """
    by_result: Counter[Result] = Counter()
    for (result, _), count in counts.items():
        by_result[result] += count
    new, same = by_result[Result.ARCHIVED], by_result[Result.UNCHANGED] + waiting
    others = sum(by_result.values()) - len(failed) - len(halted)
    notes = list(halted)
    if passed_over:
        more = "pages" if halted else "more pages than pages_per_run allows,"
        notes.append(f"{passed_over} {more} left for the next run")
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        notes.append(f"discovery failed: {failed[0]}{more}")
    if new + same == 0 and others <= 0 and halted:
        state, said = SourceState.LATE, []
    elif new + same == 0 and others <= 0 and resting:
        state, said = SourceState.FAILED, [f"none of {resting} pages could be kept when last asked for"]
    elif new + same == 0 and others <= 0:
        state, said = (SourceState.FAILED, []) if failed else (SourceState.EMPTY, ["no page was found"])
    elif new + same == 0:
        state, said = SourceState.FAILED, [f"none of {others} pages could be kept: {_common(counts)}"]
    elif new + same < minimum:
        state, said = SourceState.LATE, [f"{new + same} pages, at least {minimum} expected"]
    else:
        state, said = (SourceState.OK if new else SourceState.UNCHANGED), []
    return state, "; ".join([*said, *notes])


def _common(counts: Mapping[tuple[Result, str], int]) -> str:
    bad = Counter({f"{result}:{reason}": count for (result, reason), count in counts.items() if reason})
    return ", ".join(f"{count} {label}" for label, count in bad.most_common(3))
