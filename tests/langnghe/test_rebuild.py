"""A rebuild makes the same index anew while everything goes on; what cuts it off, the next one makes good."""

import json
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.contracts import State, What
from core.errors import Busy, IndexUnavailable, RecordsUnavailable, StageFailed
from core.records import crawled, runs, tombstones
from index.embedded.generations import EmbeddedGenerations
from langnghe.house import House, running
from langnghe.rebuild import rebuild
from nlp.analyser import Analyser
from tests.conftest import NOON
from tests.langnghe.conftest import archive, command, decide, in_a_process, indexed, killed_at, opened, run
from tests.langnghe.world import made, world


def names(house: House) -> list[str]:
    return house.generations.names()


def test_by_the_same_models_every_document_is_as_it_was(filled: House) -> None:
    before, old = indexed(filled), filled.generations.serving()
    assert any(hit.document.analysis.duplicate_of for hit in before.values())
    assert any(hit.document.analysis.story_id for hit in before.values())
    told: list[tuple[int, int]] = []
    made = rebuild(filled, lambda done, of: told.append((done, of)))
    assert indexed(filled) == before
    assert filled.generations.serving() == made.generation != old
    assert names(filled) == [made.generation]
    assert (made.documents, made.decided, made.resumed, made.quarantined) == (len(before), 2, 0, 0)
    total = len(crawled.known_partitions(filled.records))
    assert told[0] == (0, total)
    assert told[-1] == (total, total)
    assert made.partitions == total
    assert run(filled) == []


def test_what_happens_meanwhile_is_in_the_new_index(filled: House) -> None:
    pages = {p.id: p for batch in world() for p in batch}
    old = next(h for h in indexed(filled).values() if h.document.analysis.duplicate_of)
    copied = pages[old.document.id]
    late = made(500, title="Tin đến sau", text="Một tin mới về giá rau ngoài chợ.")
    earlier = made(501, title="Tin gốc", text=copied.text)
    target = next(hit for hit in indexed(filled).values() if hit.relevant and hit.triage.seq == 0)

    def meanwhile(done: int, total: int) -> None:
        if done == total // 2:
            decide(filled, target.document.id, What.CONFIRM)
            archive(filled, [late, earlier])
            assert sorted(o.label for o in run(filled))[-2:] == ["indexed", "indexed"]

    rebuild(filled, meanwhile)
    found = indexed(filled)
    assert found[late.id].document.page == late
    assert found[target.document.id].triage.state is State.CONFIRMED
    assert found[copied.id].document.analysis.duplicate_of == earlier.id
    followers = {i for i, hit in found.items() if hit.document.analysis.duplicate_of == earlier.id}
    assert len(followers) > 1, "those that had been written before must follow as well"
    assert not {hit.document.analysis.duplicate_of for hit in found.values()} & followers


def test_a_rebuild_is_the_same_as_an_index_made_from_nothing(filled: House) -> None:
    before = indexed(filled)
    filled.engine.close()
    for file in filled.settings.data_dir.glob("index*"):
        file.unlink()
    again = opened(filled.settings, filled.analyser)
    rebuild(again)
    assert indexed(again) == before
    again.engine.close()
    again.records.close()


KILLED: dict[str, tuple[Any, str, bool]] = {
    "a partition is written, and not noted": (crawled, "partition_built", False),
    "a partition is noted": (crawled, "partition_built", True),
    "all is ready": (EmbeddedGenerations, "swap", False),
    "the new one serves": (EmbeddedGenerations, "swap", True),
    "the old one goes": (EmbeddedGenerations, "drop", True),
    "all is done but this is not noted": (crawled, "finish_built", False),
}


