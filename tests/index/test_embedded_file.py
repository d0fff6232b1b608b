"""The embedded engine's file: shared, killed, damaged, foreign, of another version, out of room."""

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.contracts import State, Triage
from core.errors import IndexUnavailable
from core.settings import Settings
from index import open_engine
from index.embedded import EmbeddedEngine, removing
from index.embedded.generations import EmbeddedGenerations
from index.embedded.schema import TEXT_TABLES
from index.engine import Query
from tests.index.documents import document

BATCH = 20
BATCHES = 40

# Writes batches until told to stop by a signal that can't be caught, saying how many are done.
WRITER = f"""
import sys
from pathlib import Path
from index.embedded import EmbeddedEngine
from tests.index.documents import document

engine = EmbeddedEngine(Path(sys.argv[1]))
for batch in range({BATCHES}):
    # Every third batch brings new revisions of the batch before it.
    first, revision = (batch - 1, "new") if batch % 3 == 2 else (batch, "old")
    engine.write([
        document(first * {BATCH} + n, title="", text=revision + " trẻ em " * 200, content_hash=revision)
        for n in range({BATCH})
    ])
    print(batch, flush=True)
"""


def start_writer(path: Path) -> "subprocess.Popen[str]":
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=root, stdout=subprocess.PIPE, text=True
    )


def run_to_the_end(path: Path) -> None:
    writer = start_writer(path)
    writer.communicate(timeout=60)
    assert writer.returncode == 0


def held(engine: EmbeddedEngine) -> dict[str, object]:
    """All that can be asked: every document with its revision, and what words, counts and facets say."""
    query = Query(limit=200)
    rows = {}
    while True:
        page = engine.search(query)
        rows |= {h.document.id: h.document.page.content_hash for h in page.hits}
        if page.next_cursor is None:
            break
        query = query.model_copy(update={"cursor": page.next_cursor})
    return {
        "rows": rows,
        "size": engine.size(),
        "words": [engine.search(Query(text=text, limit=1)).total for text in ("old", "new", '"tre em"')],
        "days": engine.counts(Query(), by="category"),
        "facets": engine.facets(Query(), ["category", "state"]),
    }


def sound(path: Path) -> bool:
    """Whether SQLite finds every table and index in order, the text tables too."""
    connection = sqlite3.connect(path)
    try:
        for table in TEXT_TABLES:
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


def test_a_writer_killed_at_any_moment_leaves_whole_batches_and_running_again_completes_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "index.db"
    calm = tmp_path / "calm.db"
    run_to_the_end(calm)

    # At the first print, in the middle of a write soon after another, and while opening.
    for wait_for, then in ((0, 0.0), (3, 0.004), (9, 0.011), (None, 0.0), (17, 0.007)):
        writer = start_writer(path)
        assert writer.stdout is not None
        if wait_for is not None:
            while writer.stdout.readline().strip() != str(wait_for):
                assert writer.poll() is None
            deadline = time.monotonic() + then
            while time.monotonic() < deadline:
                pass
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate(timeout=30)
        engine = EmbeddedEngine(path)
        assert engine.size() % BATCH == 0
        assert engine.search(Query(text="trẻ")).total == engine.size()
        engine.close()
        assert sound(path)

    run_to_the_end(path)
    engine, undisturbed = EmbeddedEngine(path), EmbeddedEngine(calm)
    assert held(engine) == held(undisturbed)
    engine.close()
    undisturbed.close()


def _write_and_decide(path: Path, first: int) -> None:
    engine = EmbeddedEngine(path)
    for start in range(first, first + 50, 10):
        engine.write([document(n) for n in range(start, start + 10)])
        engine.apply({f"page-{start:04}": Triage(state=State.CONFIRMED, relevant=True, seq=start + 1)})
        assert engine.search(Query(states=(State.CONFIRMED,))).total >= 1
    engine.close()


def test_several_processes_open_write_and_decide_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "index.db"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_and_decide, args=(path, n * 40)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    engine = EmbeddedEngine(path)
    assert engine.size() == engine.search(Query()).total == 170
    assert max(hit.triage.seq for hit in engine.scan(Query(relevant=None))) == 161
    engine.close()
    assert sound(path)


def test_the_settings_name_the_file(settings: Settings) -> None:
    engine = open_engine(settings)
    engine.write([document(1)])
    engine.close()
    assert settings.index_path.is_file()
    again = open_engine(settings)
    assert again.size() == 1
    again.close()


