"""The archive: every page's text and metadata, the truth, in Parquet partitions that are whole or absent."""

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from core.contracts import Contract, Page
from core.errors import PartitionDamaged, PartitionForeign, PartitionGone
from core.settings import S3Settings, Settings
from core.store import open_store

PARTITION = re.compile(r"source=[\w-]+/day=\d{4}-\d\d-\d\d/[0-9a-f]{64}\.parquet")
DRAFT = re.compile(r"\.[0-9a-f]{64}\.parquet\.[0-9a-f]{32}")
TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        (
            field.alias or name,
            TIME if name.endswith("_at") else pa.int16() if name == "schema_version" else pa.string(),
        )
        for name, field in Page.model_fields.items()
    ]
)
ORDER = ("id", "content_hash", "fetched_at")  # what tells one row from another, and how rows are sorted


class Partition(Contract):
    """One file of the archive: its path within it, whose pages of which day (fetched, UTC), how many."""

    path: str
    source_id: str
    day: str
    pages: int


class Prepared(NamedTuple):
    """A partition that is not written yet."""

    partition: Partition
    body: bytes


class Name(NamedTuple):
    """What names a page in a partition, and what it stands under."""

    id: str
    thread_id: str | None
    parent_id: str | None


class Archive:
    """Parquet files `source=ID/day=DAY/SHA256.parquet` in a folder or on S3, named by their content.

    All methods raise ArchiveUnavailable when the store can't be read or written.
    """

    def __init__(self, location: str, s3: S3Settings | None = None) -> None:
        """Open the archive at `location`, a folder or `s3://BUCKET/PREFIX`; nothing is touched yet.

        Raises BadSettings for another kind of place, MissingPart when the extra `s3` is not installed.
        """
        self.store = open_store(location, s3 or S3Settings())

    @classmethod
    def of(cls, settings: Settings) -> "Archive":
        """Open the archive that the settings name."""
        return cls(settings.archive_location, settings.s3)

    def write(self, pages: Sequence[Page]) -> list[Partition]:
        """Write `pages`, one partition for each source and day of fetching; return the partitions.

        The same pages give the same file, so writing again after a kill doubles nothing.
        """
        groups: dict[tuple[str, str], list[Page]] = {}
        for page in pages:
            groups.setdefault((page.source_id, f"{page.fetched_at:%Y-%m-%d}"), []).append(page)
        written = []
        for (source, day), group in sorted(groups.items()):
            rows = [page.model_dump() for page in sorted(group, key=lambda p: [getattr(p, f) for f in ORDER])]
            prepared = _prepared(source, day, pa.Table.from_pylist(rows, schema=SCHEMA))
            self.put(prepared)
            written.append(prepared.partition)
        return written

    def put(self, prepared: Prepared) -> None:
        """Write a partition that was prepared."""
        self.store.put(prepared.partition.path, prepared.body)

    def sources(self) -> list[str]:
        """Return the ids of the sources that have a folder, sorted."""
        folders = [name for name in self.store.folders() if name.startswith("source=")]
        return [folder.removeprefix("source=") for folder in folders]

    def files(self, source_id: str) -> Iterator[str]:
        """Yield the paths of all files of a source by and by, sorted; also those that are no partitions."""
        return self.store.files(f"source={source_id}")

    def partitions(self) -> Iterator[str]:
        """Yield the paths of all partitions, source by source, sorted; other files are passed over."""
        for source in self.sources():
            for path in self.files(source):
                if PARTITION.fullmatch(path):
                    yield path

    def read(self, path: str) -> list[Page]:
        """Return the pages of a partition. Raises PartitionDamaged if it is gone or does not fit its name."""
        table = self._table(path)
        try:
            return [Page.model_validate(row) for row in table.to_pylist()]
        except ValidationError as error:
            raise PartitionForeign(_foreign(path)) from error

    def names(self, path: str) -> list[Name]:
        """Return the ids in a partition, at a fraction of the cost of `read`. Raises PartitionDamaged."""
        table = self._table(path, ["id", "thread_id", "parent_id"])
        return [Name(**row) for row in table.to_pylist()]

    def table(self, path: str) -> pa.Table:
        """Return a partition as a table of `SCHEMA`. Raises PartitionDamaged, also for another schema."""
        table = self._table(path)
        if not table.schema.equals(SCHEMA):
            raise PartitionForeign(_foreign(path))
        return table

    def merged(self, like: str, tables: Sequence[pa.Table]) -> Prepared:
        """Return one partition of the rows of `tables`, each row once, for the source and day of path `like`.

        The same rows give the same partition, in whatever tables they come.
        """
        whole = pa.concat_tables(tables).sort_by([(name, "ascending") for name in ORDER])
        if whole.num_rows > 1:
            same = [pc.equal(whole[name][1:], whole[name][:-1]) for name in ORDER]
            again = pc.and_(pc.and_(same[0], same[1]), same[2]).combine_chunks()
            whole = whole.filter(pa.concat_arrays([pa.array([True]), pc.invert(again)]))
        place = self.describe(like, whole.num_rows)
        return _prepared(place.source_id, place.day, whole.combine_chunks())

    def remove(self, path: str) -> None:
        """Remove a partition; one that is gone already is no mistake."""
        self.store.remove(path)

    def sweep(self) -> None:
        """Remove what writers left behind that were killed. Only while nobody writes."""
        for source in self.sources():
            for path in self.files(source):
                if DRAFT.fullmatch(PurePosixPath(path).name):
                    self.store.remove(path)

    def describe(self, path: str, pages: int) -> Partition:
        """Return the partition at `path`, which names its source and day."""
        source, day, _ = path.split("/")
        return Partition(
            path=path, source_id=source.removeprefix("source="), day=day.removeprefix("day="), pages=pages
        )

    def _table(self, path: str, columns: list[str] | None = None) -> pa.Table:
        try:
            body = self.store.get(path)
        except FileNotFoundError as error:
            raise PartitionGone(f"archive partition {path} is gone; restore it from a backup") from error
        if hashlib.sha256(body).hexdigest() != PurePosixPath(path).stem:
            raise PartitionDamaged(f"archive partition {path} is damaged; restore it from a backup")
        try:
            # Partitions are small: threads and `read_table` would cost three times as much as the reading.
            return pq.ParquetFile(pa.BufferReader(body)).read(columns=columns, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise PartitionForeign(_foreign(path)) from error


def _prepared(source_id: str, day: str, table: pa.Table) -> Prepared:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    body = buffer.getvalue()
    path = f"source={source_id}/day={day}/{hashlib.sha256(body).hexdigest()}.parquet"
    return Prepared(Partition(path=path, source_id=source_id, day=day, pages=table.num_rows), body)


def _foreign(path: str) -> str:
    return f"archive partition {path} was not written by this version; upgrade the program"
