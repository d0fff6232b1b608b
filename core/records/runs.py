"""Runs, their outcomes, and what waits in quarantine."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from pydantic import AwareDatetime
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.contracts import Contract
from core.outcomes import Outcome, Result, Stage
from core.records.claims import asking
from core.records.database import Records, parts
from core.records.tables import OutcomeRow, PartnerRow, QuarantineRow, RunRow, SourceRow

# How many items had each (stage, result, reason).
OutcomeCounts = Counter[tuple[Stage, str, str]]


class Run(Contract):
    """One run of a command: `status` is running, done, failed or interrupted."""

    id: str
    command: str
    started_at: AwareDatetime
    finished_at: AwareDatetime | None
    status: str


class Quarantined(Contract):
    """An item that failed for good, with why and how often."""

    stage: Stage
    item: str
    source_id: str
    url: str
    reason: str
    detail: str
    first_at: AwareDatetime
    last_at: AwareDatetime
    tries: int


def new_id() -> str:
    """Return an id for a run: when it began, and what tells it from others of that second."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"


def claimed(run_id: str) -> str:
    """Return the name that whoever works in a run claims (`core.records.claims`), together with others."""
    return f"run:{run_id}"


def start_run(records: Records, command: str, run_id: str | None = None, part: str = "") -> str:
    """Open a run, or begin another part of one, or a part again; return the run's id.

    `part` tells apart what several processes do in one run (mapped tasks); default: the command. Claim the
    run before. Runs that were left open and that nobody works in any more become `interrupted`.
    """
    now, name = datetime.now(UTC), run_id or new_id()
    with asking(records) as is_held, records.write() as session:
        for left in session.scalars(select(RunRow).where(RunRow.status == "running", RunRow.id != name)):
            if not is_held(claimed(left.id)):
                left.status, left.finished_at = "interrupted", now
        row = session.get(RunRow, name)
        if row is None:
            row = RunRow(id=name, command=command, started_at=now, unfinished=[])
            session.add(row)
        row.status, row.finished_at = "running", None
        row.unfinished = sorted({*row.unfinished, part or command})
    return name


def run_of_day(records: Records, command: str, at: datetime) -> str:
    """Return the id of the run that counts what a server does by `command` on the day (UTC) of `at`.

    It is done whenever it is looked at, and no process holds it.
    """
    name = f"{command}-{at:%Y%m%d}"
    with records.write() as session:
        row = session.get(RunRow, name)
        if row is None:
            facts = {"command": command, "started_at": at, "finished_at": at, "status": "done"}
            session.add(RunRow(id=name, **facts))
        elif row.finished_at is None or row.finished_at < at:
            row.finished_at = at
    return name


def finish_run(records: Records, run_id: str, status: str, part: str = "") -> None:
    """Close a part of a run as `done` or `failed`, and the run if nobody else works in it.

    Let go of the claim first. A run is done if each part that was begun in it was done, be it at another try.
    """
    with asking(records) as is_held, records.write() as session:
        row = session.get_one(RunRow, run_id)
        if status == "done":
            row.unfinished = [name for name in row.unfinished if name != (part or row.command)]
        if not is_held(claimed(run_id)):
            row.status = "failed" if row.unfinished else "done"
            row.finished_at = datetime.now(UTC)


def runs(records: Records, limit: int = 20) -> list[Run]:
    """Return the latest runs, newest first."""
    with records.read() as session:
        rows = session.scalars(select(RunRow).order_by(RunRow.started_at.desc()).limit(limit))
        return [Run.model_validate({f: getattr(row, f) for f in Run.model_fields}) for row in rows]


def run(records: Records, run_id: str) -> Run:
    """Return the run of this id, which there must be."""
    with records.read() as session:
        row = session.get_one(RunRow, run_id)
        return Run.model_validate({f: getattr(row, f) for f in Run.model_fields})


def record_outcomes(records: Records, run_id: str, outcomes: Iterable[Outcome]) -> None:
    """Store outcomes; the first one of an item at a stage of a run stands."""
    with records.write() as session:
        add_outcomes(session, run_id, outcomes, datetime.now(UTC))


