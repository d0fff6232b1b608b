"""A source's state and why, from what became of a run's pages."""

from collections.abc import Mapping, Sequence

import pytest

from core.contracts import Reason, SourceState, Why
from core.outcomes import Result
from core.volume import Expectation, Shortfall
from crawlers.health import health

ARCHIVED, SAME, DROPPED, HELD = Result.ARCHIVED, Result.UNCHANGED, Result.DROPPED, Result.QUARANTINED
DEAD_FEED = [("https://bao.example/rss", "http_500")]
FEWER = Shortfall(hours=24, got=3, expected=Expectation(low=20, usual=50, high=90))


@pytest.mark.parametrize(
    ("counts", "facts", "state", "why"),
    [
        ({(ARCHIVED, ""): 3}, {}, SourceState.OK, []),
        ({(SAME, ""): 3}, {}, SourceState.UNCHANGED, []),
        ({(ARCHIVED, ""): 1, (DROPPED, "robots"): 9}, {}, SourceState.OK, []),
        ({}, {}, SourceState.EMPTY, [Why.NO_PAGE]),
        ({(DROPPED, "feed_failed"): 1}, {"failed": DEAD_FEED}, SourceState.FAILED, [Why.DISCOVERY]),
        ({(ARCHIVED, ""): 2}, {"failed": DEAD_FEED}, SourceState.OK, [Why.DISCOVERY]),
        ({(DROPPED, "robots"): 2, (HELD, "timeout"): 5}, {}, SourceState.FAILED, [Why.NONE_KEPT]),
        ({}, {"resting": 4}, SourceState.FAILED, [Why.RESTING]),
        ({(SAME, ""): 2}, {"minimum": 3}, SourceState.LATE, [Why.BELOW_MINIMUM]),
        ({(ARCHIVED, ""): 2}, {"shortfall": FEWER}, SourceState.LATE, [Why.FEWER]),
        ({(HELD, "timeout"): 2}, {"shortfall": FEWER}, SourceState.FAILED, [Why.NONE_KEPT]),
        ({}, {"shortfall": FEWER}, SourceState.EMPTY, [Why.NO_PAGE]),
        ({(ARCHIVED, ""): 9}, {"passed_over": 7}, SourceState.OK, [Why.PASSED_OVER]),
    ],
)  # fmt: skip
def test_a_state_follows_from_what_came_and_is_told_with_its_reasons(
    counts: Mapping[tuple[Result, str], int],
    facts: Mapping[str, object],
    state: SourceState,
    why: Sequence[Why],
) -> None:
    given: dict[str, object] = {"failed": [], "minimum": 0, "passed_over": 0, "resting": 0, **facts}
    found, reasons = health(counts, **given)  # type: ignore[arg-type]
    assert (found, [r.code for r in reasons]) == (state, list(why))


def test_what_was_kept_of_nothing_names_the_most_common_reason() -> None:
    counts = {(DROPPED, "robots"): 2, (HELD, "timeout"): 5}
    _, (reason,) = health(counts, [], 0, 0, 0)
    assert reason == Reason(code=Why.NONE_KEPT, facts={"count": 7, "reason": "timeout", "times": 5})


def test_fewer_than_expected_says_how_many_and_how_many_are_usual() -> None:
    _, (reason,) = health({(ARCHIVED, ""): 3}, [], 0, 0, 0, shortfall=FEWER)
    assert reason.facts == {"hours": 24, "got": 3, "low": 20, "usual": 50}
