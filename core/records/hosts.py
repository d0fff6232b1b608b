"""How hosts asked to be treated, and what each source has cost them: kept from one run to the next."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.contracts import Contract
from core.records.database import Records
from core.records.tables import HostRow, RobotsRow, SpentRow


class Wait(Contract):
    """A host that is left alone until then, after so many refusals in a row."""

    host: str
    wait_until: AwareDatetime
    refusals: int


class RobotsCopy(Contract):
    """What a site's robots.txt said when it was last asked for: its rules as text (empty: none).

    `failing_since`: since when it can't be had, with why in `detail`; then all of the site is forbidden.
    """

    site: str
    checked_at: AwareDatetime
    failing_since: AwareDatetime | None = None
    text: str = ""
    detail: str = ""


class Spent(Contract):
    """Requests made to a source and bytes received of it."""

    requests: int = 0
    received: int = 0


def waits(records: Records) -> dict[str, Wait]:
    """Return the hosts that refused when last asked, by host."""
    with records.read() as session:
        rows = session.scalars(select(HostRow))
        return {
            row.host: Wait(host=row.host, wait_until=row.wait_until, refusals=row.refusals) for row in rows
        }


def keep_wait(records: Records, wait: Wait) -> None:
    """Remember that a host is to be left alone."""
    with records.write() as session:
        session.merge(HostRow(**wait.model_dump()))


def end_wait(records: Records, host: str) -> None:
    """Forget that a host refused."""
    with records.write() as session:
        row = session.get(HostRow, host)
        if row is not None:
            session.delete(row)


def robots_copy(records: Records, site: str) -> RobotsCopy | None:
    """Return what is remembered of a site's robots.txt."""
    with records.read() as session:
        row = session.get(RobotsRow, site)
        return (
            RobotsCopy.model_validate({f: getattr(row, f) for f in RobotsCopy.model_fields}) if row else None
        )


def keep_robots(records: Records, copy: RobotsCopy) -> None:
    """Remember a site's robots.txt."""
    with records.write() as session:
        session.merge(RobotsRow(**copy.model_dump()))


def spent_on(records: Records, source_id: str, day: datetime) -> Spent:
    """Return what was spent on a source on the UTC day of `day`."""
    with records.read() as session:
        row = session.get(SpentRow, (source_id, f"{day:%Y-%m-%d}"))
        return Spent(requests=row.requests, received=row.received) if row else Spent()


def add_spent(session: Session, source_id: str, day: datetime, spent: Spent) -> None:
    """Add to a transaction what was spent on a source."""
    row = session.get(SpentRow, (source_id, f"{day:%Y-%m-%d}"))
    if row is None:
        session.add(SpentRow(source_id=source_id, day=f"{day:%Y-%m-%d}", **spent.model_dump()))
    else:
        row.requests += spent.requests
        row.received += spent.received
