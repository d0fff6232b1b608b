"""The partitions that wait, in groups: what another process can take up, and one that fails fails alone."""

from collections.abc import Sequence
from datetime import date
from math import inf

from core.errors import LangngheError, PartitionDamaged, PartitionsFailed, StageFailed
from core.logs import log
from core.records import crawled
from crawlers.failures import named
from langnghe import pipeline
from langnghe.house import House

# Loading the models takes as long as some partitions; more than this in one process gains nothing.
GROUP = 20


def groups(house: House, most: int, days: tuple[date, date] | None = None) -> list[list[str]]:
    """Return the paths of the partitions that wait, the oldest first, in at most so many groups.

    Damaged ones are among them: one may have been restored since.
    With `days`, all that was fetched from the one to the other (in Vietnam) is made to wait again.
    """
    if days is not None:
        with house.rearranging():
            for partition in crawled.partitions_of_days(house.records, *days):
                with house.partition(partition.path, wait_s=inf):
                    crawled.take_anew(house.records, partition.path)
    waiting = [partition.path for partition in crawled.partitions_waiting(house.records)]
    size = max(GROUP, -(-len(waiting) // most))
    return [waiting[start : start + size] for start in range(0, len(waiting), size)]


def take_up(house: House, run_id: str, paths: Sequence[str]) -> None:
    """Analyse and index the partitions `paths` together; where one fails, each by itself.

    Raises at once what concerns all: archive, records or index can't be reached, a model is damaged. After
    all others have been taken up, raises StageFailed if what kept a partition from it may pass, else
    PartitionsFailed.
    """
    if _taken_up(house, run_id, paths) is None:
        return
    errors = {path: error for path in paths if (error := _taken_up(house, run_id, [path]))}
    if not errors:
        return
    for path, error in errors.items():  # the message may hold words of a page
        log("pipeline").error("partition failed", partition=path, error=named(error))
    passing = any(isinstance(error, (OSError, PartitionDamaged)) for error in errors.values())
    kind, what = (StageFailed, "they wait") if passing else (PartitionsFailed, "see the log")
    raise kind(f"{len(errors)} of {len(paths)} partitions failed, as {next(iter(errors))}; {what}")


def _taken_up(house: House, run_id: str, paths: Sequence[str]) -> Exception | None:
    """Analyse and index `paths`; return what kept one of them from it."""
    try:
        pipeline.analyse(house, run_id, paths=paths)
        pipeline.index(house, run_id, paths=paths)
    except PartitionDamaged as error:
        return error
    except LangngheError:
        raise
    except Exception as error:
        return error
    return None
