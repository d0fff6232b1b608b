"""The archive holds what was written, whole or not at all, and never twice."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from core.archive import Archive
from core.contracts import Page
from core.errors import ArchiveUnavailable, PartitionDamaged
from tests.conftest import NOON

MakePage = Callable[..., Page]


def test_pages_come_back_as_they_were_written(tmp_path: Path, make_page: MakePage) -> None:
    archive = Archive(str(tmp_path))
    pages = [make_page(number=n, thread_title="Đầu đề", modified_at=NOON) for n in range(3)]
    [partition] = archive.write(pages)
    assert partition.pages == 3
    assert sorted(archive.read(partition.path), key=lambda p: p.url) == pages


def test_each_source_and_day_has_partitions_of_its_own(tmp_path: Path, make_page: MakePage) -> None:
    archive = Archive(str(tmp_path))
    archive.write(
        [
            make_page(number=1, source_id="a"),
            make_page(number=2, source_id="b"),
            make_page(number=3, source_id="b", fetched_at=NOON + timedelta(days=1)),
        ]
    )
    folders = [path.rsplit("/", 1)[0] for path in archive.partitions()]
    assert folders == ["source=a/day=2026-11-18", "source=b/day=2026-11-18", "source=b/day=2026-11-19"]


def test_writing_the_same_pages_again_doubles_nothing(tmp_path: Path, make_page: MakePage) -> None:
    archive = Archive(str(tmp_path))
    pages = [make_page(number=n) for n in range(3)]
    assert archive.write(pages) == archive.write(pages[::-1])
    assert len(list(archive.partitions())) == 1


def test_a_damaged_partition_is_named(tmp_path: Path, make_page: MakePage) -> None:
    archive = Archive(str(tmp_path))
    [partition] = archive.write([make_page()])
    file = tmp_path / partition.path
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(PartitionDamaged, match=r"partition source=bao.* is damaged; restore"):
        archive.read(partition.path)
    file.unlink()
    with pytest.raises(PartitionDamaged, match=r"partition source=bao.* is gone; restore"):
        archive.read(partition.path)


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
