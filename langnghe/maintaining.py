"""What is done each night: old texts removed, the archive's small files merged."""

from datetime import UTC, datetime

from core.errors import PartitionDamaged
from langnghe import compacting, retention
from langnghe.house import House


def prune(house: House, now: datetime) -> dict[str, int]:
    """Remove what is older at `now` than its class may be; return how many texts of each class.

    Call it as a run. Raises PartitionDamaged where a partition could not be searched, after all others.
    """
    pruned = retention.prune(house, now)
    _whole(pruned.unsearched)
    return pruned.model_dump(include={"irrelevant", "relevant", "decided", "unjudged"})


def compact(house: House, now: datetime) -> dict[str, int]:
    """Merge the small partitions of the days before that of `now` (UTC); return how many into how many.

    Raises PartitionDamaged where one could not be read, after all others.
    """
    done = compacting.compact(house, now.astimezone(UTC).date())
    _whole(done.damaged)
    return done.model_dump(include={"merged", "into", "pages", "waiting"})


def _whole(damaged: tuple[str, ...]) -> None:
    if damaged:
        raise PartitionDamaged(
            f"{len(damaged)} archive partitions are damaged, as {damaged[0]}; see `langnghe archive verify`"
        )
