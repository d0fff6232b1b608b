"""Erasure on request: nothing of the text stays, nothing comes back, whatever cuts the work off."""

import gzip
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from markupsafe import escape

from core.archive import Archive
from core.contracts import Alert, AlertKind, Page, PageType, ReportFile, State, What
from core.errors import ArchiveUnavailable, BadUsage
from core.outcomes import Outcome, Result, Stage
from core.records import crawled, decisions, notices, partitions, runs, tombstones
from core.records.signatures import signatures
from index.embedded import EmbeddedEngine
from index.embedded.generations import EmbeddedGenerations
from langnghe import erasing, pipeline
from langnghe.house import House, running
from langnghe.rebuild import rebuild
from nlp import duplicates
from nlp.analyser import Analyser
from tests.conftest import NOON
from tests.langnghe.conftest import archive, command, decide, in_a_process, indexed, killed_at, opened, run
from tests.langnghe.world import made
from tests.s3 import S3

# Words of no language, so that they can be looked for in any file.
TITLE, BODY, SLUG, REMARK = "Vabolinko", "quetzimar", "tin-vabolinko-77", "drufolant"
WORDS = (TITLE, BODY, SLUG, REMARK, "vabolinko")


def article(**given: Any) -> Page:
    url = f"https://bao.example/{SLUG}.html"
    text = f"Bé trai {BODY} bị lạc ở chợ và đã được tìm thấy. " + " ".join(f"Câu {n}." for n in range(40))
    facts = {"url": url, "canonical_url": url, "title": f"{TITLE} bị lạc", "text": text} | given
    return made(900, **facts)


def comment(under: Page) -> Page:
    return made(
        901,
        type=PageType.COMMENT,
        url=f"{under.url}#c1",
        canonical_url=f"{under.canonical_url}#c1",
        text=f"Mừng quá {REMARK} ơi",
        thread_title=under.title,
        thread_id=under.id,
        parent_id=under.id,
    )


@pytest.fixture
def page(filled: House) -> Page:
    """An article with a comment and an older revision, which many files hold something of."""
    page = article()
    archive(filled, [page, comment(page), made(902, text="Tin khác trong cùng phân vùng.")])
    run(filled)
    archive(filled, [article(fetched_at=NOON + timedelta(days=1), lead=f"Bản sửa: {BODY}")])
    run(filled)
    alert = Alert(key="grave:x", kind=AlertKind.GRAVE, at=NOON, facts={"page_id": page.id, "title": TITLE})
    notices.raise_alerts(filled.records, [alert, alert.model_copy(update={"key": "y", "facts": {"n": 1}})])
    with running(filled, "test") as name:
        failed = Outcome(
            stage=Stage.CRAWL,
            item=page.url,
            source_id="bao",
            url=page.url,
            result=Result.QUARANTINED,
            reason="timeout",
            detail=f"no answer from {page.url}",
        )
        runs.record_outcomes(filled.records, name, [failed])
    reports = filled.settings.reports_dir
    reports.mkdir()
    for week, linked in (("2026-W46", "https://bao.example/1.html"), ("2026-W47", page.url)):
        (reports / f"{week}.html").write_text(f'<a href="{linked}">Xem tại nguồn</a>')
        (reports / f"{week}.pdf").write_text(f"%PDF {linked}")
        made_report = ReportFile(week=week, made_at=NOON, html=f"{week}.html", pdf=f"{week}.pdf")
        notices.record_report(filled.records, made_report)
    return page


def erase(house: House, page: str) -> erasing.Erased:
    """Erase as the command does."""
    erasing.request(house, page, "an", "the family asked")
    with running(house, "erase"):
        return erasing.go_on(house)


