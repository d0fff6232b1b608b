"""What must add up of a run: its outcomes against partitions, quarantine and the outcomes of later stages."""

from datetime import datetime

from sqlalchemy import func, select

from core.outcomes import Result, Stage
from core.records.database import Records, parts
from core.records.tables import OutcomeRow, PartitionRow, QuarantineRow


def archived(records: Records, run_id: str) -> dict[str, tuple[int, int, datetime]]:
    """Return for each source how many pages a run says it archived, how many partitions hold, since when."""
    row = OutcomeRow
    of_run = (row.run_id == run_id, row.stage == Stage.CRAWL, row.result == Result.ARCHIVED)
    said = select(row.source_id, func.count(), func.min(row.at)).where(*of_run).group_by(row.source_id)
    held = select(func.coalesce(func.sum(PartitionRow.pages), 0))
    with records.read() as session:
        return {
            source: (
                count,
                session.scalar(
                    held.where(PartitionRow.source_id == source, PartitionRow.archived_at >= since)
                )
                or 0,
                since,
            )
            for source, count, since in session.execute(said)
        }


def not_indexed(records: Records, run_id: str) -> dict[str, tuple[str, datetime]]:
    """Return the pages that a run analysed, each with its source and when, if no index told of it since."""
    row = OutcomeRow
    at_stage = select(row.item, row.source_id, row.at).where(row.run_id == run_id)
    with records.read() as session:
        analysed = at_stage.where(row.stage == Stage.ANALYSE, row.result == Result.ANALYSED)
        indexed = set(session.scalars(select(row.item).where(row.run_id == run_id, row.stage == Stage.INDEX)))
        left = {item: (source, at) for item, source, at in session.execute(analysed) if item not in indexed}
        elsewhere: set[str] = set()
        for names in parts(sorted(left)):
            since = min(left[name][1] for name in names)
            sources = {left[name][0] for name in names}
            told = select(row.item).where(
                row.source_id.in_(sources), row.at >= since, row.stage == Stage.INDEX, row.item.in_(names)
            )
            held = select(QuarantineRow.item).where(QuarantineRow.item.in_(names))
            elsewhere |= set(session.scalars(told)) | set(session.scalars(held))
    return {item: left[item] for item in sorted(left.keys() - elsewhere)}
