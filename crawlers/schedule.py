"""What a run asks for, and in which order: a pure function of what is remembered of each page.

Pages that were never seen go first, the newest before the others; then threads that people follow; then
pages whose turn has come, the longest due first. What is not due is not asked for.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from core.records.crawled import Seen
from core.records.visits import Visit
from crawlers.novelty import gave_nothing, rests
from crawlers.revisit import LONGEST, SHORTEST
from crawlers.tasks import What

# Boards list first what was answered last, so a thread that is listed may have a new post, however old it is.
LISTED = timedelta(hours=6)


class Candidate(NamedTuple):
    """A page that could be asked for: its id, where it was found, as what, and what is remembered of it.

    `told_at` is the publication time that feed or sitemap gave; `listed`: one of them names it now.
    """

    id: str
    url: str
    what: What
    told_at: datetime | None = None
    before: Seen | None = None
    visit: Visit | None = None
    followed: bool = False
    listed: bool = False


class Turn(IntEnum):
    """Whose turn it is: the lower goes first, the last two are not asked for."""

    FRESH = 0
    FOLLOWED = 1
    DUE = 2
    WAITING = 3
    RESTING = 4


class Plan(NamedTuple):
    """What is asked for, in order, and how many others are left for another run, and why.

    `passed_over` had their turn but there was no room; `waiting` are known and not due; `resting` gave
    nothing lately.
    """

    chosen: tuple[Candidate, ...] = ()
    passed_over: int = 0
    waiting: int = 0
    resting: int = 0


def turn(candidate: Candidate, now: datetime, slack: timedelta = timedelta()) -> Turn:
    """Return whose turn a page is. Due is what comes due within `slack`: half the way to the next run."""
    before, visit = candidate.before, candidate.visit
    if visit is not None:
        if candidate.followed and now + slack >= visit.last_at + SHORTEST:
            return Turn.FOLLOWED
        if candidate.listed and candidate.what is What.THREAD and now + slack >= visit.last_at + LISTED:
            return Turn.DUE
        # Further ahead than any turn is set: the clock was set back.
        waits = visit.due_at is None or now + slack < visit.due_at <= now + LONGEST
        return Turn.WAITING if waits else Turn.DUE
    if before is None:
        return Turn.FRESH
    if gave_nothing(before):
        return Turn.RESTING if rests(before, now) else Turn.FRESH
    return Turn.DUE  # known from before visits were kept


def plan(candidates: Iterable[Candidate], now: datetime, room: int, slack: timedelta = timedelta()) -> Plan:
    """Return which of `candidates` are asked for `now`, at most `room` of them."""
    turns = [(turn(c, now, slack), c) for c in candidates]
    ready = sorted((t for t in turns if t[0] < Turn.WAITING), key=_order)
    counts = [sum(t is kind for t, _ in turns) for kind in (Turn.WAITING, Turn.RESTING)]
    return Plan(tuple(c for _, c in ready[:room]), max(0, len(ready) - room), *counts)


def _order(ready: tuple[Turn, Candidate]) -> tuple[Turn, float]:
    turn, candidate = ready
    if turn is Turn.FRESH:
        return turn, -candidate.told_at.timestamp() if candidate.told_at else 0.0
    due = candidate.visit and candidate.visit.due_at
    return turn, due.timestamp() if due else float("-inf")
