"""The stages on real parts: what fails is set aside alone, what is derived is made anew."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from core.contracts import AlertKind, Analysis, Page, PageType, Reason, SourceState, What, Why
from core.errors import BadSettings, Busy
from core.outcomes import Stage
from core.records import crawled, runs, tombstones
from core.records.claims import held
from core.records.decisions import Shown, decide
from core.settings import Settings
from index.engine import Query
from langnghe import maintaining, pipeline
from langnghe.house import House, running
from langnghe.indexing import index_documents
from langnghe.replaying import replay
from nlp.analyser import Analyser
from tests.conftest import NOON
from tests.langnghe.conftest import archive, run

MakePage = Callable[..., Page]
EVERYTHING = Query(relevant=None)


def test_a_damaged_partition_is_set_aside_alone_and_taken_up_when_restored(
    house: House, make_page: MakePage
) -> None:
    [bad] = archive(house, [make_page(number=1, source_id="a")])
    archive(house, [make_page(number=2, source_id="b")])
    file = Path(house.settings.archive_location) / bad
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert sorted(o.label for o in run(house)) == ["analysed", "indexed", "quarantined:partition_damaged"]
    [held] = runs.quarantined(house.records)
    assert held.item == bad
    assert "restore it from a backup" in held.detail

    file.write_bytes(whole)
    assert sorted(o.label for o in run(house)) == ["analysed", "indexed"]
    assert runs.quarantined(house.records) == []


def test_an_archived_partition_that_a_kill_kept_from_the_records_is_taken_up(
    house: House, make_page: MakePage
) -> None:
    page = make_page()
    house.archive.write([page])
    assert [o.label for o in run(house)] == ["analysed", "indexed"]
    assert crawled.seen(house.records, [page.id])[page.id].content_hash == page.content_hash


def test_an_index_that_was_lost_is_made_anew_with_all_decisions(
    house: House, settings: Settings, make_page: MakePage
) -> None:
    pages = [make_page(number=n) for n in range(5)]
    archive(house, pages)
    run(house)
    shown = Shown(page_id=pages[0].id, content_hash="h", model="m", severity=0, categories=(), seq=0)
    decide(house.records, "lan", What.CONFIRM, [shown])
    house.engine.close()
    for part in settings.data_dir.glob("index.db*"):
        part.unlink()

    again = House(house.settings)
    assert [o.label for o in run(again)] == ["indexed"] * 5
    assert again.engine.search(EVERYTHING).total == 5
    hit = again.engine.get(pages[0].id)
    assert hit is not None
    assert hit.triage.state == "confirmed"
    again.engine.close()
    again.records.close()


def test_a_lost_spool_is_analysed_again(house: House, make_page: MakePage) -> None:
    archive(house, [make_page()])
    with running(house, "test") as run_id:
        pipeline.analyse(house, run_id)
        for file in (house.settings.data_dir / "analysed").rglob("*.gz"):
            file.write_bytes(b"broken")
        pipeline.index(house, run_id)
    assert house.engine.search(EVERYTHING).total == 1


class Choking(Analyser):
    """The packaged models, choking on one word: a fault in one page that no test of ours foresaw."""

    def analyse(self, pages: Sequence[Page]) -> list[Analysis]:
        """Analyse, or fail."""
        if any("xương cá" in page.text for page in pages):
            raise RecursionError("too deep")
        return super().analyse(pages)


def test_a_page_that_can_t_be_analysed_is_quarantined_alone_and_replayed(
    house: House, make_page: MakePage
) -> None:
    sound = house.analyser
    house.__dict__["analyser"] = Choking(sound.risk, sound.sentiment, sound.hostility)
    bad = make_page(number=3, text="Bài này mắc xương cá.")
    archive(house, [make_page(number=n) for n in range(3)] + [bad])
    labels = [o.label for o in run(house)]
    assert sorted(labels) == ["analysed"] * 3 + ["indexed"] * 3 + ["quarantined:analysis_failed"]
    house.__dict__["analyser"] = sound
    with running(house, "replay") as run_id:
        assert replay(house, run_id, [bad.id]) == 1
    assert runs.quarantined(house.records) == []
    assert house.engine.search(EVERYTHING).total == 4


def test_equal_articles_fold_under_the_earliest_whatever_comes_first(
    house: House, make_page: MakePage
) -> None:
    text = " ".join(f"Câu thứ {n} của bài viết được đăng lại trên nhiều báo." for n in range(12))
    late = make_page(number=1, text=text, published_at=NOON - timedelta(hours=1))
    early = make_page(number=2, text=text, title="Tựa khác", published_at=NOON - timedelta(hours=5))
    archive(house, [late])
    run(house)
    archive(house, [early])
    run(house)
    follower, leader = house.engine.get(late.id), house.engine.get(early.id)
    assert follower is not None
    assert leader is not None
    assert follower.document.analysis.duplicate_of == early.id
    assert leader.document.analysis.duplicate_of is None


def test_texts_about_one_case_share_a_story_that_outlives_the_index(
    house: House, make_page: MakePage
) -> None:
    place = "ở đập Cây Sến, xã Đồng Bẩm, huyện Nghĩa Đàn (Nghệ An) hôm 18/11"
    told = (
        f"Hai em học sinh lớp 4 bị đuối nước {place}. Người dân tìm thấy thi thể hai cháu sau ba giờ.",
        f"Gia đình tiễn đưa hai học sinh lớp 4 bị đuối nước {place}. Đập không có rào chắn cho trẻ em.",
    )
    first, second = (
        make_page(number=n, title=f"Hai học sinh đuối nước ở đập Cây Sến: tin {n}", text=text)
        for n, text in enumerate(told)
    )
    comment = make_page(
        number=5, type=PageType.COMMENT, title="", text="Thương hai cháu quá", thread_id=first.id
    )
    archive(house, [comment, first])
    run(house)
    archive(house, [second])
    run(house)
    found = [house.engine.get(page.id) for page in (first, second, comment)]
    [story] = {hit.document.analysis.story_id for hit in found if hit}
    assert story is not None
    house.engine.close()
    for part in house.settings.data_dir.glob("index.db*"):
        part.unlink()
    again = House(house.settings)
    run(again)
    hit = again.engine.get(second.id)
    assert hit is not None
    assert hit.document.analysis.story_id == story
    again.engine.close()
    again.records.close()


def test_runs_go_on_beside_each_other_but_not_beside_one_that_is_alone(house: House) -> None:
    with running(house, "run", "dag-1"), running(house, "crawl", "dag-1", part="bao"), running(house, "run"):
        with pytest.raises(Busy, match="another run works on"), running(house, "erase", alone=True):
            pass
        assert {run.status for run in runs.runs(house.records)} == {"running"}
    assert {run.status for run in runs.runs(house.records)} == {"done"}
    with running(house, "erase", alone=True), pytest.raises(Busy), running(house, "run"):
        pass


def test_who_waits_to_be_alone_lets_no_other_run_begin(house: House) -> None:
    def erase() -> None:
        with running(house, "erase", wait_s=60, alone=True):
            pass

    with ThreadPoolExecutor() as pool:
        with running(house, "run"):
            waits = pool.submit(erase)
            while held(house.records, "next:run") is False:  # the test's time-out is the deadline
                pass
            with pytest.raises(Busy), running(house, "crawl"):
                pass
        waits.result()
    with running(house, "crawl"):
        pass


def test_a_run_that_fails_is_closed_as_failed(house: House) -> None:
    def fail() -> None:
        with running(house, "run"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert runs.runs(house.records)[0].status == "failed"


def test_silent_and_failed_sources_raise_one_alert_each(house: House, tmp_path: Path) -> None:
    for name in ("im", "hong", "tot"):
        (tmp_path / "sources" / f"{name}.yaml").write_text(
            f"id: {name}\nname: Báo {name}\nhome: https://{name}.example/\ntype: news\n"
            f"discover: {{feeds: ['https://{name}.example/rss']}}\narticles: {{allow: ['.']}}\n"
        )
    now = datetime.now(UTC)
    assert pipeline.watch(house, now) == []
    for name in ("im", "hong", "tot"):
        crawled.source_ran(house.records, name, SourceState.OK, new=True)
    later = now + timedelta(hours=house.settings.watch.silent_hours + 1)
    for kind in (AlertKind.LATE, AlertKind.FAILED):
        crawled.source_ran(house.records, "hong", SourceState.FAILED, reasons=[Reason(code=Why.NO_PAGE)])
        assert [(a.kind, a.facts["source"]) for a in pipeline.watch(house, now)] == [(kind, "hong")]
    assert [(a.kind, a.facts["source"]) for a in pipeline.watch(house, later)] == [
        (AlertKind.SILENT, "im"),
        (AlertKind.SILENT, "tot"),
    ]
    assert pipeline.watch(house, later) == []


def test_outcomes_are_stored_once_for_each_item_and_stage(house: House, make_page: MakePage) -> None:
    archive(house, [make_page(number=n) for n in range(4)])
    told = run(house)
    latest = runs.runs(house.records, limit=1)[0]
    assert sorted(runs.outcomes(house.records, latest.id), key=str) == sorted(told, key=str)
    assert {o.stage for o in told} == {Stage.ANALYSE, Stage.INDEX}


def test_an_old_revision_that_comes_late_spoils_nothing(house: House, make_page: MakePage) -> None:
    other = " ".join(f"Câu thứ {n} của một bài khác hẳn trên một báo khác." for n in range(12))
    archive(house, [make_page(number=9, text=other, published_at=NOON - timedelta(days=2))])
    new = make_page(
        number=1, text="Bản mới của bài.", content_hash="b" * 32, fetched_at=NOON + timedelta(hours=2)
    )
    archive(house, [new])
    run(house)
    archive(house, [make_page(number=1, text=other, content_hash="a" * 32)])
    run(house)
    hit = house.engine.get(new.id)
    assert hit is not None
    assert hit.document.page.text == "Bản mới của bài."
    assert hit.document.analysis.duplicate_of is None


def test_a_text_with_masked_words_is_unchanged_when_written_again(house: House, make_page: MakePage) -> None:
    document = make_page(text="Cháu Nguyễn Thị Bưởi bị bạn đánh, gọi 0912345678 giúp cháu.")
    documents, _ = pipeline.analyse_pages(house, [document])
    assert [o.label for o in index_documents(house, documents)] == ["indexed"]
    assert [o.label for o in index_documents(house, documents)] == ["unchanged"]


def test_a_public_source_is_crawled_only_by_someone_who_can_be_written_to(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "sources" / "bao.yaml").write_text(
        "id: bao\nname: Báo\nhome: https://bao.example/\ntype: news\n"
        "discover: {feeds: ['https://bao.example/rss']}\narticles: {allow: ['.']}\n"
    )
    with running(house, "run") as run_id, pytest.raises(BadSettings, match=r"crawl\.contact"):
        pipeline.run(house, run_id)


def test_a_due_time_far_ahead_is_a_clock_set_back(house: House, tmp_path: Path) -> None:
    (tmp_path / "sources" / "bao.yaml").write_text(
        "id: bao\nname: Báo\nhome: http://127.0.0.9/\ntype: news\nallow_addresses: [127.0.0.9]\n"
        "discover: {feeds: ['http://127.0.0.9:9/rss']}\narticles: {allow: ['.']}\n"
    )
    assert pipeline.due(house) == ["bao"]
    pipeline.watch(house, datetime.now(UTC))
    crawled.source_ran(house.records, "bao", SourceState.OK, every=timedelta(minutes=30))
    assert pipeline.due(house) == []
    assert run(house) == []
    crawled.source_ran(house.records, "bao", SourceState.OK, every=timedelta(days=300))
    assert pipeline.due(house) == ["bao"]
    assert [o.label for o in run(house)] != []


def test_a_clock_that_jumps_costs_each_source_one_more_crawl_and_no_run(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        ahead = timedelta()

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + cls.ahead

    for module in (pipeline, crawled, runs):
        monkeypatch.setattr(module, "datetime", Clock)
    (tmp_path / "sources" / "bao.yaml").write_text(
        "id: bao\nname: Báo\nhome: http://127.0.0.9/\ntype: news\nevery_minutes: 30\n"
        "discover: {feeds: ['http://127.0.0.9:9/rss']}\narticles: {allow: ['.']}\n"
    )
    pipeline.declare(house)
    names = set()
    with running(house, "run") as open_all_the_while:
        for ahead in (
            timedelta(),
            timedelta(days=3),
            timedelta(),
            timedelta(minutes=-5),
            timedelta(days=-400),
        ):
            Clock.ahead = ahead
            with running(house, "crawl") as name:
                names.add(name)
                assert pipeline.due(house) == ["bao"]
                crawled.source_ran(house.records, "bao", SourceState.OK, every=timedelta(minutes=30))
                assert pipeline.due(house) == []
        assert {r.id: r.status for r in runs.runs(house.records)} == {
            **dict.fromkeys(names, "done"),
            open_all_the_while: "running",
        }
    assert len(names) == 5


def test_a_retry_takes_up_the_run_of_its_name(house: House) -> None:
    for _ in range(2):
        with running(house, "run", "dag-1"):
            pass
    assert [r.id for r in runs.runs(house.records)] == ["dag-1"]


def test_single_partitions_are_analysed_and_indexed_by_their_names(house: House, make_page: MakePage) -> None:
    paths = [archive(house, [make_page(number=n)])[0] for n in range(3)]
    assert pipeline.waiting(house) == paths
    with running(house, "test") as run_id:
        pipeline.analyse(house, run_id, paths=paths[1:2])
        pipeline.index(house, run_id, paths=paths[1:2])
        assert pipeline.waiting(house) == [paths[0], paths[2]]
        pipeline.analyse(house, run_id)
        pipeline.index(house, run_id, paths=[])
        assert pipeline.waiting(house) == [paths[0], paths[2]]
        assert house.engine.search(EVERYTHING).total == 1
        pipeline.index(house, run_id)
    assert pipeline.waiting(house) == []
    assert house.engine.search(EVERYTHING).total == 3


def test_what_another_process_is_about_to_write_down_is_left_to_it(house: House, make_page: MakePage) -> None:
    [orphan] = house.archive.write([make_page()])
    house.spool.write(orphan.path, [])  # it waits for no index
    # Adopting waits for nobody: who finishes erasures alone waits for the right to rearrange.
    with running(house, "crawl") as run_id, house.nobody_collects(), house.rearranging():
        with house.only_one_on("bao"):
            assert pipeline.adopt(house, run_id) == 0
        assert pipeline.adopt(house, run_id) == 1
    with running(house, "index") as run_id:
        with house.partition(orphan.path):
            pipeline.analyse(house, run_id)
            pipeline.index(house, run_id)
        assert pipeline.waiting(house) == [orphan.path]
        assert house.spool.partitions() == {orphan.path}
        pipeline.index(house, run_id)
        assert house.spool.partitions() == set()


def test_an_erasure_that_was_cut_off_is_finished_by_a_crawl_that_begins_alone(house: House) -> None:
    tombstones.erase(house.records, {"a" * 24: ()}, "lan", "theo yêu cầu")
    with running(house, "crawl") as run_id:
        with house.collecting("another"):
            pipeline.crawl(house, run_id)
        assert tombstones.tombstones(house.records, unfinished=True)
        pipeline.crawl(house, run_id)
        assert not tombstones.tombstones(house.records, unfinished=True)


def test_an_erasure_that_was_cut_off_is_finished_in_the_night(house: House) -> None:
    tombstones.erase(house.records, {"a" * 24: ()}, "lan", "theo yêu cầu")
    with running(house, "maintenance", alone=True):
        maintaining.prune(house, datetime.now(UTC))
    assert not tombstones.tombstones(house.records, unfinished=True)