def left_in(folder: Path) -> set[tuple[str, str]]:
    """Return the files below `folder` with the words that they hold, packed ones unpacked."""
    found = set()
    for file in folder.rglob("*"):
        if not file.is_file() or file.is_symlink():
            continue
        body = file.read_bytes()
        if file.suffix == ".gz":
            body = gzip.decompress(body)
        if file.suffix == ".parquet":
            body = json.dumps(pq.read_table(file).to_pylist(), default=str).encode()
        name = file.relative_to(folder).as_posix()
        found |= {(name, word) for word in WORDS if word.encode() in body or word in name}
    return found


def test_no_byte_of_an_erased_page_is_left_in_the_data_folder(filled: House, page: Page) -> None:
    assert {word for _, word in left_in(filled.settings.data_dir)} == set(WORDS)
    before = indexed(filled)
    erased = erase(filled, page.id)
    assert left_in(filled.settings.data_dir) == set()
    assert erased.pages == tuple(sorted([page.id, comment(page).id]))
    assert erased.partitions == 2
    assert erased.reports == ("2026-W47",)
    assert set(indexed(filled)) == set(before) - set(erased.pages)
    assert {h.document.id: h for h in indexed(filled).values()} == {
        name: hit for name, hit in before.items() if name not in erased.pages
    }
    assert [r.week for r in notices.reports(filled.records)] == ["2026-W46"]
    assert [a.key for a in notices.alerts(filled.records)] == ["y"]
    assert runs.quarantined(filled.records) == []
    stones = tombstones.tombstones(filled.records)
    assert {(s.page_id, s.who, s.why) for s in stones} == {
        (name, "an", "the family asked") for name in erased.pages
    }
    assert all(s.finished_at for s in stones)
    assert run(filled) == []


@pytest.mark.parametrize("given", ["{url}", "http://www.bao.example/tin-vabolinko-77.html?utm_source=x"])
def test_a_page_can_be_named_by_its_address(filled: House, page: Page, given: str) -> None:
    moved = tombstones.pages_at(filled.records, page.url)
    assert moved == {page.id}
    assert page.id in erase(filled, given.format(url=page.url)).pages
    assert left_in(filled.settings.data_dir) == set()


def test_what_is_neither_id_nor_address_is_refused(filled: House) -> None:
    for wrong in ("tin-77", "ftp://bao.example/1", "https://", "A" * 24):
        with pytest.raises(BadUsage):
            erasing.request(filled, wrong, "an", "x")
    assert tombstones.tombstones(filled.records) == []


def test_decisions_stay_on_the_register_and_in_force_nowhere(filled: House, page: Page) -> None:
    decide(filled, page.id, What.CONFIRM)
    held = decisions.verify(filled.records)
    erase(filled, page.id)
    assert decisions.verify(filled.records) == held
    assert decisions.triages(filled.records)[page.id].state is State.CONFIRMED
    filled.engine.apply(decisions.triages(filled.records))
    assert filled.engine.get(page.id) is None


def test_an_erased_page_that_is_brought_back_is_not_let_in(filled: House, page: Page) -> None:
    folder = Path(filled.settings.archive_location)
    backup = shutil.copytree(folder, folder.parent.parent / "backup")
    erase(filled, page.id)
    shutil.copytree(backup, folder, dirs_exist_ok=True)
    archive(filled, [article(fetched_at=NOON + timedelta(days=9))])  # and by a crawl that had begun before
    told = run(filled)
    assert "dropped:erased" in {o.label for o in told}
    assert filled.engine.get(page.id) is None
    assert rebuild(filled).documents == filled.engine.size()
    assert filled.engine.get(page.id) is None
    erase(filled, page.id)
    assert left_in(filled.settings.data_dir) == set()


def test_a_copy_of_an_erased_page_is_named_and_gets_another_leader(filled: House, page: Page) -> None:
    later = [
        made(910 + n, source_id="bao-lai", title="Tin đăng lại", text=page.text, published_at=NOON)
        for n in range(2)
    ]
    archive(filled, later)
    run(filled)
    first, second = sorted(p.id for p in later)
    assert erase(filled, page.id).copies == (first, second)
    leaders = {name: indexed(filled)[name].document.analysis.duplicate_of for name in (first, second)}
    assert leaders == {first: None, second: first}
    with signatures(filled.records, duplicates.KIND) as store:
        assert store.get(page.id) is None
    erase(filled, first)
    assert indexed(filled)[second].document.analysis.duplicate_of is None


