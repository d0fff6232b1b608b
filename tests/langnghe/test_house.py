"""Rights that many processes take in turns, and partitions that are to be done anew."""

import threading
from datetime import date

from core.archive import Partition
from core.records import crawled, runs
from langnghe.house import House
from langnghe.taking_up import groups


def test_who_waits_comes_before_one_who_lets_go_and_takes_it_again(house: House) -> None:
    order: list[str] = []
    waits = threading.Event()

    def wait() -> None:
        waits.set()
        with house.rearranging():
            order.append("the other")

    other = threading.Thread(target=wait)
    with house.rearranging():
        other.start()
        waits.wait()
        other.join(0.5)  # it stands at the gate by then
    for _ in range(3):
        with house.rearranging():
            order.append("again")
    other.join()
    assert order[0] == "the other"


def test_what_is_judged_anew_waits_for_the_index_again(house: House) -> None:
    path, day = "source=bao/day=2026-11-18/x.parquet", date(2026, 11, 18)
    run_id = runs.start_run(house.records, "run")
    partition = Partition(path=path, source_id="bao", day=str(day), pages=1)
    crawled.record_batch(house.records, run_id, [partition], [], [])
    for stage in ("analyse", "index"):
        crawled.partition_done(house.records, run_id, path, stage, [])
    assert crawled.partitions_waiting(house.records) == []
    assert groups(house, 1, (day, day)) == [[path]]

    crawled.partition_done(house.records, run_id, path, "index", [])  # of one who began before
    crawled.partition_done(house.records, run_id, path, "analyse", [])
    assert crawled.partitions_to_do(house.records, "index") == [partition]
