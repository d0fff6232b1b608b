"""How fast the archive is written, listed, read, verified and compacted, and what it weighs.

`python -m tools.bench_archive [--pages 100000] [--each 5] [--data DIR]` archives pages of 20 sources, 137 a
source's day (ten million in two years of a hundred sources), `--each` to a partition as crawls with pauses
leave them, into a folder that is thrown away. Each step runs in a process of its own, whose processor time
and peak of memory (less what it needs before it begins) are told beside its time. A fifth of the pages is
measured first: memory that is flat is the same there. The texts are those of `tools.bench_documents`.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlalchemy import update

from core.contracts import Page
from core.records import crawled
from core.records.tables import PartitionRow
from core.settings import load_settings
from langnghe.compacting import compact
from langnghe.house import House
from langnghe.partitions import pages
from langnghe.verifying import verify
from tools.bench_documents import documents, texts

SOURCES, A_DAY = 20, 137
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE = 2_000  # pages made before the clock runs


class Done(NamedTuple):
    """Seconds by the clock and of a processor, megabytes above the start of a step; what it counted."""

    seconds: float
    processor: float
    megabytes: float
    count: int


def main() -> int:
    """Print the figures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=5)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    for count in (given.pages // 5, given.pages):
        print(f"\n{count:,} pages, {given.each} to a partition")
        with TemporaryDirectory() as folder:
            place = Path(folder)
            show("write", alone(write, place, count, given.each, given.data), "pages")
            weigh(place, count)
            look(place)
            show("compact", alone(merge, place), "pages")
            weigh(place, count)
            look(place)
    return 0


def look(place: Path) -> None:
    """Measure all that only reads."""
    show("list", alone(enumerate_all, place), "partitions")
    show("read", alone(read, place), "pages")
    show("verify", alone(check, place), "pages")


def alone(step: Callable[..., int], *given: object) -> Done:
    """Do a step in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, step, *given).result()


def measured(step: Callable[..., int], *given: object) -> Done:
    """Do a step here; `write` tells its own seconds, as it makes the pages too."""
    before = memory("VmRSS")
    started, worked = time.perf_counter(), time.process_time()
    count = step(*given)
    spent = SPENT or [time.perf_counter() - started, time.process_time() - worked]
    return Done(*spent, memory("VmHWM") - before, count)


def memory(which: str) -> float:
    """Return what this process holds now (`VmRSS`) or held at most (`VmHWM`), in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{which}:")) / 1024


SPENT: list[float] = []  # by the clock and of a processor, where a step does more than what is measured


def write(place: Path, count: int, each: int, data: Path | None) -> int:
    """Archive pages and write them down, and let all of them have passed the stages."""
    house = opened(place)
    SPENT[:] = [0.0, 0.0]
    for batches in made(count, each, data):
        started, worked = time.perf_counter(), time.process_time()
        for batch in batches:
            crawled.record_batch(house.records, "bench", house.archive.write(batch), [], [])
        SPENT[0] += time.perf_counter() - started
        SPENT[1] += time.process_time() - worked
    with house.records.write() as session:
        session.execute(update(PartitionRow).values(analysed_at=FIRST, indexed_at=FIRST))
    return count


def made(count: int, each: int, data: Path | None) -> Iterator[list[list[Page]]]:
    """Yield batches of `each` pages of one source and day, some at once."""
    made_of = texts(data)
    batches: list[list[Page]] = []
    for number, document in enumerate(documents(made_of, 0, count)):
        turn, in_day = divmod(number, A_DAY)
        day, source = divmod(turn, SOURCES)
        at = FIRST + timedelta(days=day, minutes=10 * in_day)
        page = document.page.model_copy(update={"source_id": f"bao-{source:02}", "fetched_at": at})
        if in_day % each == 0:
            batches.append([])
        batches[-1].append(page)
        if len(batches) * each > AT_ONCE and in_day % each == each - 1:
            yield batches
            batches = [[]]
    yield [batch for batch in batches if batch]


def enumerate_all(place: Path) -> int:
    """List all partitions."""
    return sum(1 for _ in opened(place).archive.partitions())


def read(place: Path) -> int:
    """Read all pages."""
    return sum(len(part) for part in pages(opened(place)))


def check(place: Path) -> int:
    """Verify all."""
    found = verify(opened(place))
    if found.findings:
        sys.exit(f"{len(found.findings)} findings, the first {found.findings[0]}")
    return found.pages


def merge(place: Path) -> int:
    """Compact all."""
    return compact(opened(place), FIRST.date() + timedelta(days=36500)).pages


def opened(place: Path) -> House:
    """Return the house in the folder."""
    return House(load_settings(data_dir=place))


def show(step: str, done: Done, things: str) -> None:
    """Print one line."""
    a_second = done.count / max(done.processor, 1e-9)
    print(
        f"  {step:<8} {done.seconds:7.1f} s, {done.processor:7.1f} s of a processor:"
        f" {a_second:9,.0f} {things}/s; {done.megabytes:5.0f} MB",
        flush=True,
    )


def weigh(place: Path, count: int) -> None:
    """Print what archive and records weigh."""
    files = [file.stat().st_size for file in (place / "archive").rglob("*.parquet")]
    records = sum(file.stat().st_size for file in place.glob("records.db*"))
    print(
        f"  {len(files):,} files, {sum(files) / 2**20:,.1f} MB, {sum(files) / count:,.0f} bytes a page;"
        f" records {records / 2**20:,.1f} MB",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
