"""The store of signatures in the records."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sqlalchemy import delete, func, insert, select, union_all
from sqlalchemy.orm import Session

from core.records.database import Records
from core.records.tables import AnchorRow, SignatureRow
from core.signatures import Signed

# Of the texts with one anchor as many are looked at, and as many of the nearest returned: a sentence that
# stands under every page of a site leads to thousands, and what is alike shares rarer ones too.
LOOKED_AT = 100
NEAREST = 50
# Days that no text can be dated before and after.
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


@contextmanager
def signatures(records: Records, kind: str) -> Iterator["RecordedSignatures"]:
    """Give the store of the signatures of one kind; what is changed in it is written together at the end."""
    with records.write() as session:
        yield RecordedSignatures(session, kind)


class RecordedSignatures:
    """A `core.signatures.SignatureStore` in the records, within one transaction."""

    def __init__(self, session: Session, kind: str) -> None:
        """Keep signatures of `kind` through `session`."""
        self.session = session
        self.kind = kind

    def get(self, page_id: str) -> Signed | None:
        """Return what is kept of a text."""
        row = self._row(page_id)
        return _signed(row) if row else None

    def sharing(
        self,
        anchors: Sequence[int],
        at_least: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Signed]:
        """Return texts that share `at_least` so many anchors, most first, of the days `since` to `until`."""
        if not anchors:
            return []
        days = (_day(since) if since else _FIRST, _day(until) if until else _LAST)
        each = [
            select(
                select(AnchorRow.number)
                .where(AnchorRow.anchor == _signed64(anchor), AnchorRow.day.between(*days))
                .order_by(AnchorRow.day, AnchorRow.number)
                .limit(LOOKED_AT)
                .subquery()
            )
            for anchor in anchors
        ]
        every = union_all(*each).subquery()
        shared = (
            select(every.c.number, func.count().label("shared"))
            .group_by(every.c.number)
            .having(func.count() >= at_least)
            .order_by(func.count().desc(), every.c.number)
            .limit(NEAREST)
            .subquery()
        )
        rows = self.session.scalars(
            select(SignatureRow)
            .join(shared, SignatureRow.number == shared.c.number)
            .where(SignatureRow.kind == self.kind)
            .order_by(shared.c.shared.desc(), SignatureRow.number)
        )
        return [_signed(row) for row in rows]

    def members(self, group: str) -> list[Signed]:
        """Return the texts of a group, the earliest first."""
        rows = self.session.scalars(
            select(SignatureRow)
            .where(SignatureRow.kind == self.kind, SignatureRow.group == group)
            .order_by(SignatureRow.dated_at, SignatureRow.page_id)
        )
        return [_signed(row) for row in rows]

    def put(self, text: Signed) -> None:
        """Keep a text's signature in place of an older one."""
        row = self._row(text.page_id)
        packed = array("q", map(_signed64, text.anchors)).tobytes()
        if row and (row.anchors, _day(row.dated_at)) == (packed, _day(text.dated_at)):
            row.group, row.profile = text.group, text.profile
            row.dated_at, row.fetched_at = text.dated_at, text.fetched_at
        else:
            self.remove(text.page_id)
            row = SignatureRow(
                kind=self.kind,
                page_id=text.page_id,
                group=text.group,
                anchors=packed,
                profile=text.profile,
                dated_at=text.dated_at,
                fetched_at=text.fetched_at,
            )
            self.session.add(row)
            self.session.flush()
            if text.anchors:
                day = _day(text.dated_at)
                values = [{"anchor": a, "day": day, "number": row.number} for a in set(array("q", packed))]
                self.session.execute(insert(AnchorRow), values)
        self.session.flush()

    def remove(self, page_id: str) -> None:
        """Forget a text; nothing of it stays."""
        if row := self._row(page_id):
            held = AnchorRow.anchor.in_(array("q", row.anchors)) & (AnchorRow.day == _day(row.dated_at))
            self.session.execute(delete(AnchorRow).where(held, AnchorRow.number == row.number))
            self.session.delete(row)
            self.session.flush()

    def _row(self, page_id: str) -> SignatureRow | None:
        found = select(SignatureRow).where(SignatureRow.kind == self.kind, SignatureRow.page_id == page_id)
        return self.session.scalar(found)


def _signed(row: SignatureRow) -> Signed:
    return Signed(
        page_id=row.page_id,
        group=row.group,
        anchors=tuple(anchor % 2**64 for anchor in array("q", row.anchors)),
        profile=row.profile,
        dated_at=row.dated_at,
        fetched_at=row.fetched_at,
    )


def _signed64(anchor: int) -> int:
    """Return 64 bits as databases count them: from -2**63."""
    return anchor - 2**64 if anchor >= 2**63 else anchor


def _day(moment: datetime) -> int:
    return moment.astimezone(UTC).toordinal()
