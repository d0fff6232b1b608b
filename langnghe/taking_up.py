"""The partitions that wait, in groups: what another process can take up, and one that fails fails alone."""

from collections.abc import Sequence
from datetime import date
from math import inf

from core.errors import ArchiveUnavailable, IndexUnavailable, RecordsUnavailable, StageFailed
from core.logs import log
from core.records import crawled
from langnghe import pipeline
from langnghe.house import House

# Loading the models takes as long as some partitions; more than this in one process gains nothing.
GROUP = 20


def groups(house: House, most: int, days: tuple[date, date] | None = None) -> list[list[str]]:
    """Return the paths of the partitions that wait, the oldest first, in at most so many groups.

    With `days`, all that was fetched from the one to the other (UTC) is made to wait again.
    """
    if days is not None:
        with house.rearranging():
            for partition in crawled.partitions_of_days(house.records, *days):
                with house.partition(partition.path, wait_s=inf):
                    crawled.take_anew(house.records, partition.path)
    waiting = pipeline.waiting(house)
    size = max(GROUP, -(-len(waiting) // most))
    return [waiting[start : start + size] for start in range(0, len(waiting), size)]


def take_up(house: House, run_id: str, paths: Sequence[str]) -> None:
    """Analyse and index the partitions `paths`.

    Raises StageFailed when some could not be, after all others have been; and the error of an archive,
    records or index that can't be reached at once.
    """
    failed = []
    for path in paths:
        try:
            pipeline.analyse(house, run_id, paths=[path])
            pipeline.index(house, run_id, paths=[path])
        except (ArchiveUnavailable, RecordsUnavailable, IndexUnavailable):
            raise
        except Exception as error:  # its message may hold words of a page
            log("pipeline").error("partition failed", partition=path, error=type(error).__name__)
            failed.append(path)
    if failed:
        raise StageFailed(f"{len(failed)} of {len(paths)} partitions failed, as {failed[0]}; they wait")
