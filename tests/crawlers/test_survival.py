"""What is killed, hangs or runs full loses nothing but time."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.archive import Archive
from core.contracts import Page, PageType
from core.errors import ArchiveUnavailable, LangngheError, StageFailed
from core.outcomes import Outcome, Result, Stage
from core.records import runs
from core.records.crawled import declare_sources, known_partitions
from core.records.hosts import Spent
from core.settings import BudgetSettings
from crawlers import child, reader, readers
from crawlers.batches import Batches, Crawl, Haul
from crawlers.budget import Purse
from crawlers.hosts import Hosts
from crawlers.process import child_lines
from crawlers.run import job
from crawlers.source import Budget
from crawlers.tasks import Task, What
from tests.crawlers.smallweb import Answer, Place, Web, article, labels

PARENT = """
import sys
from crawlers.process import child_lines
import json
for said in child_lines(json.load(sys.stdin)):
    print(json.dumps(said), flush=True)
"""


def until(true: Callable[[], bool], within: float = 20.0) -> None:
    """Wait until something is true."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def children(pid: int) -> set[int]:
    """Return the ids of a crawl's processes below `pid`; servers and browsers of other tests are none."""
    return {child for child in _below(pid) if b"\0crawlers." in Path(f"/proc/{child}/cmdline").read_bytes()}


def _below(pid: int) -> set[int]:
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(stat.parent.name)
            found |= {child} | _below(child)
    return found


