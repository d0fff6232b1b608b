"""Partners: sources that hand in texts instead of being crawled."""

from datetime import UTC, datetime

from pydantic import Field
from sqlalchemy import select

from core.contracts import Contract, Text
from core.errors import BadUsage
from core.records.database import Records
from core.records.tables import PartnerRow, SourceRow


class Partner(Contract):
    """Who hands in: an id, which is part of the archive's paths and never changes, and a name to show."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    name: Text = Field(min_length=1, max_length=200)


def declare_partner(records: Records, partner: Partner) -> None:
    """Make the records know `partner`, or its new name. Raises BadUsage if its id is a crawled source's."""
    with records.write() as session:
        if session.get(SourceRow, partner.id) is not None:
            raise BadUsage(f"{partner.id!r} is a source that is crawled; give the partner an id of its own")
        row = session.get(PartnerRow, partner.id)
        if row is None:
            session.add(PartnerRow(source_id=partner.id, name=partner.name, declared_at=datetime.now(UTC)))
        else:
            row.name = partner.name


def partner_name(records: Records, source_id: str) -> str | None:
    """Return what a partner is called, None if there is no such."""
    with records.read() as session:
        row = session.get(PartnerRow, source_id)
        return row.name if row is not None else None


def source_names(records: Records) -> dict[str, str]:
    """Return the names of all sources by id: of partners, and of what is crawled."""
    with records.read() as session:
        rows = [
            *session.execute(select(PartnerRow.source_id, PartnerRow.name)),
            *session.execute(select(SourceRow.source_id, SourceRow.name)),
        ]
    return {row.source_id: row.name for row in rows}
