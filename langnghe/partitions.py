"""The archive's partitions as the records know them: read through, rewritten, cleared of retired ones.

Only who holds `house.rearranging()` puts partitions in the place of others. Who reads without it looks again
where one is gone: its pages are in another by then.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from math import inf

from core.archive import PARTITION, Partition
from core.contracts import Page
from core.errors import PartitionDamaged
from core.outcomes import Stage
from core.records import crawled, partitions
from langnghe.house import House


def pages(house: House, source_ids: Collection[str] | None = None) -> Iterator[list[Page]]:
    """Yield the pages of each partition of the sources named, or of all; damaged ones are passed over.

    Every page that was recorded when this began is among them. One whose partition is replaced meanwhile can
    come twice.
    """
    for source in partitions.sources(house.records) if source_ids is None else source_ids:
        tried: set[str] = set()
        while waiting := partitions.of_source(house.records, source).keys() - tried:
            for path in sorted(waiting):
                tried.add(path)
                with suppress(PartitionDamaged):
                    yield house.archive.read(path)


def clear(house: House, source_ids: Collection[str] | None = None) -> list[str]:
    """Remove the files of retired partitions; return the paths of those that the records do not know.

    Only of the sources named, if any are. Hold `house.rearranging()`, or a partition that is just being put
    in its place would be taken for such.
    """
    unknown = []
    for source in house.archive.sources() if source_ids is None else source_ids:
        known = partitions.of_source(house.records, source)
        files = house.archive.files(source)
        strange = [path for path in files if path not in known and PARTITION.fullmatch(path)]
        gone = partitions.retired(house.records, strange)
        for path in gone:
            house.archive.remove(path)
        unknown += [path for path in strange if path not in gone]
    return unknown


def rewrite(house: House, path: str, gone: Collection[str]) -> Partition | None:
    """Let the partition at `path` go on without the pages `gone`; return what holds the others, if any.

    Hold `house.rearranging()`. A kill after any step leaves the old partition, the new one or both, and
    repeating it leaves the new one.
    """
    with house.partition(path, wait_s=inf):
        left = [page for page in house.archive.read(path) if page.id not in gone]
        successor = house.archive.write(left)[0] if left else None
        partitions.replace(house.records, path, successor)
        house.spool.drop(path)
        house.archive.remove(path)
    return successor


def clear_spool(house: House) -> None:
    """Forget judged documents that no index waits for: what a kill left behind."""
    kept = house.spool.partitions()
    for path in kept - {p.path for p in crawled.partitions_to_do(house.records, Stage.INDEX, kept)}:
        with house.partition(path) as mine:  # nobody is about to write them
            if mine and not crawled.waits(house.records, path, Stage.INDEX):
                house.spool.drop(path)
