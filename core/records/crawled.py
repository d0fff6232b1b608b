"""What the crawler remembers: seen texts, archive partitions, and the health of sources."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.archive import Partition
from core.contracts import VIETNAM, Contract, Page, Reason, SourceHealth, SourceState
from core.outcomes import Outcome
from core.records.database import Records, parts
from core.records.days import add_day
from core.records.hosts import Spent, add_spent
from core.records.runs import add_outcomes
from core.records.tables import PartitionRow, QuarantineRow, RetiredRow, SeenRow, SourceRow
from core.records.visits import Visit, add_visits
from core.source_days import SourceDay


class Seen(Contract):
    """A URL or text once fetched, by its `page_id`; for a URL that is no text, `content_hash` is empty."""

    id: str
    source_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    content_hash: str = ""
    fetched_at: AwareDatetime


def seen(records: Records, ids: Sequence[str]) -> dict[str, Seen]:
    """Return what is known of `ids`, by id."""
    found: dict[str, Seen] = {}
    with records.read() as session:
        for part in parts(ids):
            rows = session.scalars(select(SeenRow).where(SeenRow.id.in_(part)))
            found.update((row.id, _seen(row)) for row in rows)
    return found


def remembered(page: Page) -> Seen:
    """Return what is remembered of `page`."""
    return Seen(
        id=page.id,
        source_id=page.source_id,
        url=page.url,
        content_hash=page.content_hash,
        fetched_at=page.fetched_at,
    )


def later(page: Page, known: Seen | None) -> Page:
    """Return `page` as fetched after what is known of it.

    A clock that was ahead then would make of this text an older one, which an index passes over.
    """
    if known is None or known.fetched_at < page.fetched_at:
        return page
    return page.model_copy(update={"fetched_at": known.fetched_at + timedelta(microseconds=1)})


def record_batch(
    records: Records,
    run_id: str,
    partitions: Iterable[Partition],
    texts: Iterable[Seen],
    outcomes: Iterable[Outcome],
    visits: Iterable[Visit] = (),
    spent: Mapping[str, Spent] | None = None,
    day: SourceDay | None = None,
) -> None:
    """Write down what one archived batch held, all together: call it after the archive has the pages.

    `spent` is what its sources have cost since the batch before, by id; `day` counts what the batch adds to
    its source's day.
    """
    now = datetime.now(UTC)
    with records.write() as session:
        for p in partitions:
            session.execute(delete(RetiredRow).where(RetiredRow.path == p.path))
            if session.get(PartitionRow, p.path) is None:
                session.add(PartitionRow(**p.model_dump(), archived_at=now))
        _remember(session, texts)
        add_visits(session, visits)
        for source_id, cost in (spent or {}).items():
            add_spent(session, source_id, now, cost)
        add_outcomes(session, run_id, outcomes, now)
        if day is not None:
            add_day(session, day)


def known_partitions(records: Records) -> set[str]:
    """Return the paths of the partitions that the records know."""
    with records.read() as session:
        return set(session.scalars(select(PartitionRow.path)))


def partitions_to_do(records: Records, stage: str, paths: Collection[str] | None = None) -> list[Partition]:
    """Return the partitions (of `paths`, if given) that wait for `analyse` or `index`, oldest first."""
    waiting = (
        PartitionRow.analysed_at.is_(None)
        if stage == "analyse"
        else PartitionRow.analysed_at.is_not(None) & PartitionRow.indexed_at.is_(None)
    )
    return _partitions(records, waiting, paths)


def partitions_waiting(records: Records, *, damaged: bool = True) -> list[Partition]:
    """Return the partitions that wait for any stage, the `damaged` in quarantine too; oldest first."""
    waiting = PartitionRow.analysed_at.is_(None) | PartitionRow.indexed_at.is_(None)
    if not damaged:
        waiting &= PartitionRow.path.not_in(select(QuarantineRow.item))
    return _partitions(records, waiting)


def waits(records: Records, path: str, stage: str) -> bool:
    """Say whether the partition at `path` waits for `stage` (`analyse` or `index`)."""
    with records.read() as session:
        row = session.get(PartitionRow, path)
        if row is None:
            return False
        return row.analysed_at is None if stage == "analyse" else bool(row.analysed_at and not row.indexed_at)


def partition_done(records: Records, run_id: str, path: str, stage: str, outcomes: Iterable[Outcome]) -> None:
    """Write down that a partition has passed `stage`, with the outcomes of its pages.

    What is analysed waits for the index, be it in there by an older judgement.
    """
    now = datetime.now(UTC)
    done = {"analysed_at": now, "indexed_at": None} if stage == "analyse" else {"indexed_at": now}
    with records.write() as session:
        session.execute(update(PartitionRow).where(PartitionRow.path == path).values(**done))
        session.execute(delete(QuarantineRow).where(QuarantineRow.item == path))  # it was damaged once
        add_outcomes(session, run_id, outcomes, now)


def partitions_of_days(records: Records, first: date, last: date) -> list[Partition]:
    """Return the partitions of what was fetched from the `first` day to the `last`, oldest first.

    The days are Vietnam's. A partition holds what was fetched on one day of UTC, which ends and begins within
    one in Vietnam; it is taken whole.
    """
    begin, end = (
        datetime.combine(day, time(), VIETNAM).astimezone(UTC).date()
        for day in (first, last + timedelta(days=1))
    )
    return _partitions(records, PartitionRow.day.between(begin.isoformat(), end.isoformat()))


def take_anew(records: Records, path: str) -> None:
    """Let a partition wait for all stages. Call it as the only one who works on it."""
    with records.write() as session:
        waiting = update(PartitionRow).where(PartitionRow.path == path)
        session.execute(waiting.values(analysed_at=None, indexed_at=None))


def partitions_to_build(records: Records, generation: str) -> list[Partition]:
    """Return the partitions that the new generation lacks, oldest first."""
    return _partitions(records, PartitionRow.built_in.is_(None) | (PartitionRow.built_in != generation))


def partition_built(
    records: Records, run_id: str, path: str, generation: str, outcomes: Iterable[Outcome]
) -> None:
    """Write down that the new generation holds a partition, with the outcomes of its pages."""
    with records.write() as session:
        session.execute(update(PartitionRow).where(PartitionRow.path == path).values(built_in=generation))
        session.execute(delete(QuarantineRow).where(QuarantineRow.item == path))
        add_outcomes(session, run_id, outcomes, datetime.now(UTC))


def partitions_built(records: Records, generation: str) -> int:
    """Return how many partitions the new generation holds."""
    with records.read() as session:
        held = select(func.count()).where(PartitionRow.built_in == generation)
        return session.scalar(held) or 0


def forget_built(records: Records) -> None:
    """Forget what any new generation holds: it was given up."""
    with records.write() as session:
        session.execute(update(PartitionRow).values(built_in=None))


def finish_built(records: Records, generation: str) -> None:
    """Write down that the generation serves: what it holds has passed all stages, what it lacks waits."""
    now = datetime.now(UTC)
    with records.write() as session:
        for stage in (PartitionRow.analysed_at, PartitionRow.indexed_at):
            waiting = update(PartitionRow).where(PartitionRow.built_in == generation, stage.is_(None))
            session.execute(waiting.values({stage: now}))
        lacking = PartitionRow.built_in.is_(None) | (PartitionRow.built_in != generation)
        session.execute(update(PartitionRow).where(lacking).values(indexed_at=None))
        session.execute(update(PartitionRow).values(built_in=None))


def index_anew(records: Records) -> None:
    """Let every partition wait for the index again: what it held is gone."""
    with records.write() as session:
        session.execute(
            update(PartitionRow).where(PartitionRow.indexed_at.is_not(None)).values(indexed_at=None)
        )


def declare_sources(records: Records, sources: Iterable[tuple[str, str, str, bool]]) -> None:
    """Make the records know each source: (id, name, url, enabled). One that is gone becomes disabled."""
    now = datetime.now(UTC)
    declared = {source_id: (name, url, enabled) for source_id, name, url, enabled in sources}
    with records.write() as session:
        rows = {row.source_id: row for row in session.scalars(select(SourceRow))}
        for source_id, (name, url, enabled) in declared.items():
            row = rows.get(source_id)
            if row is None:
                state = SourceState.NEW if enabled else SourceState.DISABLED
                session.add(SourceRow(source_id=source_id, name=name, url=url, state=state, declared_at=now))
                continue
            row.name, row.url = name, url
            if not enabled:
                _enter(row, SourceState.DISABLED, now)
            elif row.state == SourceState.DISABLED:
                _enter(row, SourceState.NEW, now)
        for source_id in rows.keys() - declared.keys():
            _enter(rows[source_id], SourceState.DISABLED, now)


def source_ran(
    records: Records,
    source_id: str,
    state: SourceState,
    *,
    reasons: Sequence[Reason] = (),
    new: bool = False,
    every: timedelta = timedelta(hours=1),
) -> None:
    """Write down how a source's run ended; `new` says that it gave new pages.

    A source that was read before is late the first time that it can't be, failed from the second on. Either
    counts as a failure.
    """
    now = datetime.now(UTC)
    unread = state is SourceState.FAILED
    with records.write() as session:
        row = session.get_one(SourceRow, source_id)
        if unread and row.failures == 0 and row.read_at is not None:
            state = SourceState.LATE
        _enter(row, state, now)
        row.reasons = [reason.model_dump(mode="json") for reason in reasons]
        row.checked_at, row.due_at = now, now + every
        row.failures = row.failures + 1 if unread else 0
        if not unread:
            row.read_at = now
        if new:
            row.new_at = now
        late = state is SourceState.LATE and not unread
        day = now.astimezone(VIETNAM).date()
        add_day(session, SourceDay(source_id=source_id, day=day, checks=1, failed=unread, late=late))


def source_health(records: Records) -> list[SourceHealth]:
    """Return how every source does, by name."""
    with records.read() as session:
        rows = session.scalars(select(SourceRow).order_by(SourceRow.name))
        return [
            SourceHealth.model_validate({f: getattr(row, f) for f in SourceHealth.model_fields})
            for row in rows
        ]


def _partitions(
    records: Records, wanted: ColumnElement[bool], paths: Collection[str] | None = None
) -> list[Partition]:
    query = select(PartitionRow).where(wanted)
    queries = [query]
    if paths is not None:
        queries = [query.where(PartitionRow.path.in_(part)) for part in parts(sorted(paths))]
    with records.read() as session:
        rows = [row for one in queries for row in session.scalars(one)]
    rows.sort(key=lambda row: (row.archived_at, row.path))
    return [Partition(path=r.path, source_id=r.source_id, day=r.day, pages=r.pages) for r in rows]


def _remember(session: Session, texts: Iterable[Seen]) -> None:
    """Write what is remembered of `texts`, the last of each, by a few statements for all of them."""
    rows = {text.id: text.model_dump() for text in texts}
    ids = list(rows)
    for part in parts(ids):
        known = set(session.scalars(select(SeenRow.id).where(SeenRow.id.in_(part))))
        if new := [rows[name] for name in part if name not in known]:
            session.execute(insert(SeenRow), new)
        if changed := [rows[name] for name in part if name in known]:
            session.execute(update(SeenRow), changed)


def _enter(row: SourceRow, state: SourceState, now: datetime) -> None:
    """Put a source into a state, if it is not in it already: then it has been since before."""
    if row.state != state or row.since is None:
        row.state, row.since, row.reasons = state, now, []


def _seen(row: SeenRow) -> Seen:
    return Seen.model_validate({f: getattr(row, f) for f in Seen.model_fields})