@pytest.mark.parametrize("part", KILLED)
def test_a_rebuild_that_is_killed_goes_on_and_ends_with_the_same_index(filled: House, part: str) -> None:
    before = indexed(filled)
    owner, name, after = KILLED[part]

    def work() -> None:
        house = opened(filled.settings, filled.analyser)

        def tell(done: int, total: int) -> None:
            if (done == 3) is (owner is crawled):
                stack.enter_context(killed_at(owner, name, after=after))

        with ExitStack() as stack:
            rebuild(house, tell)

    assert in_a_process(work) == -signal.SIGKILL
    assert indexed(filled) == before
    assert rebuild(filled).resumed > 0
    assert indexed(filled) == before
    assert names(filled) == [filled.generations.serving()]
    assert {r.status for r in runs.runs(filled.records)} <= {"done", "interrupted"}


def test_five_kills_at_any_moment_leave_the_same_index(filled: House) -> None:
    before = indexed(filled)
    spots = random.Random(time.time_ns())
    for _ in range(5):

        def work() -> None:
            rebuild(opened(filled.settings, filled.analyser))

        assert in_a_process(work, spots.uniform(0.01, 0.8)) in (0, -signal.SIGKILL)
        assert indexed(filled) == before
    rebuild(filled)
    assert indexed(filled) == before
    assert names(filled) == [filled.generations.serving()]


def test_a_damaged_partition_is_set_aside_and_holds_nothing_up(filled: House) -> None:
    bad = sorted(crawled.known_partitions(filled.records))[0]
    gone = {name.id for name in filled.archive.names(bad)}
    before = indexed(filled)
    file = Path(filled.settings.archive_location) / bad
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    made = rebuild(filled)
    assert made.damaged == (bad,)
    assert [(q.item, q.reason) for q in runs.quarantined(filled.records)] == [(bad, "partition_damaged")]
    assert set(before) - set(indexed(filled)) <= gone
    assert set(before) - set(indexed(filled)), "texts that are nowhere else are missed"
    file.write_bytes(whole)
    assert len(run(filled)) == len(filled.archive.names(bad))
    assert set(indexed(filled)) == set(before)
    assert runs.quarantined(filled.records) == []


def test_a_new_index_that_lacks_a_text_or_a_decision_never_serves(filled: House) -> None:
    before, old = indexed(filled), filled.generations.serving()

    def steal(done: int, total: int) -> None:
        if done == total:
            with filled.building() as engine:
                assert engine is not None
                engine.remove([next(iter(before))])

    with pytest.raises(StageFailed, match="documents, not the"):
        rebuild(filled, steal)
    assert filled.generations.serving() == old
    assert names(filled) == [old]
    assert indexed(filled) == before
    assert rebuild(filled).resumed == 0
    assert indexed(filled) == before


def test_both_indices_hear_of_a_leader_that_only_the_new_one_holds_yet(filled: House) -> None:
    words = [f"{a}{b}{c}" for a in "bcdgh" for b in "aeiou" for c in "klmnpqrstv"]
    text = {name: " ".join(words[first : first + 120]) for name, first in (("e", 0), ("l", 40), ("f", 80))}
    earliest, leader, follower = (
        made(number, title=name, text=text[name], published_at=NOON - timedelta(days=4 - number % 10))
        for number, name in ((701, "e"), (702, "l"), (703, "f"))
    )
    archive(filled, [leader, follower])
    run(filled)
    assert indexed(filled)[follower.id].document.analysis.duplicate_of == leader.id
    archive(filled, [earliest])

    def give_up(done: int, total: int) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(filled, give_up)
    run(filled)
    leads = {i: hit.document.analysis.duplicate_of for i, hit in indexed(filled).items()}
    assert (leads[leader.id], leads[follower.id]) == (earliest.id, None)


