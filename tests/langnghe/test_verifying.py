"""Verification finds each file that is not as the records say, and nothing where all is well."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import update

from core.archive import SCHEMA
from core.records import crawled
from core.records.tables import PartitionRow
from langnghe.compacting import compact
from langnghe.house import House
from langnghe.verifying import Fault, verify
from tests.langnghe.archived import crawl, settle
from tests.langnghe.conftest import command
from tests.langnghe.world import made

Spoil = Callable[[House, str], str]


def written(house: House, folder: str, table: pa.Table) -> str:
    """Write a whole file by hand, named by its content as it must be, and return its path."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    path = f"{folder}/{hashlib.sha256(buffer.getvalue()).hexdigest()}.parquet"
    house.archive.store.put(path, buffer.getvalue())
    return path


def recorded(house: House, old: str, new: str) -> str:
    """Let the records name `new` where they named `old`."""
    house.archive.remove(old)
    with house.records.write() as session:
        session.execute(update(PartitionRow).where(PartitionRow.path == old).values(path=new))
    return new


def missing(house: House, path: str) -> str:
    house.archive.remove(path)
    return path


def damaged(house: House, path: str) -> str:
    file = Path(house.settings.archive_location) / path
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 1
    file.write_bytes(body)
    return path


def cut_off(house: House, path: str) -> str:
    file = Path(house.settings.archive_location) / path
    file.write_bytes(file.read_bytes()[:100])
    return path


def of_other_columns(house: House, path: str) -> str:
    table = house.archive.table(path).drop_columns(["lead"])
    return recorded(house, path, written(house, path.rsplit("/", 1)[0], table))


def of_another_source(house: House, path: str) -> str:
    table = pa.Table.from_pylist([made(7, source_id="bao-2", text="Tin.").model_dump()] * 3, schema=SCHEMA)
    return recorded(house, path, written(house, path.rsplit("/", 1)[0], table))


def of_another_number(house: House, path: str) -> str:
    with house.records.write() as session:
        session.execute(update(PartitionRow).where(PartitionRow.path == path).values(pages=7))
    return path


def beside(house: House, path: str) -> str:
    house.archive.store.put(other := f"{path}.bak", b"x")
    return other


def a_draft(house: House, path: str) -> str:
    folder, name = path.rsplit("/", 1)
    house.archive.store.put(draft := f"{folder}/.{name}.{'0' * 32}", b"half")
    return draft


def not_recorded(house: House, path: str) -> str:
    return house.archive.write([made(99, text="Tin.")])[0].path


def not_recorded_at_all(house: House, path: str) -> str:
    return house.archive.write([made(99, source_id="bao-2", text="Tin.")])[0].path


def brought_back(house: House, path: str) -> str:
    body = house.archive.store.get(path)
    compact(house, date(2026, 12, 1))
    house.archive.store.put(path, body)
    return path


@pytest.mark.parametrize(
    ("spoil", "fault", "to_do"),
    [
        (missing, Fault.MISSING, "restore it from a backup"),
        (damaged, Fault.DAMAGED, "restore it from a backup"),
        (cut_off, Fault.DAMAGED, "restore it from a backup"),
        (of_other_columns, Fault.FOREIGN, "upgrade the program"),
        (of_another_source, Fault.MISPLACED, "restore it from a backup"),
        (of_another_number, Fault.MISCOUNTED, "from one backup"),
        (beside, Fault.STRAY, "`prune` removes"),
        (a_draft, Fault.STRAY, "`prune` removes"),
        (not_recorded, Fault.UNKNOWN, "the next `langnghe run` takes it up"),
        (not_recorded_at_all, Fault.UNKNOWN, "the next `langnghe run` takes it up"),
        (brought_back, Fault.RETIRED, "the next `langnghe run` removes it"),
    ],
)
def test_each_fault_is_found_and_named_with_what_to_do(
    house: House, spoil: Spoil, fault: Fault, to_do: str
) -> None:
    paths = crawl(house, range(9))
    settle(house)
    whole = verify(house)
    assert (whole.partitions, whole.pages, whole.findings) == (3, 9, ())

    path = spoil(house, paths[1])
    found = verify(house)
    assert [(f.path, f.fault) for f in found.findings] == [(path, fault)]
    assert to_do in found.findings[0].to_do
    lost = 3 * (fault not in (Fault.STRAY, Fault.UNKNOWN, Fault.RETIRED))
    assert found.pages == 9 - lost


def test_an_archive_that_is_gone_is_missed_partition_by_partition(house: House) -> None:
    paths = crawl(house, range(9))
    for path in paths:
        house.archive.remove(path)
    assert [f.path for f in verify(house).findings] == sorted(paths)


def test_one_source_can_be_looked_at_alone(house: House) -> None:
    damaged(house, crawl(house, range(9))[0])
    crawl(house, range(9, 12), source="bao-2")
    found = verify(house, ["bao-2"])
    assert (found.partitions, found.pages, found.findings) == (1, 3, ())


def test_what_runs_and_compactions_change_meanwhile_is_no_fault(house: House) -> None:
    crawl(house, range(30))
    crawl(house, range(30, 60), source="bao-2")
    settle(house)
    changed = []

    def meanwhile(done: int, total: int) -> None:
        if done == 3:
            compact(house, date(2026, 12, 1))
            changed.extend(crawl(house, range(60, 63)))

    found = verify(house, on_progress=meanwhile)
    assert changed
    assert found.findings == ()
    assert crawled.known_partitions(house.records) == set(house.archive.partitions())


def test_the_command_lists_faults_and_ends_with_1(house: House) -> None:
    paths = crawl(house, range(9))
    crawl(house, range(9, 12), source="bao-2")
    data = ("--data-dir", str(house.settings.data_dir))
    damaged(house, paths[0])
    shown = command(*data, "archive", "verify")
    assert shown.returncode == 1
    assert "restore it from a" in shown.stdout
    assert shown.stderr == "langnghe: 1 files of the archive are not as they must be\n"
    whole = command(*data, "archive", "verify", "--json", "--source", "bao-2")
    assert (whole.returncode, json.loads(whole.stdout)) == (0, {"partitions": 1, "pages": 3, "findings": []})
