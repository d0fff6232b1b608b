"""Compaction makes few partitions of many, loses and doubles nothing, and stands in nobody's way."""

import json
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.archive import Archive, Partition
from core.errors import ArchiveUnavailable
from core.outcomes import Stage
from core.records import crawled, partitions, runs
from core.settings import Settings
from index.engine import Query
from langnghe import compacting, erasing, pipeline
from langnghe.compacting import TARGET_PAGES, compact
from langnghe.demo.site.server import RunningWeb
from langnghe.house import House, running
from langnghe.partitions import pages
from langnghe.rebuild import rebuild
from langnghe.retention import prune
from langnghe.verifying import verify
from tests.conftest import NOON
from tests.langnghe.archived import agreed, crawl, held, settle
from tests.langnghe.conftest import archive, command, in_a_process, indexed, killed_at, run
from tests.langnghe.world import made
from tests.s3 import S3

LATER = date(2026, 12, 1)
DAY = "2026-11-18"


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[House]:
    """A house without texts whose archive is in a folder, or on S3."""
    (tmp_path / "sources").mkdir()
    update: dict[str, Any] = {"sources_dir": tmp_path / "sources"}
    if request.param == "s3":
        s3: S3 = request.getfixturevalue("s3")
        update |= {"archive_url": f"s3://{s3.make_bucket()}/archive", "s3": s3.settings}
    opened = House(settings.model_copy(update=update))
    yield opened
    opened.engine.close()
    opened.records.close()


def test_many_small_partitions_become_one_that_holds_the_same_pages(place: House) -> None:
    crawl(place, range(20))
    crawl(place, range(20, 26), day=1)
    crawl(place, range(30, 33), source="bao-2")
    settle(place)
    before = held(place)
    assert set(before.values()) == {1}

    done = compact(place, LATER)
    assert (done.days, done.merged, done.into, done.pages, done.waiting) == (2, 9, 2, 26, 0)
    assert held(place) == before
    assert len(list(place.archive.partitions())) == 3
    assert agreed(place)
    assert crawled.partitions_to_do(place.records, Stage.ANALYSE) == []
    assert crawled.partitions_to_do(place.records, Stage.INDEX) == []

    again = compact(place, LATER)
    assert (again.days, again.merged, again.into) == (0, 0, 0)


def test_only_the_days_and_sources_asked_for_are_touched(house: House) -> None:
    crawl(house, range(6))
    crawl(house, range(6, 12), day=1)
    crawl(house, range(12, 18), source="bao-2")
    settle(house)
    tried = compact(house, date(2026, 11, 19), ["bao"], dry_run=True)
    assert (tried.days, tried.merged, tried.into, tried.pages) == (1, 2, 1, 6)
    assert len(list(house.archive.partitions())) == 6
    assert compact(house, date(2026, 11, 19), ["bao"]) == tried.model_copy(update={"dry_run": False})
    folders = [path.rsplit("/", 1)[0] for path in house.archive.partitions()]
    assert folders == [
        f"source=bao/day={DAY}",
        *["source=bao/day=2026-11-19"] * 2,
        *[f"source=bao-2/day={DAY}"] * 2,
    ]


def test_what_waits_for_a_stage_goes_on_waiting(house: House) -> None:
    settled = crawl(house, range(6))
    settle(house)
    analysed, new = crawl(house, range(6, 12))
    with running(house, "test") as run_id:
        crawled.partition_done(house.records, run_id, analysed, Stage.ANALYSE, [])
    done = compact(house, LATER)
    assert (done.merged, done.into, done.waiting) == (2, 1, 2)
    assert [p.path for p in crawled.partitions_to_do(house.records, Stage.ANALYSE)] == [new]
    assert [p.path for p in crawled.partitions_to_do(house.records, Stage.INDEX)] == [analysed]
    assert not crawled.known_partitions(house.records) & set(settled)
    assert agreed(house)


