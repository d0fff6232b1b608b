"""Alerts about sources: failed, late, silent, or made up in another way. Each is raised once."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from core.contracts import VIETNAM, Alert, AlertKind, SourceState
from core.records.standing import Standing
from core.settings import WatchSettings


def source_alerts(sources: Sequence[Standing], now: datetime, settings: WatchSettings) -> Iterator[Alert]:
    """Yield what a person should know of the sources.

    Keys: a failure goes by the last new page, so that a source that comes and goes does not call each time; a
    lateness by the day on which it began; a silence by the last new page; a change by measure and day.
    """
    for source in sources:
        health = source.health
        if health.state is SourceState.DISABLED:
            continue
        facts: dict[str, str | int | float] = {"source": health.source_id, "name": health.name}
        for change in source.changes:
            key = f"changed:{health.source_id}:{change.measure}:{change.since}"
            told = {"measure": change.measure.value, "before": change.before, "after": change.after}
            yield Alert(key=key, kind=AlertKind.CHANGED, at=now, facts=facts | told)
        because = {"why": health.reasons[0].code.value, **health.reasons[0].facts} if health.reasons else {}
        last = health.new_at or health.declared_at
        if health.state is SourceState.FAILED:
            key = f"failed:{health.source_id}:{health.new_at.isoformat() if health.new_at else 'never'}"
            yield Alert(key=key, kind=AlertKind.FAILED, at=now, facts=facts | because)
        elif last and now - last > timedelta(hours=settings.silent_hours):
            key = f"silent:{health.source_id}:{last.isoformat()}"
            yield Alert(key=key, kind=AlertKind.SILENT, at=now, facts=facts | {"since": last.isoformat()})
        elif health.state is SourceState.LATE and health.since:
            key = f"late:{health.source_id}:{health.since.astimezone(VIETNAM).date()}"
            yield Alert(key=key, kind=AlertKind.LATE, at=now, facts=facts | because)
