"""Tombstones bar pages and what stands under them, and the records forget the rest."""

from collections.abc import Callable
from pathlib import Path

from core.archive import Archive
from core.contracts import Page
from core.outcomes import Outcome, Result, Stage
from core.records import Records, crawled, partitions, runs
from core.records.crawled import Seen
from core.records.tombstones import erase, erased, erased_ids, finish, pages_at, tombstones
from tests.conftest import NOON

MakePage = Callable[..., Page]


def test_a_tombstone_covers_a_page_and_what_stands_under_it(records: Records, make_page: MakePage) -> None:
    article = make_page(number=1)
    pages = [
        article,
        make_page(number=2, thread_id=article.id),
        make_page(number=3, parent_id=article.id),
        *(make_page(number=n) for n in range(4, 700)),
    ]
    assert erased(records, pages) == set()
    erase(records, {article.id: ()}, "an", "by request")
    assert erased(records, pages) == {p.id for p in pages[:3]}
    assert erased_ids(records, [p.id for p in pages]) == {article.id}


def test_it_keeps_who_and_why_of_the_first_time_and_opens_again(records: Records) -> None:
    erase(records, {"a": (), "b": ()}, "an", "first")
    finish(records, ["a", "b"])
    assert tombstones(records, unfinished=True) == []
    erase(records, {"a": ()}, "lan", "again")
    assert [(t.page_id, t.why, t.finished_at is None) for t in tombstones(records)] == [
        ("a", "first", True),
        ("b", "first", False),
    ]


def test_the_records_forget_addresses_and_keep_counts(records: Records) -> None:
    url = "https://bao.example/ten-em-be.html"
    seen = [
        Seen(id=name, source_id="bao", url=url, content_hash="h", fetched_at=NOON) for name in ("a", "other")
    ]
    crawled.record_batch(records, "run", [], [*seen, seen[0].model_copy(update={"id": "b", "url": "u"})], [])
    results = (Result.ARCHIVED, Result.QUARANTINED)
    for number, result in enumerate(results):
        outcome = Outcome(
            stage=Stage.CRAWL,
            item=url,
            url=url,
            source_id="bao",
            result=result,
            reason="x",
            detail=f"at {url}",
        )
        runs.record_outcomes(records, f"run-{number}", [outcome])
    assert pages_at(records, url) == {"a", "other"}
    erase(records, {"a": {url}}, "an", "by request")
    assert pages_at(records, url) == set()
    assert set(crawled.seen(records, ["a", "b", "other"])) == {"b"}
    assert runs.quarantined(records) == []
    for number, result in enumerate(results):
        [kept] = runs.outcomes(records, f"run-{number}")
        assert (kept.item, kept.result, kept.detail) == ("a", result, "")


def test_a_rewritten_partition_takes_the_place_of_the_old(
    records: Records, make_page: MakePage, tmp_path: Path
) -> None:
    archive = Archive(str(tmp_path))
    [old] = archive.write([make_page(number=n) for n in range(3)])
    [new] = archive.write([make_page(number=n) for n in range(2)])
    crawled.record_batch(records, "run", [old], [], [])
    crawled.partition_done(records, "run", old.path, "analyse", [])
    crawled.partition_built(records, "run", old.path, "next", [])
    for _ in range(2):  # a kill may make it come twice
        partitions.replace(records, old.path, new)
        archive.remove(old.path)
    assert crawled.known_partitions(records) == {new.path} == set(archive.partitions())
    assert partitions.retired(records, [old.path, new.path]) == {old.path}
    assert [p.path for p in crawled.partitions_to_do(records, "index")] == [new.path]
    assert crawled.partitions_to_build(records, "next") == []
    assert [name.id for name in archive.names(new.path)] == [p.id for p in archive.read(new.path)]
    partitions.replace(records, new.path, None)
    archive.remove(new.path)
    assert crawled.known_partitions(records) == set()
