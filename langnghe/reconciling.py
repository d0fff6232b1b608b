"""Outcomes reconciled: after a run, all that was to be done has been done, is in quarantine, or waits."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from core.errors import NotReconciled, PartitionDamaged
from core.outcomes import Result
from core.records import accounts, crawled, partitions, runs
from core.records.claims import held
from langnghe.house import House


def reconcile(house: House, run_id: str, were_due: Sequence[str] = ()) -> dict[str, int]:
    """Hold a run's outcomes against what should have come of them; return how many items had each result.

    The sources that `were_due` when the run began have been looked at since, be it in vain, or are switched
    off, or another process works on them.
    The pages that were archived are in partitions. The pages that were analysed have been indexed, are in
    quarantine, or are in a partition that waits. Neither can be said of a source of which partitions were
    rewritten or merged meanwhile: an erasure or a prune may have removed what is missing. Raises
    NotReconciled with what does not add up in one line.
    """
    faults = [*_unread(house, run_id, were_due), *_unwritten(house, run_id), *_unindexed(house, run_id)]
    if faults:
        raise NotReconciled(f"run {run_id}: {'; '.join(faults)}")
    counts: dict[str, int] = {}
    for (stage, result, _), count in runs.outcome_counts(house.records, run_id).items():
        name = result if result in (Result.ARCHIVED, Result.ANALYSED, Result.INDEXED) else f"{stage}.{result}"
        counts[name] = counts.get(name, 0) + count
    return counts


def _unread(house: House, run_id: str, were_due: Sequence[str]) -> Iterator[str]:
    begun = runs.run(house.records, run_id).started_at
    if begun > datetime.now(UTC):
        return  # the clock was set back since: the times of what was read say nothing
    enabled = {spec.id for spec in house.sources.specs if spec.enabled}
    read = {
        health.source_id
        for health in crawled.source_health(house.records)
        if health.checked_at is not None and health.checked_at >= begun
    }
    for source_id in were_due:
        if source_id in enabled - read and not held(house.records, f"source:{source_id}"):
            yield f"source {source_id} was due and has not been read"


def _unwritten(house: House, run_id: str) -> Iterator[str]:
    for source_id, (told, stored, since) in accounts.archived(house.records, run_id).items():
        if stored < told and not partitions.rearranged(house.records, source_id, since):
            yield f"source {source_id}: {told} pages archived, {stored} in partitions"


def _unindexed(house: House, run_id: str) -> Iterator[str]:
    left = accounts.not_indexed(house.records, run_id)
    for partition in crawled.partitions_waiting(house.records) if left else ():
        try:
            for name in house.archive.names(partition.path):
                left.pop(name.id, None)
        except PartitionDamaged:
            continue  # in quarantine, and of no use to find out who waits
    begun: dict[str, datetime] = {}
    for source_id, at in left.values():
        begun[source_id] = min(at, begun.get(source_id, at))
    moved = {source for source, at in begun.items() if partitions.rearranged(house.records, source, at)}
    if lost := sorted(name for name, (source_id, _) in left.items() if source_id not in moved):
        yield f"{len(lost)} pages were analysed and are nowhere since, as page {lost[0]}"
