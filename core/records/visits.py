"""When each page was asked for, how often it had changed, and when its next turn is."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.contracts import Contract
from core.records.database import Records, parts
from core.records.tables import SourceRow, VisitRow


class Visit(Contract):
    """What is known of how a page changes, by the `page_id` of the address `url` where it was found.

    `checks` counts the times that it was asked for again, `changes` those at which it had changed,
    `watched_s` the seconds between the first and the last of them. `published_at` is the newest time that
    the page gave for itself, `changed_at` when a change was last found. `ended_at` is the address of a
    thread's last page. `due_at` None: not again.
    """

    id: str
    source_id: str
    url: str
    published_at: AwareDatetime | None = None
    first_at: AwareDatetime
    last_at: AwareDatetime
    changed_at: AwareDatetime | None = None
    checks: int = 0
    changes: int = 0
    watched_s: float = 0.0
    ended_at: str | None = None
    due_at: AwareDatetime | None = None


def visits(records: Records, ids: Sequence[str]) -> dict[str, Visit]:
    """Return what is known of `ids`, by id."""
    found: dict[str, Visit] = {}
    with records.read() as session:
        for part in parts(ids):
            rows = session.scalars(select(VisitRow).where(VisitRow.id.in_(part)))
            found.update((row.id, _visit(row)) for row in rows)
    return found


def due_visits(records: Records, source_id: str, by: datetime, limit: int) -> list[Visit]:
    """Return the pages of a source whose turn comes until `by`, the longest due first, at most `limit`."""
    wanted = (
        select(VisitRow)
        .where(VisitRow.source_id == source_id, VisitRow.due_at <= by)
        .order_by(VisitRow.due_at, VisitRow.id)
        .limit(limit)
    )
    with records.read() as session:
        return [_visit(row) for row in session.scalars(wanted)]


def add_visits(session: Session, made: Iterable[Visit]) -> None:
    """Add visits to a transaction; the last one of a page stands."""
    last = {visit.id: visit for visit in made}
    names = list(last)
    for part in parts(names):
        known = {row.id: row for row in session.scalars(select(VisitRow).where(VisitRow.id.in_(part)))}
        for name in part:
            if name not in known:
                session.add(VisitRow(**last[name].model_dump()))
                continue
            for field, value in last[name].model_dump().items():
                setattr(known[name], field, value)


def begin_walk(records: Records, source_id: str) -> datetime | None:
    """Return when the last run of a source ended, if it took up all that it found; else None.

    This one has only at `end_walk`.
    """
    with records.write() as session:
        row = session.get(SourceRow, source_id)
        if row is None or not row.whole:
            return None
        row.whole = False
        return row.checked_at


def end_walk(records: Records, source_id: str) -> None:
    """Write down that a run of the source took up all that it found."""
    with records.write() as session:
        row = session.get(SourceRow, source_id)
        if row is not None:
            row.whole = True


def _visit(row: VisitRow) -> Visit:
    return Visit.model_validate({f: getattr(row, f) for f in Visit.model_fields})
