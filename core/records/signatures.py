"""The store of signatures in the records."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.records.database import Records
from core.records.tables import SignatureRow
from core.signatures import Copies


class RecordedSignatures:
    """A `core.signatures.SignatureStore` in the records."""

    def __init__(self, records: Records) -> None:
        """Keep the signatures in `records`."""
        self.records = records

    def join(self, rows: Sequence[tuple[str, str, datetime]]) -> dict[str, Copies]:
        """Add (signature, page id, dated_at) rows; return the copies of each signature named."""
        copies: dict[str, Copies] = {}
        with self.records.write() as session:
            for signature, page_id, dated_at in rows:
                session.merge(SignatureRow(page_id=page_id, signature=signature, dated_at=dated_at))
            session.flush()
            for signature in sorted({row[0] for row in rows}):
                ids = list(
                    session.scalars(
                        select(SignatureRow.page_id)
                        .where(SignatureRow.signature == signature)
                        .order_by(SignatureRow.dated_at, SignatureRow.page_id)
                    )
                )
                copies[signature] = Copies(leader=ids[0], followers=tuple(ids[1:]))
        return copies
