"""The archive: every page's text and metadata, the truth, in Parquet partitions that are whole or absent."""

import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import PurePosixPath
from typing import NamedTuple
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem
from pydantic import ValidationError

from core.contracts import Contract, Page
from core.errors import ArchiveUnavailable, PartitionDamaged

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


class Partition(Contract):
    """One file of the archive: its path within it, whose pages of which day (fetched, UTC), how many."""

    path: str
    source_id: str
    day: str
    pages: int


class Name(NamedTuple):
    """What names a page in a partition, and what it stands under."""

    id: str
    thread_id: str | None
    parent_id: str | None


class Archive:
    """Parquet files `source=ID/day=DAY/SHA256.parquet` below an fsspec URL, named by their content.

    All methods raise ArchiveUnavailable when the store can't be read or written.
    """

    def __init__(self, location: str) -> None:
        """Open the archive at `location`, a folder or an fsspec URL; nothing is touched yet."""
        self.fs, self.root = fsspec.core.url_to_fs(location)

    def write(self, pages: Sequence[Page]) -> list[Partition]:
        """Write `pages`, one partition for each source and day of fetching; return the partitions.

        The same pages give the same file, so writing again after a kill doubles nothing.
        """
        groups: dict[tuple[str, str], list[Page]] = {}
        for page in pages:
            groups.setdefault((page.source_id, f"{page.fetched_at:%Y-%m-%d}"), []).append(page)
        return [self._write(source, day, group) for (source, day), group in sorted(groups.items())]

    def partitions(self) -> Iterator[str]:
        """Yield the paths of all partitions, sorted; other files are passed over."""
        try:
            found = self.fs.find(self.root)
        except OSError as error:
            raise ArchiveUnavailable(
                f"archive {self.root}: {error.strerror or error}; check the folder"
            ) from error
        for path in sorted(found):
            inside = str(PurePosixPath(path).relative_to(PurePosixPath(self.root)))
            if PARTITION.fullmatch(inside):
                yield inside

    def read(self, path: str) -> list[Page]:
        """Return the pages of a partition. Raises PartitionDamaged if it is gone or does not fit its name."""
        table = self._table(path)
        try:
            return [Page.model_validate(row) for row in table.to_pylist()]
        except ValidationError as error:
            raise PartitionDamaged(_foreign(path)) from error

    def names(self, path: str) -> list["Name"]:
        """Return the ids in a partition, at a fraction of the cost of `read`. Raises PartitionDamaged."""
        table = self._table(path, ["id", "thread_id", "parent_id"])
        return [Name(**row) for row in table.to_pylist()]

    def remove(self, path: str) -> None:
        """Remove a partition; one that is gone already is no mistake."""
        try:
            with suppress(FileNotFoundError):
                self.fs.rm_file(f"{self.root}/{path}")
            if isinstance(self.fs, LocalFileSystem):
                with suppress(OSError):  # others are in it
                    self.fs.rmdir(f"{self.root}/{path}".rsplit("/", 1)[0])
        except OSError as error:
            raise ArchiveUnavailable(
                f"archive {self.root}: {path} can't be removed: {error.strerror or error}; check the store"
            ) from error

    def sweep(self) -> None:
        """Remove what writers left behind that were killed. Only while nobody writes."""
        if not isinstance(self.fs, LocalFileSystem):
            return
        try:
            for path in self.fs.find(self.root):
                if DRAFT.fullmatch(PurePosixPath(path).name):
                    self.fs.rm_file(path)
        except OSError as error:
            raise ArchiveUnavailable(f"archive {self.root}: {error.strerror or error}") from error

    def describe(self, path: str, pages: int) -> Partition:
        """Return the partition at `path`, which names its source and day."""
        source, day, _ = path.split("/")
        return Partition(
            path=path, source_id=source.removeprefix("source="), day=day.removeprefix("day="), pages=pages
        )

    def _table(self, path: str, columns: list[str] | None = None) -> pa.Table:
        try:
            body = self.fs.cat_file(f"{self.root}/{path}")
        except FileNotFoundError as error:
            raise PartitionDamaged(f"archive partition {path} is gone; restore it from a backup") from error
        except OSError as error:
            raise ArchiveUnavailable(f"archive {self.root}: {error}; check the store") from error
        if hashlib.sha256(body).hexdigest() != PurePosixPath(path).stem:
            raise PartitionDamaged(f"archive partition {path} is damaged; restore it from a backup")
        try:
            return pq.read_table(io.BytesIO(body), columns=columns)
        except pa.ArrowInvalid as error:
            raise PartitionDamaged(_foreign(path)) from error

    def _write(self, source_id: str, day: str, pages: list[Page]) -> Partition:
        rows = [page.model_dump() for page in sorted(pages, key=lambda p: (p.id, p.content_hash))]
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), buffer, compression="zstd")
        body = buffer.getvalue()
        path = f"source={source_id}/day={day}/{hashlib.sha256(body).hexdigest()}.parquet"
        try:
            self._put(f"{self.root}/{path}", body)
        except OSError as error:
            raise ArchiveUnavailable(
                f"archive {self.root}: {error.strerror or error}; nothing was lost"
            ) from error
        return Partition(path=path, source_id=source_id, day=day, pages=len(pages))

    def _put(self, path: str, body: bytes) -> None:
        if self.fs.exists(path):
            return
        if not isinstance(self.fs, LocalFileSystem):
            self.fs.pipe_file(path, body)  # an object store shows an object whole or not at all
            return
        folder, name = path.rsplit("/", 1)
        self.fs.makedirs(folder, exist_ok=True)
        draft = f"{folder}/.{name}.{uuid4().hex}"
        try:
            with open(draft, "xb") as file:  # noqa: PTH123 - a path of fsspec
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)  # noqa: PTH105
        except OSError:
            if self.fs.exists(draft):
                self.fs.rm(draft)
            raise


def _foreign(path: str) -> str:
    return f"archive partition {path} was not written by this version; upgrade the program"
