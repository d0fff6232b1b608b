"""Discussions that people follow: an append-only list of who began or ended to follow which, and when."""

from datetime import UTC, datetime

from pydantic import AwareDatetime
from sqlalchemy import func, select

from core.contracts import Contract
from core.records.database import Records
from core.records.tables import FollowRow


class Follow(Contract):
    """That `who` began (`followed`) or ended to follow a thread, whose first page is at `url`."""

    thread_id: str
    source_id: str
    url: str
    followed: bool
    who: str
    at: AwareDatetime


def follow(records: Records, who: str, thread_id: str, source_id: str, url: str, *, followed: bool) -> None:
    """Write down that `who` wants a thread followed, or no longer; what stands so already is not repeated."""
    with records.write() as session:
        newest = session.scalars(
            select(FollowRow).where(FollowRow.thread_id == thread_id).order_by(FollowRow.number.desc())
        ).first()
        if followed == (newest is not None and newest.followed):
            return
        facts = {"thread_id": thread_id, "source_id": source_id, "url": url}
        session.add(FollowRow(**facts, followed=followed, who=who, at=datetime.now(UTC)))


def follow_marks(records: Records, thread_id: str) -> list[Follow]:
    """Return what was written down of a thread, the newest first."""
    wanted = select(FollowRow).where(FollowRow.thread_id == thread_id).order_by(FollowRow.number.desc())
    with records.read() as session:
        return [_follow(row) for row in session.scalars(wanted)]


def followed_threads(records: Records, source_id: str) -> list[Follow]:
    """Return the threads of a source that are followed now, by id."""
    newest = select(func.max(FollowRow.number)).group_by(FollowRow.thread_id)
    wanted = (
        select(FollowRow)
        .where(FollowRow.number.in_(newest), FollowRow.source_id == source_id, FollowRow.followed)
        .order_by(FollowRow.thread_id)
    )
    with records.read() as session:
        return [_follow(row) for row in session.scalars(wanted)]


def _follow(row: FollowRow) -> Follow:
    return Follow.model_validate({f: getattr(row, f) for f in Follow.model_fields})
