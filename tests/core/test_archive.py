"""The archive holds what was written, whole or not at all, and never twice."""

import io
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.archive import SCHEMA, Archive
from core.contracts import Page, PageType
from core.errors import ArchiveUnavailable, PartitionDamaged
from tests.conftest import NOON

MakePage = Callable[..., Page]


def test_pages_come_back_as_they_were_written(archive: Archive, make_page: MakePage) -> None:
    pages = [make_page(number=n, thread_title="Đầu đề", modified_at=NOON) for n in range(3)]
    [partition] = archive.write(pages)
    assert partition.pages == 3
    assert sorted(archive.read(partition.path), key=lambda p: p.url) == pages


def test_each_source_and_day_has_partitions_of_its_own(archive: Archive, make_page: MakePage) -> None:
    archive.write(
        [
            make_page(number=1, source_id="a"),
            make_page(number=2, source_id="b"),
            make_page(number=3, source_id="b", fetched_at=NOON + timedelta(days=1)),
        ]
    )
    folders = [path.rsplit("/", 1)[0] for path in archive.partitions()]
    assert folders == ["source=a/day=2026-11-18", "source=b/day=2026-11-18", "source=b/day=2026-11-19"]


def test_writing_the_same_pages_again_doubles_nothing(archive: Archive, make_page: MakePage) -> None:
    pages = [make_page(number=n) for n in range(3)]
    assert archive.write(pages) == archive.write(pages[::-1])
    assert len(list(archive.partitions())) == 1


def test_a_damaged_partition_is_named(archive: Archive, make_page: MakePage) -> None:
    [partition] = archive.write([make_page()])
    body = archive.store.get(partition.path)
    archive.remove(partition.path)
    archive.store.put(partition.path, body[:-1] + b"x")
    with pytest.raises(PartitionDamaged, match=r"partition source=bao.* is damaged; restore"):
        archive.read(partition.path)
    archive.remove(partition.path)
    with pytest.raises(PartitionDamaged, match=r"partition source=bao.* is gone; restore"):
        archive.read(partition.path)


def test_the_folder_of_the_archive_may_not_be_there_yet(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path / "later"))
    assert list(archive.partitions()) == archive.sources() == []


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6), min_size=1, max_size=4))
def test_merged_partitions_hold_each_row_once_whatever_lay_where(numbers: list[list[int]]) -> None:
    def table(some: list[int]) -> pa.Table:
        rows = [page(n).model_dump() for n in some]
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    like = f"source=bao/day=2026-11-18/{'0' * 64}.parquet"
    archive = Archive("nowhere")
    distinct = sorted({n for some in numbers for n in some})
    merged = archive.merged(like, [table(some) for some in numbers])
    assert merged == archive.merged(like, [table(distinct[::-1])])
    assert merged.partition.pages == len(distinct)
    assert pq.read_table(io.BytesIO(merged.body)).to_pylist() == table(distinct).to_pylist()


def page(number: int) -> Page:
    """A page; of four in a row, two are revisions and two were fetched at different times."""
    at = NOON + timedelta(minutes=number % 2)
    names = {"id": f"{number // 4:024x}", "content_hash": f"{number // 2 % 2:032x}"}
    return Page(
        url="https://bao.example/",
        canonical_url="",
        source_id="bao",
        type=PageType.ARTICLE,
        text="Tin",
        fetched_at=at,
        **names,
    )


def test_others_read_the_archive_as_one_table_by_source_and_day(tmp_path: Path, make_page: MakePage) -> None:
    days = [NOON + timedelta(days=n) for n in range(3)]
    pages = [
        make_page(number=10 * s + d, source_id=f"bao-{s}", fetched_at=day)
        for s in range(2)
        for d, day in enumerate(days)
    ]
    Archive(str(tmp_path)).write(pages)
    table = ds.dataset(tmp_path, format="parquet", partitioning="hive")
    assert table.count_rows() == 6
    one = table.to_table(
        columns=["title", "source", "day"],
        filter=(ds.field("source") == "bao-1") & (ds.field("day") > "2026-11-18"),
    )
    assert sorted(one.to_pylist(), key=lambda row: row["day"]) == [
        {"title": f"Tin số {10 + d}", "source": "bao-1", "day": f"{days[d]:%Y-%m-%d}"} for d in (1, 2)
    ]


def test_a_full_disk_leaves_no_half_partition(tmp_path: Path, make_page: MakePage) -> None:
    small = tmp_path / "small"
    small.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(small)], capture_output=True, text=True, check=False
    )
    assert "File too large" in done.stdout or "No space left" in done.stdout, done.stderr
    assert [p for p in small.rglob("*") if p.is_file()] == []


def test_a_folder_that_cant_be_written_is_named(tmp_path: Path, make_page: MakePage) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ArchiveUnavailable, match="file"):
        Archive(str(tmp_path / "file")).write([make_page()])


def test_a_writer_killed_at_any_point_leaves_only_whole_partitions(tmp_path: Path) -> None:
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", ENDLESS_WRITER, str(tmp_path)])
        deadline = time.monotonic() + 30
        start = len(list(tmp_path.rglob("*.parquet")))
        while len(list(tmp_path.rglob("[!.]*.parquet"))) < start + 5 and time.monotonic() < deadline:
            pass
        writer.kill()
        writer.wait()
    archive = Archive(str(tmp_path))
    paths = list(archive.partitions())
    assert len(paths) >= 15
    assert all(len(archive.read(path)) == 20 for path in paths)


MAKE_PAGES = """
import sys
from datetime import UTC, datetime
from core.archive import Archive
from core.contracts import Page
from core.errors import ArchiveUnavailable, PartitionDamaged
from core.settings import S3Settings
now = datetime(2026, 11, 18, tzinfo=UTC)
def pages(start, count):
    return [Page(id=f"{n:024x}", url=f"https://bao.example/{n}", canonical_url="", source_id="bao",
                 type="article", text=f"tin {n} " * 50, fetched_at=now, content_hash=f"{n:064x}")
            for n in range(start, start + count)]
archive = Archive(sys.argv[1])
"""
ENDLESS_WRITER = (
    MAKE_PAGES
    + """
import os
start = os.getpid() * 1_000_000
while True:
    archive.write(pages(start, 20))
    start += 20
"""
)
# A limit on the size of files is what a process sees of a full disk, without filling one.
FULL_DISK = (
    MAKE_PAGES
    + """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    archive.write(pages(0, 500))
except ArchiveUnavailable as error:
    print(error)
"""
)