def test_another_model_begins_anew(filled: House) -> None:
    def give_up(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(filled, give_up)
    begun = filled.generations.building()
    info = filled.analyser.info
    models = filled.analyser
    filled.__dict__["analyser"] = Analyser(models.risk, models.sentiment, models.hostility)
    filled.analyser.info = info.model_copy(update={"version": "another"})
    made = rebuild(filled)
    assert made.resumed == 0
    assert made.generation != begun
    assert {h.document.analysis.model.version for h in indexed(filled).values()} == {"another"}
    assert names(filled) == [made.generation]


def test_one_rebuild_at_a_time(filled: House) -> None:
    with filled.alone("rebuild"), pytest.raises(Busy, match="another rebuild"):
        rebuild(filled)


def test_the_end_waits_for_a_run_that_goes_on(filled: House) -> None:
    old, told, ended = filled.generations.serving(), [], []
    run_under_way = ExitStack()

    def meanwhile(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 1:
            run_under_way.enter_context(running(filled, "run"))
        if len(told) == total + 2:  # all is built, and it has come round once more
            ended.append(filled.generations.serving())
            run_under_way.close()

    made = rebuild(filled, meanwhile)
    assert ended == [old]
    assert filled.generations.serving() == made.generation != old


def test_an_index_of_another_version_says_what_to_do_and_is_made_anew(filled: House) -> None:
    before = indexed(filled)
    filled.engine.close()
    data_dir = filled.settings.data_dir
    for file in data_dir.glob("index*"):
        file.unlink()
    with sqlite3.connect(data_dir / "index.db") as old:
        old.execute(f"PRAGMA application_id = {0x4C4E4749}")
        old.execute("PRAGMA user_version = 1")
        old.execute("CREATE TABLE documents (id TEXT)")
    old.close()
    asked = command("--data-dir", str(data_dir), "search", "tin")
    assert asked.returncode == 1
    assert "`langnghe rebuild` makes it anew" in asked.stderr
    done = command("--data-dir", str(data_dir), "rebuild", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["documents"] == len(before)
    again = House(filled.settings)
    assert indexed(again) == before
    again.engine.close()
    again.records.close()


SEARCHER = """
import sys
from pathlib import Path
from core.settings import load_settings
from index import open_engine
from index.engine import Query

engine = open_engine(load_settings(data_dir=Path(sys.argv[1])))
print("ready", flush=True)
asked = 0
while not Path(sys.argv[2]).exists():
    assert engine.search(Query(relevant=None)).total == int(sys.argv[3])
    assert engine.search(Query(text="tin", order="score", relevant=None)).total > 0
    asked += 1
print(asked, flush=True)
"""


def test_searches_of_another_process_meet_no_error_through_the_swap(filled: House, tmp_path: Path) -> None:
    arguments = [str(filled.settings.data_dir), str(tmp_path / "stop"), str(filled.engine.size())]
    searcher = subprocess.Popen(
        [sys.executable, "-c", SEARCHER, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert searcher.stdout is not None
    assert searcher.stdout.readline() == "ready\n"
    for _ in range(3):
        rebuild(filled)
    (tmp_path / "stop").touch()
    asked, _ = searcher.communicate(timeout=60)
    assert searcher.returncode == 0
    assert int(asked) > 0


def test_a_full_disk_leaves_the_old_index_serving(filled: House) -> None:
    before, old = indexed(filled), filled.generations.serving()

    def work() -> None:
        house = opened(filled.settings, filled.analyser)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        with pytest.raises((IndexUnavailable, RecordsUnavailable), match="disk"):
            rebuild(house)

    assert in_a_process(work) == 0
    assert filled.generations.serving() == old
    assert indexed(filled) == before
    rebuild(filled)
    assert indexed(filled) == before


def test_what_was_erased_meanwhile_is_not_in_the_new_index(filled: House) -> None:
    article = next(h for h in indexed(filled).values() if h.document.page.thread_id).document.page.thread_id
    assert article is not None
    under = {i for i, h in indexed(filled).items() if article in (i, h.document.page.thread_id)}

    def meanwhile(done: int, total: int) -> None:
        if done == total:  # asked for, and not carried out: as while a run holds the folder
            tombstones.erase(filled.records, {article: ()}, "an", "by request")

    made = rebuild(filled, meanwhile)
    assert len(under) == 3
    assert not under & set(indexed(filled))
    assert made.documents == filled.engine.size()
