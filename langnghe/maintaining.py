"""What is done each night: erasures finished, old texts removed, the archive's small files merged."""

from datetime import UTC, datetime

from core.errors import PartitionDamaged
from langnghe import compacting, erasing, retention
from langnghe.house import House


def prune(house: House, now: datetime) -> dict[str, int]:
    """Finish erasures, then remove what is older at `now` than its class may be; return how many of each.

    Call it as a run that is alone. Raises PartitionDamaged where a partition could not be searched, after all
    others.
    """
    erased, pruned = erasing.go_on(house), retention.prune(house, now)
    _whole(tuple(sorted({*erased.unsearched, *pruned.unsearched})))
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