def add_outcomes(session: Session, run_id: str, outcomes: Iterable[Outcome], at: datetime) -> None:
    """Add outcomes to a transaction, and what they mean for the quarantine."""
    first: dict[tuple[Stage, str], Outcome] = {}
    for outcome in outcomes:
        first.setdefault((outcome.stage, outcome.item), outcome)
    for stage in Stage:
        items = [item for of, item in first if of is stage]
        for part in parts(items):
            _add(session, run_id, [first[stage, item] for item in part], at)


def _add(session: Session, run_id: str, outcomes: Sequence[Outcome], at: datetime) -> None:
    """Add outcomes of one stage, each of another item, by a few statements for all of them."""
    stage, items = outcomes[0].stage, [outcome.item for outcome in outcomes]
    of_stage = select(OutcomeRow.item).where(OutcomeRow.run_id == run_id, OutcomeRow.stage == stage)
    told = set(session.scalars(of_stage.where(OutcomeRow.item.in_(items))))
    rows = select(QuarantineRow).where(QuarantineRow.stage == stage, QuarantineRow.item.in_(items))
    held = {row.item: row for row in session.scalars(rows)}
    fresh = [outcome for outcome in outcomes if outcome.item not in told]
    if fresh:
        facts = [outcome.model_dump(exclude={"url"}) for outcome in fresh]
        session.execute(insert(OutcomeRow), [{"run_id": run_id, "at": at, **fact} for fact in facts])
    for outcome in fresh:
        _hold(session, outcome, held.get(outcome.item), at)


def _hold(session: Session, outcome: Outcome, held: QuarantineRow | None, at: datetime) -> None:
    """Let the quarantine have what `outcome` puts there, and give back what it heals."""
    if outcome.result is not Result.QUARANTINED:
        if held is not None:
            session.delete(held)
    elif held is None:
        session.add(QuarantineRow(**outcome.model_dump(exclude={"result"}), first_at=at, last_at=at, tries=1))
    else:
        held.reason, held.detail, held.last_at = outcome.reason, outcome.detail, at
        held.url = outcome.url or held.url
        held.tries += 1


def outcome_counts(records: Records, run_id: str) -> OutcomeCounts:
    """Return how many items of a run had each (stage, result, reason)."""
    with records.read() as session:
        rows = session.execute(
            select(OutcomeRow.stage, OutcomeRow.result, OutcomeRow.reason, func.count())
            .where(OutcomeRow.run_id == run_id)
            .group_by(OutcomeRow.stage, OutcomeRow.result, OutcomeRow.reason)
        )
        return Counter({(Stage(stage), result, reason): count for stage, result, reason, count in rows})


def outcomes_since(records: Records, since: datetime) -> dict[tuple[str, str, str, str], int]:
    """Return how many items had each (source, stage, result, reason) since a time."""
    row = OutcomeRow
    key = (row.source_id, row.stage, row.result, row.reason)
    known = select(SourceRow.source_id).union_all(select(PartnerRow.source_id))
    of_sources = row.source_id.in_(known)  # lets the index by source and time serve
    with records.read() as session:
        rows = session.execute(select(*key, func.count()).where(of_sources, row.at >= since).group_by(*key))
        return {(source, stage, result, reason): count for source, stage, result, reason, count in rows}


def outcomes(records: Records, run_id: str, stage: Stage | None = None) -> list[Outcome]:
    """Return the outcomes of a run, by stage and item."""
    wanted = select(OutcomeRow).where(OutcomeRow.run_id == run_id)
    if stage is not None:
        wanted = wanted.where(OutcomeRow.stage == stage)
    with records.read() as session:
        rows = session.scalars(wanted.order_by(OutcomeRow.stage, OutcomeRow.item))
        stored = Outcome.model_fields.keys() - {"url"}
        return [Outcome.model_validate({f: getattr(r, f) for f in stored}) for r in rows]


def quarantined(records: Records) -> list[Quarantined]:
    """Return what waits in quarantine, newest first."""
    with records.read() as session:
        rows = session.scalars(select(QuarantineRow).order_by(QuarantineRow.last_at.desc()))
        return [
            Quarantined.model_validate({f: getattr(r, f) for f in Quarantined.model_fields}) for r in rows
        ]
