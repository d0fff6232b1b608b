"""Whether the archive is what the records say: each partition there, whole, readable, and none besides."""

from collections.abc import Callable, Collection
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from core.archive import PARTITION
from core.contracts import Contract
from core.errors import PartitionDamaged, PartitionForeign, PartitionGone
from core.records import partitions
from langnghe.house import House

OnProgress = Callable[[int, int], None]


class Fault(StrEnum):
    """What is wrong with a file of the archive."""

    MISSING = "missing"
    DAMAGED = "damaged"
    FOREIGN = "foreign"
    MISPLACED = "misplaced"
    MISCOUNTED = "miscounted"
    UNKNOWN = "unknown"
    RETIRED = "retired"
    STRAY = "stray"


TO_DO = {
    Fault.MISSING: "the records have it, the archive has not: restore it from a backup",
    Fault.DAMAGED: "its bytes are not those that were written: restore it from a backup",
    Fault.FOREIGN: "its columns are not this version's: upgrade the program",
    Fault.MISPLACED: "it holds pages of another source or day: restore it from a backup",
    Fault.MISCOUNTED: "the records count other pages in it: restore records and archive from one backup",
    Fault.UNKNOWN: "the records do not know it: the next `langnghe run` takes it up",
    Fault.RETIRED: "another stands in its place: the next `langnghe run` removes it",
    Fault.STRAY: "it is no partition: `prune` removes what killed writers left, you what else there is",
}


class Finding(Contract):
    """A file that is not as it must be, and what to do."""

    path: str
    fault: Fault
    to_do: str


class Verified(Contract):
    """How many partitions of how many pages were found whole, and what is not as it must be."""

    partitions: int
    pages: int
    findings: tuple[Finding, ...]


def verify(
    house: House, source_ids: Collection[str] = (), on_progress: OnProgress = lambda done, of: None
) -> Verified:
    """Read every partition of the sources named, or of all, and compare the archive with the records.

    `on_progress` hears how many partitions are read, of how many. Runs and compactions may go on meanwhile:
    what they change is looked at again. Memory holds the names of one source's partitions, and one partition.
    Raises ArchiveUnavailable or RecordsUnavailable.
    """
    total = partitions.count(house.records, source_ids)
    work = _Verification(house, lambda read: on_progress(read, max(read, total)))
    for source in source_ids or sorted({*partitions.sources(house.records), *house.archive.sources()}):
        work.source(source)
    return Verified(partitions=work.whole, pages=work.pages, findings=tuple(work.findings))


class _Verification:
    """What has been found so far."""

    def __init__(self, house: House, tell: Callable[[int], None]) -> None:
        self.house = house
        self.tell = tell
        self.read = self.whole = self.pages = 0
        self.findings: list[Finding] = []

    def source(self, source: str) -> None:
        """Look at all files and records of a source."""
        records = self.house.records
        before = partitions.of_source(records, source)
        faults: dict[str, Fault] = {}
        looked_at, strange = set(), set()
        for path in self.house.archive.files(source):
            if path not in before:
                strange.add(path)
                continue
            looked_at.add(path)
            if fault := self.fault(path, before[path]):
                faults[path] = fault
        now = partitions.of_source(records, source)
        for path in now.keys() - looked_at:  # not there, or come meanwhile
            if fault := self.fault(path, now[path]):
                faults[path] = fault
        faults = {path: fault for path, fault in faults.items() if path in now}  # others were replaced
        if strange := strange - now.keys():
            faults |= self.besides(source, strange)
        self.findings += [
            Finding(path=path, fault=fault, to_do=TO_DO[fault]) for path, fault in sorted(faults.items())
        ]

    def fault(self, path: str, pages: int) -> Fault | None:
        """Return what is wrong with a partition that the records know, with so many pages."""
        self.read += 1
        self.tell(self.read)
        try:
            table = self.house.archive.table(path)
        except PartitionGone:
            return Fault.MISSING
        except PartitionForeign:
            return Fault.FOREIGN
        except PartitionDamaged:
            return Fault.DAMAGED
        place = self.house.archive.describe(path, pages)
        days = {day.isoformat() for day in pc.unique(pc.cast(table["fetched_at"], pa.date32())).to_pylist()}
        if {*table["source_id"].unique().to_pylist()} != {place.source_id} or days != {place.day}:
            return Fault.MISPLACED
        if table.num_rows != pages:
            return Fault.MISCOUNTED
        self.whole, self.pages = self.whole + 1, self.pages + pages
        return None

    def besides(self, source: str, strange: set[str]) -> dict[str, Fault]:
        """Return what is still there of files that the records did not know, and is still not known."""
        left = sorted(strange.intersection(self.house.archive.files(source)))
        known = partitions.of_source(self.house.records, source)
        retired = partitions.retired(self.house.records, left)
        return {
            path: Fault.STRAY
            if not PARTITION.fullmatch(path)
            else Fault.RETIRED
            if path in retired
            else Fault.UNKNOWN
            for path in left
            if path not in known
        }
