"""Requests under a key of their sender: sent again, they get the same answer and add nothing.

The order of steps makes it so whenever a kill comes: first the key is claimed, with all that decides what
is archived; then the report is archived; then the key is marked. What is answered is archived, and a request
that comes again before that writes the very same file once more.
"""

from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import delete

from core.contracts import Contract
from core.errors import Conflict
from core.records.database import Records
from core.records.tables import IdempotencyRow


class Claim(Contract):
    """What a key stands for: the page, when its request first came, and whether it is archived."""

    token_id: str
    key: str
    body_hash: str
    page_id: str
    received_at: AwareDatetime
    archived_at: AwareDatetime | None = None


def claim(records: Records, wanted: Claim, kept: timedelta) -> Claim:
    """Return the claim that stands under this token and key: `wanted`, or what was there before.

    Keys older than `kept` are forgotten. Raises Conflict if the key stands for another body.
    """
    with records.write() as session:
        session.execute(delete(IdempotencyRow).where(IdempotencyRow.received_at < datetime.now(UTC) - kept))
        row = session.get(IdempotencyRow, (wanted.token_id, wanted.key))
        if row is None:
            session.add(IdempotencyRow(**wanted.model_dump()))
            return wanted
        if row.body_hash != wanted.body_hash:
            raise Conflict("this Idempotency-Key was used with another body; give each report its own key")
        return Claim.model_validate({f: getattr(row, f) for f in Claim.model_fields})


def mark_archived(records: Records, claimed: Claim) -> None:
    """Write down that what the key stands for is archived."""
    with records.write() as session:
        row = session.get(IdempotencyRow, (claimed.token_id, claimed.key))
        if row is not None:
            row.archived_at = datetime.now(UTC)
