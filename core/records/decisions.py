"""The register of decisions: append-only, each row sealed with the hash of the one before."""

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.contracts import Contract, Decision, Relabel, Triage, What
from core.errors import Conflict, RegisterBroken
from core.records.database import Records, parts
from core.records.tables import DecisionRow, storable
from core.triage import settle

FIRST_HASH = "0" * 64


class Shown(Contract):
    """What a person was shown of a text when deciding, and the last decision on it that they knew of."""

    page_id: str
    content_hash: str
    model: str
    severity: int
    categories: tuple[str, ...]
    seq: int


def decide(
    records: Records,
    who: str,
    what: What,
    shown: Sequence[Shown],
    *,
    why: str = "",
    relabel: Relabel | None = None,
) -> list[Decision]:
    """Add one decision for each text shown, all or none, and return them.

    Raises Conflict if someone decided on one of the texts after what was shown, ValueError for a relabelling
    without labels.
    """
    if (what is What.RELABEL) != (relabel is not None):
        raise ValueError("labels are given with a relabelling, and only with one")
    return _append(records, [(s, who, what, why, relabel, None) for s in shown])


def undo(records: Records, who: str, taken: Sequence[tuple[int, Shown]]) -> list[Decision]:
    """Take back the decisions with the given numbers: each text stands again where it stood before.

    Raises Conflict if someone decided on one of the texts meanwhile.
    """
    return _append(records, [(s, who, What.REOPEN, "", None, seq) for seq, s in taken])


def decisions(records: Records, page_id: str | None = None, after: int = 0) -> list[Decision]:
    """Return the decisions after number `after`, on one text or on all, in order."""
    wanted = select(DecisionRow).where(DecisionRow.seq > after).order_by(DecisionRow.seq)
    if page_id is not None:
        wanted = wanted.where(DecisionRow.page_id == page_id)
    with records.read() as session:
        return [_decision(row) for row in session.scalars(wanted)]


def triages(records: Records, page_ids: Iterable[str] | None = None) -> dict[str, Triage]:
    """Return where each text that was ever decided on stands, of the texts named or of all, by page id."""
    by_page: dict[str, list[Decision]] = {}
    with records.read() as session:
        of_pages = None if page_ids is None else sorted(set(page_ids))
        for decision in _all(session) if of_pages is None else _of_pages(session, of_pages):
            by_page.setdefault(decision.page_id, []).append(decision)
    return {name: settle(rows) for name, rows in by_page.items()}


def verify(records: Records) -> int:
    """Check the whole register and return its length. Raises RegisterBroken that names the first bad row."""
    with records.read() as session:
        return verify_in(session)


def verify_in(session: Session) -> int:
    """Check the register as `session` sees it, as `verify` does."""
    previous, expected = FIRST_HASH, 1
    with closing(_all(session)) as register:
        for decision in register:
            whole = decision.previous_hash == previous and decision.hash == _seal(decision)
            if decision.seq != expected or not whole:
                raise RegisterBroken(f"decision {expected} was changed or removed after it was made")
            previous, expected = decision.hash, expected + 1
    return expected - 1


def _all(session: Session) -> Generator[Decision, None, None]:
    wanted = select(DecisionRow).order_by(DecisionRow.seq).execution_options(yield_per=500)
    with session.scalars(wanted) as rows:
        yield from map(_decision, rows)


def _of_pages(session: Session, page_ids: Sequence[str]) -> Iterator[Decision]:
    for part in parts(page_ids):
        wanted = DecisionRow.page_id.in_(part)
        yield from map(
            _decision, session.scalars(select(DecisionRow).where(wanted).order_by(DecisionRow.seq))
        )


def _append(
    records: Records, acts: Sequence[tuple[Shown, str, What, str, Relabel | None, int | None]]
) -> list[Decision]:
    made: list[Decision] = []
    now = datetime.now(UTC)
    with records.write() as session:
        last = session.scalars(select(DecisionRow).order_by(DecisionRow.seq.desc()).limit(1)).first()
        seq, previous = (last.seq, last.hash) if last else (0, FIRST_HASH)
        for shown, who, what, why, relabel, undoes in acts:
            newest = session.scalar(
                select(func.max(DecisionRow.seq)).where(DecisionRow.page_id == shown.page_id)
            )
            if (newest or 0) != shown.seq:
                raise Conflict(f"text {shown.page_id} was decided on by someone else meanwhile")
            seq += 1
            draft = Decision(
                seq=seq,
                page_id=shown.page_id,
                who=who,
                at=now,
                what=what,
                why=storable(why),
                relabel=relabel,
                undoes=undoes,
                content_hash=shown.content_hash,
                model=shown.model,
                severity_shown=shown.severity,
                categories_shown=shown.categories,
                previous_hash=previous,
                hash="",
            )
            decision = draft.model_copy(update={"hash": _seal(draft)})
            row = decision.model_dump() | {"categories_shown": list(decision.categories_shown)}
            row["relabel"] = relabel.model_dump(mode="json") if relabel else None
            session.add(DecisionRow(**row))
            session.flush()
            made.append(decision)
            previous = decision.hash
    return made


def _seal(decision: Decision) -> str:
    content = decision.model_dump(mode="json", exclude={"hash"})
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _decision(row: DecisionRow) -> Decision:
    return Decision.model_validate({f: getattr(row, f) for f in Decision.model_fields})
