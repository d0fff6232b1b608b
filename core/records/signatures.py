"""The store of signatures in the records."""

from collections.abc import Sequence

from sqlalchemy import select

from core.records.database import Records
from core.records.tables import SignatureRow
from core.signatures import Copies, Signed


class RecordedSignatures:
    """A `core.signatures.SignatureStore` in the records."""

    def __init__(self, records: Records) -> None:
        """Keep the signatures in `records`."""
        self.records = records

    def join(self, texts: Sequence[Signed]) -> list[Copies]:
        """Add texts; return every group that they are in now or were in before, as it is afterwards."""
        touched: set[str | None] = set()
        with self.records.write() as session:
            for text in texts:
                row = session.get(SignatureRow, text.page_id)
                touched.add(row.signature if row else None)
                if row is None or row.fetched_at <= text.fetched_at:
                    touched.add(text.signature)
                    session.merge(SignatureRow(**text.model_dump()))
            session.flush()
            groups: list[Copies] = []
            for signature in sorted(touched - {None}, key=str):
                ids = session.scalars(
                    select(SignatureRow.page_id)
                    .where(SignatureRow.signature == signature)
                    .order_by(SignatureRow.dated_at, SignatureRow.page_id)
                ).all()
                if ids:
                    groups.append(Copies(leader=ids[0], followers=tuple(ids[1:])))
        return groups