def refusal(path: Path) -> str:
    with pytest.raises(IndexUnavailable) as caught:
        EmbeddedEngine(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    path.write_bytes(b"not a database " * 1000)
    assert "langnghe rebuild" in refusal(path)
    assert path.read_bytes() == b"not a database " * 1000


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE contacts (name TEXT)")
    connection.close()
    before = path.read_bytes()
    assert "another program" in refusal(path)
    assert path.read_bytes() == before


def test_another_version_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    EmbeddedEngine(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "langnghe rebuild" in refusal(path)


def test_damage_inside_the_file_is_told_plainly(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    engine = EmbeddedEngine(path)
    engine.write([document(n, text="trẻ em " * 50) for n in range(200)])
    engine.close()
    data = bytearray(path.read_bytes())
    half = len(data) // 2  # the first names the tables
    data[half:] = os.urandom(len(data) - half)
    path.write_bytes(data)
    engine = EmbeddedEngine(path)
    with pytest.raises(IndexUnavailable, match="langnghe rebuild"):
        engine.search(Query(text="trẻ"))
    engine.close()


def test_a_folder_in_the_way_or_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "index.db").mkdir()
    refusal(tmp_path / "index.db")
    refusal(tmp_path / "file" / "index.db")


def test_a_closed_engine_says_so(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index.db")
    engine.close()
    with pytest.raises(IndexUnavailable, match="closed"):
        engine.size()


# Writes under a limit of file size, which to SQLite is a disk that takes no more.
FULL = """
import json, resource, signal, sys
from pathlib import Path
from core.errors import IndexUnavailable
from index.embedded import EmbeddedEngine
from index.engine import Query
from tests.index.documents import document

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
engine = EmbeddedEngine(Path(sys.argv[1]))
done = 0
try:
    for batch in range(1000):
        engine.write([document(batch * 10 + n, text=f"trẻ em {batch} " * 300) for n in range(10)])
        done += 10
except IndexUnavailable as error:
    print(json.dumps([done, engine.size(), engine.search(Query(text="trẻ")).total, str(error)]))
"""


def test_a_full_disk_is_told_plainly_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], cwd=root, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    done, size, found, message = json.loads(ran.stdout)
    assert done == size == found > 0
    assert "disk" in message
    engine = EmbeddedEngine(path)
    assert engine.size() == done
    engine.write([document(n) for n in range(5000, 5010)])
    assert engine.size() == done + 10
    engine.close()


def test_nothing_of_what_is_removed_stays_in_the_files(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    engine = EmbeddedEngine(path)
    words = random.Random(7)
    # A word of its own in each text and revision, among others, in texts of all sizes.
    for revision in range(3):
        for start in range(0, 600, 50):
            engine.write(
                [
                    document(
                        n,
                        title=f"đầu{n}x",
                        text=" ".join(
                            f"w{n}x{words.randrange(10**6)}" for _ in range(words.choice([2, 30, 400]))
                        ),
                        content_hash=f"{revision}",
                    )
                    for n in range(start + revision, start + 50)
                ]
            )
    gone = words.sample(range(600), 200)
    assert engine.remove([f"page-{n:04}" for n in gone]) == 200
    engine.close()
    for file in tmp_path.iterdir():
        held = file.read_bytes()
        for n in gone:
            assert f"w{n}x".encode() not in held
            assert f"dau{n}x".encode() not in held
            assert f"page-{n:04}".encode() not in held
    assert b"w%dx" % next(n for n in range(600) if n not in gone) in path.read_bytes()
    assert sound(path)


def test_what_is_being_read_is_not_called_erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "ERASING_S", 0.1)
    engine = EmbeddedEngine(tmp_path / "index.db")
    engine.write([document(n) for n in range(300)])
    scan = engine.scan(Query())
    next(scan)
    with pytest.raises(IndexUnavailable, match="run again"):
        engine.remove(["page-0001"])
    assert len(list(scan)) == 299
    assert engine.remove(["page-0001"]) == 0
    assert engine.size() == 299
    engine.close()


def test_a_file_from_before_there_were_generations_is_replaced_by_the_first(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    EmbeddedEngine(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    generations = EmbeddedGenerations(path)
    with pytest.raises(IndexUnavailable, match="langnghe rebuild"):
        generations.open()
    assert generations.serving() is None
    new = generations.build("new")
    new.write([document(1)])
    new.close()
    generations.swap("new")
    engine = generations.open()
    assert engine.size() == 1
    engine.close()
    assert {file.name for file in tmp_path.iterdir()} == {"index.db", "index-new.db"}


# Searches without end until told to stop, and says how many generations it saw.
SEARCHER = """
import sys
from pathlib import Path
from index.embedded.generations import EmbeddedGenerations
from index.engine import Query

engine = EmbeddedGenerations(Path(sys.argv[1])).open()
print("ready", flush=True)
seen = set()
while not Path(sys.argv[2]).exists():
    seen.add(engine.search(Query(text="tin")).total)
print(len(seen), flush=True)
"""


def test_another_process_follows_every_swap_without_an_error(tmp_path: Path) -> None:
    path, stop = tmp_path / "index" / "index.db", tmp_path / "stop"
    generations = EmbeddedGenerations(path)
    generations.open().close()
    searcher = subprocess.Popen(
        [sys.executable, "-c", SEARCHER, str(path), str(stop)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert searcher.stdout is not None
    assert searcher.stdout.readline() == "ready\n"
    for n in range(1, 15):
        before = generations.serving()
        assert before is not None
        new = generations.build(f"g{n}")
        new.write([document(k) for k in range(n)])
        new.close()
        generations.swap(f"g{n}")
        generations.drop(before)
    stop.touch()
    answered, _ = searcher.communicate(timeout=30)
    assert searcher.returncode == 0
    assert int(answered) > 1
