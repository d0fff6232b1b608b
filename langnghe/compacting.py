"""Compaction: the many small partitions that crawls leave of a source's day become few.

For each source and day, while `house.rearranging()` is held: the new partition is announced, written, read
back; the records switch in one transaction; the old files are removed. A kill at any point leaves the old
partitions in force, or the new one, and files of the others, which the next run or compaction removes.
Partitions that wait for a stage are left alone: a stage may be about to read them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date

import pyarrow as pa

from core.archive import Partition
from core.contracts import Contract
from core.errors import PartitionDamaged
from core.records import partitions
from langnghe.house import House
from langnghe.partitions import clear

# 5,000 articles are 6 MB on the disk and 120 MB as pages in memory, as a rebuild reads them; few sources have
# more in a day.
TARGET_PAGES = 5000
MOST_BYTES = 128 * 2**20  # of rows in memory: 5,000 articles have 17 MB, giant posts may have far more

OnProgress = Callable[[int, int], None]


class Compacted(Contract):
    """Of how many sources' days partitions were merged, how many of how many pages, and into how many.

    If `dry_run`, that would be done and was not. `waiting` partitions were left alone as a stage has still to
    take them up; `damaged` ones too.
    """

    days: int
    merged: int
    into: int
    pages: int
    waiting: int
    damaged: tuple[str, ...]
    dry_run: bool


def compact(
    house: House,
    before: date,
    source_ids: Collection[str] = (),
    *,
    dry_run: bool = False,
    on_progress: OnProgress = lambda done, of: None,
) -> Compacted:
    """Merge the partitions of each day (of fetching, UTC) before `before`, of the sources named or of all.

    `on_progress` hears how many sources' days are done, of how many. Crawls, rebuilds and readers may go on
    meanwhile; erasures and prunes take turns with it. Raises ArchiveUnavailable or RecordsUnavailable where
    something can't be changed now; what is done by then stays done.
    """
    if not dry_run:
        with house.rearranging():
            clear(house)
    days = partitions.shared_days(house.records, before.isoformat(), source_ids)
    work = _Compaction(house, dry_run=dry_run)
    for done, (source, day) in enumerate(days):
        on_progress(done, len(days))
        with house.rearranging():
            work.day(source, day)
    on_progress(len(days), len(days))
    return work.done()


class _Compaction:
    """What has been done so far."""

    def __init__(self, house: House, *, dry_run: bool) -> None:
        self.house = house
        self.dry_run = dry_run
        self.days = self.merged = self.into = self.pages = self.waiting = 0
        self.damaged: list[str] = []

    def day(self, source: str, day: str) -> None:
        """Merge what can be merged of a source's day."""
        before = self.merged
        ready, waiting = partitions.of_day(self.house.records, source, day)
        self.waiting += waiting
        for group in _groups(ready):
            if self.dry_run:
                self.count(len(group), sum(partition.pages for partition in group))
                continue
            for paths, tables in self.tables(group):
                self.merge(paths, tables)
        self.days += self.merged > before

    def tables(self, group: Iterable[Partition]) -> Iterator[tuple[list[str], list[pa.Table]]]:
        """Yield the tables of a group with their paths, no more at once than memory may hold."""
        paths: list[str] = []
        tables: list[pa.Table] = []
        held = 0
        for partition in group:
            try:
                table = self.house.archive.table(partition.path)
            except PartitionDamaged:
                self.damaged.append(partition.path)
                continue
            if held + table.nbytes > MOST_BYTES:
                yield paths, tables
                paths, tables, held = [], [], 0
            paths.append(partition.path)
            tables.append(table)
            held += table.nbytes
        yield paths, tables

    def merge(self, paths: list[str], tables: list[pa.Table]) -> None:
        """Put one partition in the place of those at `paths`."""
        if len(paths) < 2:
            return
        archive, records = self.house.archive, self.house.records
        prepared = archive.merged(paths[0], tables)
        successor = prepared.partition
        new = partitions.announce(records, successor.path)
        archive.put(prepared)
        archive.table(successor.path)  # as the store gives it back: what it was made of is removed next
        if not partitions.merge(records, paths, successor):
            if new:
                archive.remove(successor.path)
            self.waiting += len(paths)
            return
        for path in paths:
            if path != successor.path:
                archive.remove(path)
        self.count(len(paths), successor.pages)

    def count(self, merged: int, pages: int) -> None:
        """Count partitions that became one."""
        self.merged, self.into, self.pages = self.merged + merged, self.into + 1, self.pages + pages

    def done(self) -> Compacted:
        """Return what was done."""
        return Compacted(
            days=self.days,
            merged=self.merged,
            into=self.into,
            pages=self.pages,
            waiting=self.waiting,
            damaged=tuple(self.damaged),
            dry_run=self.dry_run,
        )


def _groups(ready: Iterable[Partition]) -> list[list[Partition]]:
    """Return what can be merged: groups of at least two, of up to `TARGET_PAGES` pages each.

    First fit, the largest first, so that no two of the results fit together: a second time finds nothing.
    """
    groups: list[list[Partition]] = []
    room: list[int] = []
    for partition in sorted(ready, key=lambda p: (-p.pages, p.path)):
        for number, left in enumerate(room):
            if partition.pages <= left:
                groups[number].append(partition)
                room[number] -= partition.pages
                break
        else:
            groups.append([partition])
            room.append(TARGET_PAGES - partition.pages)
    return [group for group in groups if len(group) > 1]
