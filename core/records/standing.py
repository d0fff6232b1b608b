"""How all sources stand: state, what came against what was expected, changes of make-up."""

from collections.abc import Sequence
from datetime import datetime

from core.contracts import VIETNAM, Contract, SourceHealth
from core.makeup import HISTORY as MAKEUP_HISTORY
from core.makeup import Change, recent
from core.records.crawled import source_health
from core.records.database import Records
from core.records.days import source_days
from core.source_days import SourceDay
from core.volume import Expectation, History

HOURS = 24  # the window that people are shown


class Standing(Contract):
    """One source: its health, the pages of the last 24 hours and what was `expected`, lasting changes.

    `days` are those that are known of the last 120, oldest first.
    """

    health: SourceHealth
    got: int
    expected: Expectation | None
    changes: tuple[Change, ...]
    days: tuple[SourceDay, ...]


def standings(records: Records, now: datetime) -> list[Standing]:
    """Return how all sources stand, by name."""
    days = source_days(records, (now - MAKEUP_HISTORY).date())
    return [_standing(health, days.get(health.source_id, []), now) for health in source_health(records)]


def _standing(health: SourceHealth, days: Sequence[SourceDay], now: datetime) -> Standing:
    history = History(days)
    return Standing(
        health=health,
        got=history.lately(now, HOURS),
        expected=history.expected(now, HOURS),
        changes=tuple(recent(days, now.astimezone(VIETNAM).date())),
        days=tuple(days),
    )