def test_an_index_that_is_to_be_filled_anew_meanwhile_keeps_the_old_partitions(house: House) -> None:
    old = crawl(house, range(6))
    settle(house)
    put = Archive.put

    def put_and_begin_anew(archive: Archive, prepared: Any) -> None:
        put(archive, prepared)
        crawled.index_anew(house.records)

    with patch.object(Archive, "put", put_and_begin_anew):
        done = compact(house, LATER)
    assert (done.merged, done.into, done.waiting) == (0, 0, 2)
    assert set(house.archive.partitions()) == set(old) == crawled.known_partitions(house.records)
    assert len(crawled.partitions_to_do(house.records, Stage.INDEX)) == 2


def test_a_damaged_partition_is_named_and_left_alone(house: House) -> None:
    paths = crawl(house, range(9))
    settle(house)
    (Path(house.settings.archive_location) / paths[0]).write_bytes(b"damaged")
    done = compact(house, LATER)
    assert (done.merged, done.into, done.pages, done.damaged) == (2, 1, 6, (paths[0],))
    assert agreed(house)


@given(st.lists(st.integers(1, TARGET_PAGES * 2), max_size=40))
def test_groups_are_full_and_a_second_time_finds_nothing(sizes: list[int]) -> None:
    def ready(some: list[int]) -> list[Partition]:
        return [Partition(path=f"{n}", source_id="bao", day=DAY, pages=size) for n, size in enumerate(some)]

    groups = compacting._groups(ready(sizes))
    merged = [sum(p.pages for p in group) for group in groups]
    grouped = [p.path for group in groups for p in group]
    assert len(grouped) == len(set(grouped))
    assert all(len(group) > 1 for group in groups)
    assert all(size <= TARGET_PAGES for size in merged)
    alone = [p.pages for p in ready(sizes) if p.path not in grouped]
    assert compacting._groups(ready(merged + alone)) == []


KILLED: dict[str, tuple[Any, str, bool]] = {
    "before the new partition is announced": (partitions, "announce", False),
    "before the new partition is written": (Archive, "put", False),
    "the new partition is written": (Archive, "put", True),
    "before the records switch": (partitions, "merge", False),
    "the records have switched": (partitions, "merge", True),
    "the first old partition is removed": (Archive, "remove", True),
}


@pytest.mark.parametrize("part", KILLED)
def test_a_compaction_that_is_killed_leaves_each_page_once_for_whoever_comes_next(
    place: House, part: str
) -> None:
    owner, name, after = KILLED[part]
    crawl(place, range(20))
    settle(place)
    before = held(place)

    def work() -> None:
        house = House(place.settings)
        with killed_at(owner, name, after=after):
            compact(house, LATER)

    assert in_a_process(work) == -signal.SIGKILL
    assert {page.id for part in pages(place) for page in part} == {name for name, _ in before}
    with running(place, "test") as run_id, place.rearranging():
        assert pipeline.adopt(place, run_id) == 0
    assert held(place) == before
    assert agreed(place)
    assert in_a_process(work) in (-signal.SIGKILL, 0)  # and cut off again, from whatever state that left
    compact(place, LATER)
    assert held(place) == before
    assert agreed(place)
    assert len(list(place.archive.partitions())) == 1


def test_a_reader_that_holds_old_names_finds_every_page(place: House) -> None:
    crawl(place, range(20))
    settle(place)
    before = held(place)
    reader = pages(place)
    found = next(reader)
    compact(place, LATER)
    found += [page for part in reader for page in part]
    assert {(page.id, page.content_hash) for page in found} == set(before)


def test_what_is_erased_later_leaves_others_in_a_partition_that_stood_before(house: House) -> None:
    old = crawl(house, range(6))
    settle(house)
    compact(house, LATER)
    gone = [name.id for path in house.archive.partitions() for name in house.archive.names(path)]
    stays = {page.id for page in house_pages(house) if page.text in {"Tin số 0.", "Tin số 1.", "Tin số 2."}}
    for name in set(gone) - stays:
        erasing.request(house, name, "an", "by request")
    with running(house, "erase"):
        erasing.go_on(house)
    # What is left has the very content, so the very name, that a partition had which was merged.
    assert set(house.archive.partitions()) == {old[0]} == crawled.known_partitions(house.records)
    with running(house, "test") as run_id, house.rearranging():
        pipeline.adopt(house, run_id)
    assert {page.id for page in house_pages(house)} == stays
    assert agreed(house)


