"""Alerts and finished reports."""

from collections.abc import Iterable, Set
from datetime import UTC, datetime

from sqlalchemy import case, delete, select

from core.contracts import Alert, AlertKind, ReportFile
from core.errors import BadUsage
from core.records.database import Records
from core.records.tables import AlertRow, ReportRow


def raise_alerts(records: Records, alerts: Iterable[Alert]) -> list[Alert]:
    """Store alerts whose key is new, and return those.

    Of alerts of one key the earliest stands, so that a back-fill ends the same in whatever order it runs; but
    one that a person has seen stays as it was seen.
    """
    fresh: list[Alert] = []
    with records.write() as session:
        for alert in alerts:
            row = session.get(AlertRow, alert.key)
            if row is None:
                session.add(AlertRow(**alert.model_dump()))
                session.flush()
                fresh.append(alert)
            elif alert.at < row.at and row.acknowledged_at is None:
                row.at, row.facts = alert.at, alert.facts
    return fresh


def alerts(records: Records, *, open_only: bool = False, seen: int = 200) -> list[Alert]:
    """Return all alerts that nobody has seen, grave texts before the rest; then so many of the `seen` ones.

    Of each the newest first.
    """
    grave_first = case((AlertRow.kind == AlertKind.GRAVE, 0), else_=1)
    newest_first = (AlertRow.at.desc(), AlertRow.key)
    unseen = AlertRow.acknowledged_at.is_(None)
    wanted = [select(AlertRow).where(unseen).order_by(grave_first, *newest_first)]
    if not open_only:
        wanted.append(select(AlertRow).where(~unseen).order_by(*newest_first).limit(seen))
    with records.read() as session:
        return [
            Alert.model_validate({f: getattr(row, f) for f in Alert.model_fields})
            for query in wanted
            for row in session.scalars(query)
        ]


def forget_alerts(records: Records, page_ids: Set[str]) -> None:
    """Forget alerts of texts that are no longer kept: they bear their titles."""
    with records.write() as session:
        for row in session.scalars(select(AlertRow)):
            if row.facts.get("page_id") in page_ids:
                session.delete(row)


def acknowledge(records: Records, key: str, who: str) -> None:
    """Mark an alert as seen; the first who did so stands. Raises BadUsage if there is none."""
    with records.write() as session:
        row = session.get(AlertRow, key)
        if row is None:
            raise BadUsage(f"no alert {key!r}")
        if row.acknowledged_at is None:
            row.acknowledged_by, row.acknowledged_at = who, datetime.now(UTC)


def record_report(records: Records, report: ReportFile) -> None:
    """Store that a week's report was made; a new one replaces the old."""
    with records.write() as session:
        session.merge(ReportRow(**report.model_dump()))


def forget_report(records: Records, week: str) -> None:
    """Forget a week's report: its files are gone."""
    with records.write() as session:
        session.execute(delete(ReportRow).where(ReportRow.week == week))


def reports(records: Records) -> list[ReportFile]:
    """Return all reports, the latest week first."""
    with records.read() as session:
        rows = session.scalars(select(ReportRow).order_by(ReportRow.week.desc()))
        return [ReportFile.model_validate({f: getattr(r, f) for f in ReportFile.model_fields}) for r in rows]
