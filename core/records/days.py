"""Sources' days: counts by day, to which each batch and each run adds."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.database import Records
from core.records.tables import SourceDayRow
from core.source_days import HOURS, Makeup, SourceDay


def add_day(session: Session, more: SourceDay) -> None:
    """Add the counts of `more` to those of its source's day, in a transaction."""
    row = session.get(SourceDayRow, (more.source_id, more.day))
    if row is None:
        session.add(SourceDayRow(**more.model_dump()))
        session.flush()
        return
    row.checks, row.failed, row.late = (
        row.checks + more.checks,
        row.failed + more.failed,
        row.late + more.late,
    )
    row.hours = [row.hours[hour] + more.hours[hour] for hour in range(HOURS)]
    row.makeup = (Makeup.model_validate(row.makeup) + more.makeup).model_dump()


def source_days(
    records: Records, since: date, source_ids: Iterable[str] | None = None
) -> dict[str, list[SourceDay]]:
    """Return the days from `since` on of all or the named sources, by source, oldest first."""
    wanted = select(SourceDayRow).where(SourceDayRow.day >= since).order_by(SourceDayRow.day)
    if source_ids is not None:
        wanted = wanted.where(SourceDayRow.source_id.in_(list(source_ids)))
    found: dict[str, list[SourceDay]] = {}
    with records.read() as session:
        for row in session.scalars(wanted):
            day = SourceDay.model_validate({f: getattr(row, f) for f in SourceDay.model_fields})
            found.setdefault(row.source_id, []).append(day)
    return found