def house_pages(house: House) -> list[Any]:
    return [page for part in pages(house) for page in part]


def test_a_backup_that_brings_merged_partitions_back_doubles_nothing(house: House) -> None:
    paths = crawl(house, range(6))
    settle(house)
    before = held(house)
    bodies = {path: house.archive.store.get(path) for path in paths}
    compact(house, LATER)
    for path, body in bodies.items():
        house.archive.store.put(path, body)
    with running(house, "test") as run_id, house.rearranging():
        assert pipeline.adopt(house, run_id) == 0
    assert held(house) == before
    assert agreed(house)


def test_pages_that_lie_in_two_partitions_are_kept_once(house: House) -> None:
    crawl(house, range(6), each=6)
    crawl(house, range(6), each=3)
    settle(house)
    assert set(held(house).values()) == {2}
    compact(house, LATER)
    assert set(held(house).values()) == {1}
    assert agreed(house)


def test_erase_and_prune_between_two_days_of_a_compaction(filled: House) -> None:
    crawl(filled, range(500, 509))
    crawl(filled, range(510, 519), day=1)
    crawl(filled, range(520, 529), day=2)
    run(filled)
    before = held(filled)
    victims = [
        h.document.id
        for h in filled.engine.scan(Query(relevant=None))
        if h.document.page.text == "Tin số 515."
    ]

    def meanwhile(done: int, total: int) -> None:
        if done == 1:
            erasing.request(filled, victims[0], "an", "by request")
            with running(filled, "erase"):
                assert erasing.go_on(filled).pages == (victims[0],)
        if done == 2:
            with running(filled, "prune"):
                prune(filled, NOON)

    compact(filled, LATER, on_progress=meanwhile)
    assert set(before) - set(held(filled)) == {name for name in before if name[0] in victims}
    assert agreed(filled)
    assert {name for name, _ in held(filled)} == set(indexed(filled))


def test_a_rebuild_reads_every_page_while_partitions_are_merged_under_it(filled: House) -> None:
    crawl(filled, range(500, 530))
    run(filled)
    before = indexed(filled)

    merged = 0

    def meanwhile(done: int, total: int) -> None:
        nonlocal merged
        if done == 2:
            merged += compact(filled, LATER).merged

    made = rebuild(filled, meanwhile)
    assert merged > 10
    assert (made.documents, made.damaged) == (len(before), ())
    assert set(indexed(filled)) == set(before)
    assert runs.quarantined(filled.records) == []
    assert crawled.partitions_to_do(filled.records, Stage.INDEX) == []
    assert agreed(filled)


def test_a_compaction_while_an_index_is_rebuilt(filled: House) -> None:
    crawl(filled, range(500, 530))
    run(filled)
    before = indexed(filled)
    compact(filled, LATER, on_progress=lambda done, of: None if done != 1 else assert_rebuilt(filled))
    assert set(indexed(filled)) == set(before)
    assert agreed(filled)


def assert_rebuilt(house: House) -> None:
    assert rebuild(house).damaged == ()


def test_a_full_disk_leaves_all_as_it_was(house: House) -> None:
    draw = random.Random(7)
    for n in range(4):
        archive(house, [made(n, text="".join(draw.choices("abcdefghijklmnopqrstuvwxyz ", k=1_000_000)))])
    settle(house)
    house.records.pack()  # so that it is the archive that meets the limit
    before, files = held(house), set(house.archive.partitions())

    def work() -> None:
        small = House(house.settings)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))
        with pytest.raises(
            ArchiveUnavailable, match=r"can't be written: File too large; check .* room on its disk"
        ):
            compact(small, LATER)

    assert in_a_process(work) == 0
    assert (held(house), set(house.archive.partitions())) == (before, files)
    assert not list(Path(house.settings.archive_location).rglob(".*"))
    assert compact(house, LATER).merged == 4
    assert held(house) == before


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_a_server_that_fails_in_the_middle_loses_nothing(
    settings: Settings, tmp_path: Path, s3: S3, method: str
) -> None:
    hasty = s3.settings.model_copy(update={"retries": 0})
    house = House(settings.model_copy(update={"archive_url": f"s3://{s3.make_bucket()}", "s3": hasty}))
    crawl(house, range(9))
    settle(house)
    before = held(house)
    s3.fault("internal", method)
    with pytest.raises(ArchiveUnavailable, match="InternalError"):
        compact(house, LATER)
    s3.fault("", "")
    compact(house, LATER)
    assert held(house) == before
    assert agreed(house)
    assert len(list(house.archive.partitions())) == 1
    house.records.close()