def test_what_waits_to_be_indexed_is_erased_too(filled: House, page: Page) -> None:
    with running(filled, "test") as name:
        other = article(fetched_at=NOON + timedelta(days=2), lead="Bản thứ ba")
        crawled.record_batch(filled.records, name, filled.archive.write([other]), [], [])
        pipeline.analyse(filled, name)
    assert list((filled.settings.data_dir / "analysed").rglob("*.gz"))
    erase(filled, page.id)
    assert left_in(filled.settings.data_dir) == set()
    assert run(filled) == []


def test_drafts_that_a_kill_left_in_the_archive_go_as_well(filled: House, page: Page) -> None:
    path = next(p for p in filled.archive.partitions() if "source=bao/" in p)
    folder, name = f"{filled.settings.archive_location}/{path}".rsplit("/", 1)
    draft = Path(folder) / f".{name}.{'0' * 32}"
    draft.write_text(BODY)
    erase(filled, page.id)
    assert not draft.exists()


KILLED: dict[str, tuple[Any, str, bool]] = {
    "what is left of a partition is written": (Archive, "write", True),
    "the records know it": (partitions, "replace", True),
    "the records do not know it yet": (partitions, "replace", False),
    "the old partition is removed": (Archive, "remove", True),
    "signatures are to be forgotten": (erasing, "forget", False),
    "signatures are forgotten": (erasing, "forget", True),
    "the index let go of it": (EmbeddedEngine, "remove", True),
    "all but the note that it is done": (tombstones, "finish", False),
}


@pytest.mark.parametrize("part", KILLED)
def test_an_erasure_that_is_killed_is_ended_by_the_next_run(filled: House, page: Page, part: str) -> None:
    owner, name, after = KILLED[part]
    before = indexed(filled)

    def work() -> None:
        house = opened(filled.settings, filled.analyser)
        with killed_at(owner, name, after=after):
            erase(house, page.id)

    assert in_a_process(work) == -signal.SIGKILL
    run(filled)
    assert left_in(filled.settings.data_dir) == set()
    assert set(indexed(filled)) == set(before) - {page.id, comment(page).id}
    assert not tombstones.tombstones(filled.records, unfinished=True)
    assert crawled.known_partitions(filled.records) == set(filled.archive.partitions())
    assert rebuild(filled).documents == filled.engine.size()


def test_a_damaged_partition_keeps_an_erasure_open_until_it_is_restored(filled: House, page: Page) -> None:
    paths = [p for p in filled.archive.partitions() if page.id in {n.id for n in filled.archive.names(p)}]
    file = Path(filled.settings.archive_location) / paths[0]
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    erased = erase(filled, page.id)
    assert erased.unsearched == (paths[0],)
    assert filled.engine.get(page.id) is None
    assert filled.engine.get(comment(page).id) is None
    assert len(tombstones.tombstones(filled.records, unfinished=True)) == 2
    run(filled)  # which it does not hold up
    file.write_bytes(whole)
    run(filled)
    assert not tombstones.tombstones(filled.records, unfinished=True)
    assert left_in(filled.settings.data_dir) == set()


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Be an account that owns `folder` and may not do everything."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_archive_that_may_not_be_written_keeps_an_erasure_open(page: Page, filled: House) -> None:
    with tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        folder = shutil.copytree(filled.settings.data_dir, Path(top) / "data", symlinks=True)
        with as_nobody(folder):
            (Path(top) / "data" / "sources").mkdir()
            places = {"data_dir": folder, "sources_dir": folder / "sources"}
            settings = filled.settings.model_copy(update=places)
            house = opened(settings, filled.analyser)
            folders = {path.parent for path in (folder / "archive").rglob("*.parquet")}
            for each in folders:
                each.chmod(0o555)
            with pytest.raises(ArchiveUnavailable, match="archive"):
                erase(house, page.id)
            assert len(tombstones.tombstones(house.records, unfinished=True)) >= 1
            run(house)  # is not held up
            for each in folders:
                each.chmod(0o755)
            run(house)
            assert left_in(folder) == set()
            house.engine.close()
            house.records.close()


