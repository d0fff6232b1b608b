"""Which partitions stand in the archive, and what takes the place of which.

A partition that is rewritten, dropped or merged is retired: a file of its name is never taken up again, were
it left by a kill or brought back by a backup, until a partition of that very content is to stand again.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from core.archive import Partition
from core.records.database import Records, parts
from core.records.tables import PartitionRow, QuarantineRow, RetiredRow


def sources(records: Records) -> list[str]:
    """Return the ids of the sources that have partitions, sorted."""
    with records.read() as session:
        return sorted(session.scalars(select(PartitionRow.source_id).distinct()))


def of_source(records: Records, source_id: str) -> dict[str, int]:
    """Return the paths of a source's partitions with the number of pages in each."""
    query = select(PartitionRow.path, PartitionRow.pages).where(PartitionRow.source_id == source_id)
    with records.read() as session:
        return {row.path: row.pages for row in session.execute(query)}


def count(records: Records, source_ids: Collection[str] = ()) -> int:
    """Return how many partitions there are, of the named sources or of all."""
    query = select(func.count()).select_from(PartitionRow)
    with records.read() as session:
        return (
            session.scalar(query.where(PartitionRow.source_id.in_(source_ids)) if source_ids else query) or 0
        )


def shared_days(records: Records, before: str, source_ids: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return each (source, day) before the day `before` that has several partitions, sorted."""
    query = (
        select(PartitionRow.source_id, PartitionRow.day)
        .where(PartitionRow.day < before)
        .group_by(PartitionRow.source_id, PartitionRow.day)
        .having(func.count() > 1)
    )
    with records.read() as session:
        rows = session.execute(query.where(PartitionRow.source_id.in_(source_ids)) if source_ids else query)
        return sorted((source, day) for source, day in rows)


def of_day(records: Records, source_id: str, day: str) -> tuple[list[Partition], int]:
    """Return the partitions of a source's day that have passed all stages, and how many others it has."""
    query = select(PartitionRow).where(PartitionRow.source_id == source_id, PartitionRow.day == day)
    with records.read() as session:
        rows = list(session.scalars(query.order_by(PartitionRow.path)))
    done = [row for row in rows if _done(row)]
    return [_partition(row) for row in done], len(rows) - len(done)


def retired(records: Records, paths: Sequence[str]) -> set[str]:
    """Return which of `paths` were retired."""
    with records.read() as session:
        return {
            path
            for part in parts(paths)
            for path in session.scalars(select(RetiredRow.path).where(RetiredRow.path.in_(part)))
        }


def rearranged(records: Records, source_id: str, since: datetime) -> bool:
    """Say whether a partition of a source was rewritten, dropped or merged since a time."""
    of_source = RetiredRow.path.startswith(f"source={source_id}/", autoescape=True)
    with records.read() as session:
        found = session.scalar(select(RetiredRow.path).where(of_source, RetiredRow.at >= since).limit(1))
        return found is not None


def announce(records: Records, path: str) -> bool:
    """Retire `path` before it is written, so that what a kill leaves there is removed; `merge` lets it stand.

    Return False, and change nothing, if it stands already.
    """
    with records.write() as session:
        if session.get(PartitionRow, path) is not None:
            return False
        session.merge(RetiredRow(path=path, at=datetime.now(UTC)))
        return True


def merge(records: Records, paths: Sequence[str], successor: Partition) -> bool:
    """Let `successor`, which holds all of their pages, stand in the place of `paths`; say whether it does.

    It does not where one of them is gone by now, or waits for a stage again.
    """
    with records.write() as session:
        old = _standing(session, paths)
        if len(old) < len(paths) or not all(_done(row) for row in old):
            return False
        _succeed(session, old, paths, successor)
        return True


def replace(records: Records, path: str, successor: Partition | None) -> None:
    """Let `successor`, which holds what is left of it, stand where the partition at `path` stood."""
    with records.write() as session:
        _succeed(session, _standing(session, [path]), [path], successor)


def _standing(session: Session, paths: Sequence[str]) -> list[PartitionRow]:
    """Return the rows of `paths`. Only in a session that writes: no other changes them before it ends."""
    query = select(PartitionRow)
    return [row for part in parts(paths) for row in session.scalars(query.where(PartitionRow.path.in_(part)))]


def _succeed(
    session: Session, old: Sequence[PartitionRow], paths: Sequence[str], successor: Partition | None
) -> None:
    """Retire `paths`; `successor` has passed the stages that all of the `old` rows have passed."""
    if successor is not None:
        session.execute(delete(RetiredRow).where(RetiredRow.path == successor.path))
        if old and session.get(PartitionRow, successor.path) is None:
            built = {row.built_in for row in old}
            standing = PartitionRow(
                **successor.model_dump(),
                archived_at=min(row.archived_at for row in old),
                analysed_at=_latest([row.analysed_at for row in old]),
                indexed_at=_latest([row.indexed_at for row in old]),
                built_in=built.pop() if len(built) == 1 else None,
            )
            session.add(standing)
            session.flush()
    now = datetime.now(UTC)
    for part in parts([path for path in paths if successor is None or path != successor.path]):
        session.execute(delete(PartitionRow).where(PartitionRow.path.in_(part)))
        session.execute(delete(QuarantineRow).where(QuarantineRow.item.in_(part)))
        session.execute(delete(RetiredRow).where(RetiredRow.path.in_(part)))
        session.execute(insert(RetiredRow), [{"path": path, "at": now} for path in part])


def _latest(times: Sequence[datetime | None]) -> datetime | None:
    """Return when the last of several partitions passed a stage; None if one has not."""
    known = [at for at in times if at is not None]
    return max(known) if len(known) == len(times) else None


def _done(row: PartitionRow) -> bool:
    return row.analysed_at is not None and row.indexed_at is not None


def _partition(row: PartitionRow) -> Partition:
    return Partition(path=row.path, source_id=row.source_id, day=row.day, pages=row.pages)