def alive(pid: int) -> bool:
    """Say whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def many(web: Web, count: int = 60) -> None:
    """Put `count` articles that take a moment each."""
    for n in range(count):
        web.put(f"/bai/{n}", article(f"Tin số {n}"))
    web.feed("/rss.xml", [f"/bai/{n}" for n in range(count)])


def test_a_killed_crawl_takes_its_processes_along_and_is_run_again_without_doubles(
    web: Web, place: Place
) -> None:
    many(web)
    small = place.settings.crawl.model_copy(update={"batch_pages": 5})
    place.settings = place.settings.model_copy(update={"crawl": small})
    spec = web.spec()
    declare_sources(place.records, [(spec.id, spec.name, spec.home, True)])
    run_id = runs.start_run(place.records, "crawl")
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(json.dumps(job(place.settings, run_id, [spec])).encode())
        parent.stdin.close()
        assert b"archived" in parent.stdout.readline()
        below = children(parent.pid)
        assert len(below) >= 2
        parent.kill()
    until(lambda: not any(alive(pid) for pid in below))
    partitions = known_partitions(place.records)
    before = {page.id for page in place.pages()}
    assert 5 <= len(before) < 60
    assert len(partitions) >= len(before) // 5 - 1

    outcomes = place.later(hours=1).crawl(spec)
    archived = [o for o in outcomes if o.label == "archived"]
    assert len(outcomes) == 60
    assert len(archived) >= 60 - len(before)
    ids = [page.id for page in place.pages()]
    assert len(set(ids)) == 60


def test_the_death_of_the_crawl_process_is_said_plainly(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    web.pages["/bai/1"] = lambda _: _kill_child()
    with pytest.raises(StageFailed, match="crawl process died; run the command again"):
        place.crawl(web.spec())


def test_each_process_of_a_crawl_has_its_memory_bounded(web: Web, place: Place) -> None:
    limits: dict[str, list[str]] = {}

    def looked_at() -> Answer:
        for pid in children(os.getpid()):
            module = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[2].decode()
            (line,) = re.findall(r"Max data size +(\d+|unlimited)", Path(f"/proc/{pid}/limits").read_text())
            limits.setdefault(module, []).append(line)
        return Answer(article("Tin một"))

    web.feed("/rss.xml", ["/bai/1"])
    web.pages["/bai/1"] = lambda _: looked_at()
    place.crawl(web.spec())
    assert limits == {
        "crawlers.child": [str(child.MEMORY_LIMIT)],
        "crawlers.reader": [str(reader.MEMORY_LIMIT)],
    }


def _kill_child() -> Answer:
    for pid in children(os.getpid()):
        if b"crawlers.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    return Answer("")


def test_an_archive_that_can_not_be_written_stops_the_crawl_which_can_be_repeated(
    web: Web, place: Place, tmp_path: Path
) -> None:
    many(web, 3)
    whole = place.settings
    (tmp_path / "file").write_text("")
    place.settings = whole.model_copy(update={"archive_url": str(tmp_path / "file" / "archive")})
    with pytest.raises(ArchiveUnavailable, match=r"archive .*file/archive"):
        place.crawl(web.spec())
    assert not known_partitions(place.records)
    place.settings = whole
    assert set(labels(place.crawl(web.spec())).values()) == {"archived"}


def test_pages_that_the_archive_can_not_take_end_the_crawl_and_are_not_told(place: Place) -> None:
    told: list[Outcome] = []
    errors: list[LangngheError] = []
    crawl = Crawl(
        settings=place.settings.model_copy(
            update={"crawl": place.settings.crawl.model_copy(update={"batch_pages": 1})}
        ),
        run_id=runs.start_run(place.records, "crawl"),
        archive=Archive(place.settings.archive_location),
        records=place.records,
        readers=readers.Readers(),
        hosts=Hosts(place.records),
        tell=told.extend,
        finished=lambda *_: None,
        fail=errors.append,
    )
    page = Page(
        id="1",
        url="https://baothu.vn/bai/1",
        canonical_url="https://baothu.vn/bai/1",
        source_id="bao-thu",
        type=PageType.ARTICLE,
        text="\ud83d bị lạc ở chợ",  # half a surrogate pair can't be written as UTF-8
        fetched_at=datetime.now(UTC),
        content_hash="1",
    )
    outcome = Outcome(stage=Stage.CRAWL, item=page.url, source_id="bao-thu", result=Result.ARCHIVED)
    purse = Purse(BudgetSettings(), Budget(), Spent())
    asyncio.run(
        Batches(crawl, "bao-thu", Counter(), purse).process_item(Haul(pages=(page,), outcomes=(outcome,)))
    )
    (error,) = errors
    assert isinstance(error, StageFailed)
    assert "UnicodeEncodeError at pyarrow.lib" in str(error)
    assert "bị lạc" not in str(error), "the message of an error may hold a page's text"
    assert not told
    assert not runs.outcomes(place.records, crawl.run_id)


def test_leaving_a_crawl_ends_its_process(web: Web, place: Place) -> None:
    many(web, 30)
    small = place.settings.crawl.model_copy(update={"batch_pages": 1})
    spec = web.spec()
    declare_sources(place.records, [(spec.id, spec.name, spec.home, True)])
    settings = place.settings.model_copy(update={"crawl": small})
    lines = child_lines(job(settings, runs.start_run(place.records, "crawl"), [spec]))
    assert "outcome" in next(lines)
    below = children(os.getpid())
    lines.close()  # type: ignore[attr-defined]
    until(lambda: not any(alive(pid) for pid in below))


def test_a_parser_that_hangs_or_dies_costs_one_page(monkeypatch: pytest.MonkeyPatch, web: Web) -> None:
    task = Task(what=What.ARTICLE, spec=web.spec(), url=f"{web.base}/bai/1", fetched_at=datetime.now(UTC))
    body = article("Tin lành").encode()

    async def titles() -> list[str]:
        found: list[str] = []
        pool = readers.Readers()
        await pool.start(1)

        async def read() -> None:
            try:
                pages: tuple[Page, ...] = (await pool.read(task, body)).pages
                found.append(pages[0].title)
            except readers.ReadingFailed as error:
                found.append(str(error))

        await read()
        (pid,) = children(os.getpid())
        os.kill(pid, signal.SIGSTOP)  # a parser that hangs
        with monkeypatch.context() as patience:
            patience.setattr(readers, "READ_S", 0.3)
            await read()
        await read()
        (pid,) = children(os.getpid())
        os.kill(pid, signal.SIGKILL)  # a parser that dies
        await read()
        await read()
        await pool.close()
        return found

    assert asyncio.run(titles()) == [
        "Tin lành",
        "the parser did not end within 0 s",
        "Tin lành",
        "the parser ended without an answer",
        "Tin lành",
    ]
