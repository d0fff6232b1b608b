"""The store of signatures in the records."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Row, Table, TextClause, bindparam, delete, insert, select, update
from sqlalchemy import text as sql
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
        self.connection = session.connection()
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
        given = {f"anchor{n}": _signed64(anchor) for n, anchor in enumerate(anchors)}
        days = {"first": _day(since) if since else _FIRST, "last": _day(until) if until else _LAST}
        shared = self.connection.execute(_shared(len(anchors)), given | days | {"at_least": at_least})
        place = {number: place for place, number in enumerate(shared.scalars())}
        if not place:
            return []
        rows = self.connection.execute(_NUMBERED, {"numbers": list(place), "kind": self.kind}).all()
        return [_signed(row) for row in sorted(rows, key=lambda row: place[row.number])]

    def members(self, group: str) -> list[Signed]:
        """Return the texts of a group, the earliest first."""
        rows = self.connection.execute(_GROUPED, {"of_group": group, "kind": self.kind})
        return [_signed(row) for row in rows]

    def put(self, text: Signed) -> None:
        """Keep a text's signature in place of an older one."""
        packed = array("q", map(_signed64, text.anchors)).tobytes()
        values = text.model_dump() | {"kind": self.kind, "anchors": packed}
        held = self._row(text.page_id)
        if held and (held.anchors, _day(held.dated_at)) == (packed, _day(text.dated_at)):
            self.connection.execute(_CHANGE, values | {"held": held.number})
            return
        if held:
            self._remove(held)
        number = self.connection.execute(_KEEP, values).scalar_one()
        if text.anchors:
            day = _day(text.dated_at)
            anchors = [{"anchor": a, "day": day, "number": number} for a in set(array("q", packed))]
            self.connection.execute(insert(_ANCHORS), anchors)

    def remove(self, page_id: str) -> None:
        """Forget a text; nothing of it stays."""
        if held := self._row(page_id):
            self._remove(held)

    def _remove(self, held: Row[Any]) -> None:
        anchors = {"held": array("q", held.anchors).tolist(), "on": _day(held.dated_at), "by": held.number}
        self.connection.execute(_DROP_ANCHORS, anchors)
        self.connection.execute(_DROP, {"held": held.number})

    def _row(self, page_id: str) -> Row[Any] | None:
        return self.connection.execute(_ONE, {"of_text": page_id, "kind": self.kind}).one_or_none()


_TEXTS, _ANCHORS = cast(Table, SignatureRow.__table__), cast(Table, AnchorRow.__table__)
_OF_KIND = _TEXTS.c.kind == bindparam("kind")
_ONE = select(_TEXTS).where(_TEXTS.c.page_id == bindparam("of_text"), _OF_KIND)
_NUMBERED = select(_TEXTS).where(_TEXTS.c.number.in_(bindparam("numbers", expanding=True)), _OF_KIND)
_GROUPED = (
    select(_TEXTS)
    .where(_TEXTS.c.group == bindparam("of_group"), _OF_KIND)
    .order_by(_TEXTS.c.dated_at, _TEXTS.c.page_id)
)
_KEEP = insert(_TEXTS).returning(_TEXTS.c.number)
_CHANGE = update(_TEXTS).where(_TEXTS.c.number == bindparam("held"))
_DROP = delete(_TEXTS).where(_TEXTS.c.number == bindparam("held"))
_DROP_ANCHORS = delete(_ANCHORS).where(
    _ANCHORS.c.anchor.in_(bindparam("held", expanding=True)),
    _ANCHORS.c.day == bindparam("on"),
    _ANCHORS.c.number == bindparam("by"),
)


@cache
def _shared(anchors: int) -> TextClause:
    """Return the statement for so many anchors. As text: putting it together anew would take the longest."""
    of_day = "day BETWEEN :first AND :last"
    each = " UNION ALL ".join(
        f"SELECT number FROM (SELECT number FROM anchors WHERE anchor = :anchor{n} AND {of_day}"  # noqa: S608
        f" ORDER BY day, number LIMIT {LOOKED_AT}) AS of_anchor{n}"
        for n in range(anchors)
    )
    return sql(
        f"SELECT number FROM ({each}) AS every GROUP BY number"  # noqa: S608 (made of constants)
        f" HAVING count(*) >= :at_least ORDER BY count(*) DESC, number LIMIT {NEAREST}"
    )


def _signed(row: Row[Any]) -> Signed:
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
