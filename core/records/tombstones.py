"""What was erased on request: a tombstone for each page, and nothing else of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from pydantic import AwareDatetime
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.contracts import Contract
from core.records.database import Records, parts
from core.records.tables import (
    AlertRow,
    FollowRow,
    OutcomeRow,
    QuarantineRow,
    SeenRow,
    TombstoneRow,
    VisitRow,
)

LOOKUP = 300  # rows asked for at once, by up to three ids each


class Tombstone(Contract):
    """An erased page: when, who asked this program for it and why; unfinished while parts may remain."""

    page_id: str
    at: AwareDatetime
    who: str
    why: str
    finished_at: AwareDatetime | None = None


class Named(Protocol):
    """What names a page and what it stands under: a `Page`, or less of it."""

    @property
    def id(self) -> str:
        """The page's id."""

    @property
    def thread_id(self) -> str | None:
        """The article or thread that it stands under."""

    @property
    def parent_id(self) -> str | None:
        """What it answers to."""


def erased(records: Records, pages: Sequence[Named]) -> set[str]:
    """Return the ids of those of `pages` that were erased, or stand under one that was."""
    found: set[str] = set()
    with records.read() as session:
        for part in parts(pages, LOOKUP):
            ids = {name for page in part for name in _names(page)}
            gone = set(session.scalars(select(TombstoneRow.page_id).where(TombstoneRow.page_id.in_(ids))))
            found |= {page.id for page in part if gone.intersection(_names(page))}
    return found


def erased_ids(records: Records, ids: Sequence[str]) -> set[str]:
    """Return those of `ids` that are erased pages, or addresses of such."""
    found: set[str] = set()
    with records.read() as session:
        for part in parts(ids, LOOKUP):
            wanted = TombstoneRow.page_id.in_(part)
            found |= set(session.scalars(select(TombstoneRow.page_id).where(wanted)))
    return found


def tombstones(records: Records, *, unfinished: bool = False) -> list[Tombstone]:
    """Return all tombstones, or those of pages of which parts may remain, the oldest first."""
    wanted = select(TombstoneRow).order_by(TombstoneRow.at, TombstoneRow.page_id)
    if unfinished:
        wanted = wanted.where(TombstoneRow.finished_at.is_(None))
    with records.read() as session:
        return [
            Tombstone.model_validate({f: getattr(row, f) for f in Tombstone.model_fields})
            for row in session.scalars(wanted)
        ]


def pages_at(records: Records, url: str) -> set[str]:
    """Return the ids of pages that were found at `url`."""
    with records.read() as session:
        return set(session.scalars(select(SeenRow.id).where(SeenRow.url == url)))


def erase(records: Records, pages: Mapping[str, Collection[str]], who: str, why: str) -> None:
    """Set tombstones on `pages` (their addresses by id), or open them again, and let the records forget them.

    That is where they were seen and followed, their addresses among outcomes and in quarantine, and alerts
    of them.
    Decisions are a sealed register and stay: they hold the page's id, labels, and what people said was why.
    """
    now = datetime.now(UTC)
    with records.write() as session:
        names: dict[str, str] = {}  # page ids by all that rows may go by
        for page_id, urls in pages.items():
            row = session.get(TombstoneRow, page_id)
            if row is None:
                session.add(TombstoneRow(page_id=page_id, at=now, who=who, why=why))
            else:
                row.finished_at = None
            seen = session.get(SeenRow, page_id)
            names |= dict.fromkeys({page_id, *urls, *([seen.url] if seen is not None else [])}, page_id)
        wanted = list(names)
        for part in parts(wanted, LOOKUP):
            _forget(session, {name: names[name] for name in part})
        for alert in session.scalars(select(AlertRow)):
            if alert.facts.get("page_id") in pages:
                session.delete(alert)


def finish(records: Records, page_ids: Iterable[str]) -> None:
    """Write down that nothing of these pages remains."""
    with records.write() as session:
        for page_id in page_ids:
            session.get_one(TombstoneRow, page_id).finished_at = datetime.now(UTC)


def _names(page: Named) -> set[str]:
    return {name for name in (page.id, page.thread_id, page.parent_id) if name}


def _forget(session: Session, names: Mapping[str, str]) -> None:
    """Let what the crawler remembers lose what goes by `names`, and outcomes go by the page's id alone."""
    session.execute(delete(SeenRow).where(SeenRow.id.in_(names) | SeenRow.url.in_(names)))
    session.execute(delete(VisitRow).where(VisitRow.id.in_(names) | VisitRow.url.in_(names)))
    session.execute(delete(FollowRow).where(FollowRow.thread_id.in_(names) | FollowRow.url.in_(names)))
    session.execute(delete(QuarantineRow).where(QuarantineRow.item.in_(names) | QuarantineRow.url.in_(names)))
    for row in session.scalars(select(OutcomeRow).where(OutcomeRow.item.in_(names))).all():
        facts = {"source_id": row.source_id, "result": row.result, "reason": row.reason, "at": row.at}
        key = {"run_id": row.run_id, "stage": row.stage, "item": names[row.item]}
        session.delete(row)
        session.flush()
        if session.get(OutcomeRow, tuple(key.values())) is None:
            session.add(OutcomeRow(**key, **facts, detail=""))