def test_pages_are_erased_from_an_archive_in_an_object_store(
    house: House, analyser: Analyser, page_in_store: Page, s3: S3
) -> None:
    update = {"archive_url": f"s3://{s3.make_bucket()}", "s3": s3.settings}
    place = opened(house.settings.model_copy(update=update), analyser)
    archive(place, [page_in_store, made(902, text="Tin khác.")])
    run(place)
    erase(place, page_in_store.id)
    [left] = place.archive.partitions()
    assert [p.text for p in place.archive.read(left)] == ["Tin khác."]
    erase(place, made(902, text="").id)
    assert list(place.archive.partitions()) == []
    assert place.engine.size() == 0
    place.engine.close()
    place.records.close()


@pytest.fixture
def page_in_store() -> Page:
    return article()


def test_while_a_run_holds_the_folder_the_page_is_barred_at_once(filled: House, page: Page) -> None:
    with running(filled, "run"):
        asked = command("--data-dir", str(filled.settings.data_dir), "erase", page.url, "--why", "by request")
        assert asked.returncode == 1
        assert "another run works on" in asked.stderr
        assert page.id in {t.page_id for t in tombstones.tombstones(filled.records, unfinished=True)}
    run(filled)
    assert left_in(filled.settings.data_dir) == set()


def test_the_command_says_what_it_did(filled: House, page: Page) -> None:
    folder = str(filled.settings.data_dir)
    without = command("--data-dir", folder, "erase", page.id, "--why", " ")
    assert without.returncode == 2
    done = command("--data-dir", folder, "erase", page.id, "--why", "by request", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["partitions"] == 2
    assert said["reports"] == ["2026-W47"]
    assert TITLE not in done.stdout


def test_the_old_index_that_a_killed_rebuild_left_goes_too(filled: House, page: Page) -> None:
    def work() -> None:
        with killed_at(EmbeddedGenerations, "swap", after=True):
            rebuild(opened(filled.settings, filled.analyser))

    assert in_a_process(work) == -signal.SIGKILL
    assert len(filled.generations.names()) == 2
    erase(filled, page.id)
    assert left_in(filled.settings.data_dir) == set()


def test_an_answer_goes_with_the_remark_that_goes_with_the_page(filled: House) -> None:
    page = made(910, text="Bài gốc. " * 50)
    under = {"type": PageType.COMMENT, "parent_id": page.id, "source_id": "zzz"}
    remark = made(911, url=f"{page.url}#c1", text="Bình luận thứ nhất", **under)
    under |= {"parent_id": remark.id, "source_id": "aaa"}
    answer = made(912, url=f"{page.url}#c2", text="Trả lời", **under)
    archive(filled, [page, remark, answer])
    run(filled)
    assert set(erase(filled, page.id).pages) >= {page.id, remark.id, answer.id}


@pytest.mark.parametrize("held", [True, False])
def test_a_report_of_an_odd_address_goes_even_if_the_page_was_pruned(filled: House, held: bool) -> None:
    url = "https://bao.example/tin-'la'-77.html"
    if held:
        archive(filled, [made(920, url=url, canonical_url=url, text="Một bản tin ngắn.")])
        run(filled)
    report = filled.settings.reports_dir / "2026-W47.html"
    report.parent.mkdir()
    report.write_text(f'<a href="{escape(url)}">Xem tại nguồn</a>')
    named = ReportFile(week="2026-W47", made_at=NOON, html=report.name, pdf="2026-W47.pdf")
    notices.record_report(filled.records, named)
    erase(filled, url)
    assert not report.exists()
    assert notices.reports(filled.records) == []