def test_what_the_crawl_process_brings_to_s3_is_merged_and_verified_there(
    settings: Settings, web: RunningWeb, s3: S3, tmp_path: Path
) -> None:
    site = web.sites[-1]
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / f"{site.id}.yaml").write_bytes((web.sources_dir / f"{site.id}.yaml").read_bytes())
    update = {
        "sources_dir": tmp_path / "sources",
        "archive_url": f"s3://{s3.make_bucket()}/langnghe",
        "s3": s3.settings,
        "crawl": settings.crawl.model_copy(update={"batch_pages": 3, "pages_per_run": 9}),
    }
    house = House(settings.model_copy(update=update))
    with running(house, "crawl") as run_id:
        pipeline.crawl(house, run_id, [site.id])
    settle(house)
    before = held(house)
    assert before
    assert compact(house, date(2999, 1, 1)).merged > 1
    assert held(house) == before
    assert verify(house).findings == ()
    assert not (settings.data_dir / "archive").exists()
    house.records.close()


WRITER = """
import sys
from pathlib import Path
from core.settings import load_settings
from langnghe.house import House
from tests.langnghe.archived import crawl, settle
house = House(load_settings(data_dir=Path(sys.argv[1])))
for n in range(0, 120, 6):
    crawl(house, range(n, n + 6))
    settle(house)
    print(n + 6, flush=True)
"""
COMPACTOR = """
import sys
from datetime import date
from pathlib import Path
from core.settings import load_settings
from langnghe.compacting import compact
from langnghe.house import House
house = House(load_settings(data_dir=Path(sys.argv[1])))
merged = 0
while not Path(sys.argv[2]).exists():
    merged += compact(house, date(2026, 12, 1)).merged
print(merged)
"""


def test_reading_writing_and_compacting_go_on_at_once(house: House, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    place = str(house.settings.data_dir)
    house.records.read()  # the schema is there before the others come
    crawl(house, range(900, 903))
    settle(house)
    with (
        subprocess.Popen([sys.executable, "-c", WRITER, place], stdout=subprocess.PIPE, text=True) as writer,
        subprocess.Popen(
            [sys.executable, "-c", COMPACTOR, place, str(stop)], stdout=subprocess.PIPE, text=True
        ) as compactor,
    ):
        assert writer.stdout
        for line in writer.stdout:
            told = {f"Tin số {n}." for n in range(int(line))}
            assert told <= {page.text for page in house_pages(house)}
        stop.touch()
        merged, _ = compactor.communicate(timeout=60)
    assert (writer.returncode, compactor.returncode) == (0, 0)
    assert int(merged) > 20
    assert set(held(house).values()) == {1}
    assert len(held(house)) == 123
    assert agreed(house)


def test_the_command_says_what_it_did(house: House) -> None:
    crawl(house, range(9))
    settle(house)
    data = ("--data-dir", str(house.settings.data_dir))
    tried = command(*data, "archive", "compact", "--before", "2026-11-19", "--dry-run")
    assert tried.stdout == "3 partitions would become 1: 9 pages, 1 days of sources\n", tried.stderr
    done = command(*data, "archive", "compact", "--source", "bao", "--json", "--before", "2026-11-19")
    assert json.loads(done.stdout) == {
        "days": 1,
        "merged": 3,
        "into": 1,
        "pages": 9,
        "waiting": 0,
        "damaged": [],
        "dry_run": False,
    }
    wrong = command(*data, "archive", "compact", "--before", "yesterday")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "langnghe: --before 'yesterday' is no day; write YYYY-MM-DD\n",
    )
