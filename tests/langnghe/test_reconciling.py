"""Outcomes reconciled: what was lost is named, what waits or was set aside is not; partitions fail alone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from core.contracts import Alert, AlertKind, Page, SourceState
from core.errors import BadModel, NotReconciled, PartitionsFailed, StageFailed
from core.outcomes import Outcome, Result, Stage
from core.records import crawled, notices, runs
from core.records.claims import hold
from core.records.tables import PartitionRow, RunRow
from langnghe import erasing, partitions, pipeline, taking_up
from langnghe.house import House, running
from tests.langnghe.conftest import archive

MakePage = Callable[..., Page]
SOURCE = (
    "id: bao\nname: Báo\nhome: http://127.0.0.9/\ntype: news\nallow_addresses: [127.0.0.9]\n"
    "discover: {feeds: ['http://127.0.0.9:9/rss']}\narticles: {allow: ['.']}\n"
)


def lose(house: House) -> None:
    """Let all partitions be gone, and nobody know of them."""
    for path in list(house.archive.partitions()):
        house.archive.remove(path)
    with house.records.write() as session:
        session.execute(delete(PartitionRow))


def test_what_was_analysed_is_indexed_or_waits_or_is_missed(house: House, make_page: MakePage) -> None:
    pages = [make_page(number=n) for n in range(3)]
    archive(house, pages)
    with running(house, "test", "one") as run_id:
        pipeline.analyse(house, run_id)
        assert pipeline.reconcile(house, run_id) == {"analysed": 3}  # it waits
        lose(house)
        with pytest.raises(
            NotReconciled, match=f"run one: 3 pages were analysed .* {min(p.id for p in pages)}"
        ):
            pipeline.reconcile(house, run_id)
        told = [(pages[0], Result.INDEXED, ""), (pages[1], Result.QUARANTINED, "index_refused")]
        runs.record_outcomes(
            house.records,
            "another",
            [Outcome(stage=Stage.INDEX, item=p.id, source_id="bao", result=r, reason=y) for p, r, y in told],
        )
        with pytest.raises(NotReconciled, match=f"1 pages were analysed .* {pages[2].id}"):
            pipeline.reconcile(house, run_id)


def test_what_was_archived_is_in_a_partition(house: House, make_page: MakePage) -> None:
    archive(house, [make_page(number=n) for n in range(3)])
    (run,) = runs.runs(house.records)
    assert pipeline.reconcile(house, run.id) == {"archived": 3}
    lose(house)
    with pytest.raises(NotReconciled, match="source bao: 3 pages archived, 0 in partitions"):
        pipeline.reconcile(house, run.id)


def test_what_a_kill_left_of_any_source_is_adopted(house: House, make_page: MakePage) -> None:
    [orphan] = house.archive.write([make_page(source_id="da-tat")])
    with running(house, "test") as run_id:
        pipeline.reconcile(house, run_id)
    assert pipeline.waiting(house) == [orphan.path]


def test_what_was_erased_or_pruned_meanwhile_is_not_missed(house: House, make_page: MakePage) -> None:
    pages = [make_page(number=n) for n in range(3)]
    archive(house, pages)
    (crawl,) = runs.runs(house.records)
    with running(house, "test", "one") as run_id:
        pipeline.analyse(house, run_id)
    erasing.request(house, pages[0].id, "people", "asked")
    with running(house, "erase"):
        erasing.go_on(house)
    pipeline.reconcile(house, crawl.id)
    pipeline.reconcile(house, run_id)
    with house.rearranging():
        partitions.rewrite(house, pipeline.waiting(house)[0], {pages[1].id})  # as a prune does
    pipeline.reconcile(house, crawl.id)
    pipeline.reconcile(house, run_id)


def test_a_source_that_was_due_was_read_or_another_run_is_at_it(house: House) -> None:
    (house.settings.sources_dir / "bao.yaml").write_text(SOURCE, "utf-8")  # type: ignore[operator]
    pipeline.declare(house)
    with running(house, "test", "one") as run_id:
        with pytest.raises(NotReconciled, match="source bao was due and has not been read"):
            pipeline.reconcile(house, run_id, ["bao"])
        with house.records.write() as session:  # the clock is set back
            session.get_one(RunRow, run_id).started_at += timedelta(hours=1)
        pipeline.reconcile(house, run_id, ["bao"])
        with house.records.write() as session:
            session.get_one(RunRow, run_id).started_at -= timedelta(hours=1)
        with hold(house.records, "source:bao"):
            pipeline.reconcile(house, run_id, ["bao", "gone"])
        crawled.source_ran(house.records, "bao", SourceState.FAILED)
        pipeline.reconcile(house, run_id, ["bao"])


def test_the_longest_overdue_sources_come_first_and_the_log_tells_of_the_rest(
    house: House,
) -> None:
    for name in ("a", "b", "c"):
        text = SOURCE.replace("id: bao", f"id: {name}")
        (house.settings.sources_dir / f"{name}.yaml").write_text(text, "utf-8")  # type: ignore[operator]
    pipeline.declare(house)
    for name, every in (("a", -1), ("b", -2), ("c", 1)):
        crawled.source_ran(house.records, name, SourceState.OK, every=timedelta(minutes=every))
    assert pipeline.due(house) == ["b", "a"]
    assert pipeline.due(house, timedelta.max) == ["b", "a", "c"]
    with capture_logs() as logs:
        assert pipeline.due(house, timedelta.max, 1) == ["b"]
    assert [line["left"] for line in logs] == [2]


def test_a_partition_that_fails_fails_alone_and_is_tried_again_if_it_may_pass(
    house: House, make_page: MakePage
) -> None:
    paths = [archive(house, [make_page(number=n)])[0] for n in range(3)]
    read = house.archive.read
    assert taking_up.groups(house, 1000) == [paths]
    for found, told in ((ValueError, PartitionsFailed), (OSError, StageFailed)):

        def torn(path: str, found: type[Exception] = found) -> list[Page]:
            if path == paths[1]:
                raise found(path)
            return read(path)

        failed = pytest.raises(told, match=f"1 of 3 partitions failed, as {paths[1]}")
        with running(house, "test") as run_id, patch.object(house.archive, "read", torn), failed:
            taking_up.take_up(house, run_id, paths)
        assert pipeline.waiting(house) == [paths[1]]


def test_what_concerns_all_partitions_leaves_as_it_is(house: House, make_page: MakePage) -> None:
    (path,) = archive(house, [make_page()])
    house.settings.data_dir.joinpath("models").mkdir()
    house.settings.data_dir.joinpath("models", "in_use.json").write_text("{", "utf-8")
    with running(house, "test") as run_id, pytest.raises(BadModel, match="damaged"):
        taking_up.take_up(house, run_id, [path])


def test_a_group_is_taken_up_at_once(house: House, make_page: MakePage) -> None:
    paths = [archive(house, [make_page(number=n)])[0] for n in range(3)]
    with running(house, "test") as run_id, patch.object(pipeline, "index", wraps=pipeline.index) as index:
        taking_up.take_up(house, run_id, paths[:2])
    assert index.call_count == 1
    assert pipeline.waiting(house) == [paths[2]]


def test_a_damaged_partition_is_no_news_and_is_taken_up_when_restored(
    house: House, make_page: MakePage
) -> None:
    (path,) = archive(house, [make_page()])
    file = house.settings.data_dir / "archive" / path
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    with running(house, "test") as run_id:
        assert pipeline.waiting(house) == [path]
        taking_up.take_up(house, run_id, [path])
        assert pipeline.waiting(house) == []
        file.write_bytes(whole)
        assert taking_up.groups(house, 1000) == [[path]]
        taking_up.take_up(house, run_id, [path])
    assert taking_up.groups(house, 1000) == []


def test_partitions_are_grouped_within_what_airflow_can_map(house: House, make_page: MakePage) -> None:
    paths = [archive(house, [make_page(number=n)])[0] for n in range(45)]
    assert [len(group) for group in taking_up.groups(house, 1000)] == [20, 20, 5]
    assert [len(group) for group in taking_up.groups(house, 2)] == [23, 22]
    assert [path for group in taking_up.groups(house, 2) for path in group] == paths


def test_days_of_fetching_in_vietnam_are_taken_anew(house: House, make_page: MakePage) -> None:
    (path,) = archive(house, [make_page(fetched_at=datetime(2026, 5, 3, 20, tzinfo=UTC))])
    with running(house, "test") as run_id:
        taking_up.take_up(house, run_id, [path])
    assert taking_up.groups(house, 1000) == []
    assert taking_up.groups(house, 1000, (date(2026, 5, 1), date(2026, 5, 2))) == []
    assert taking_up.groups(house, 1000, (date(2026, 5, 5), date(2026, 5, 6))) == []
    assert taking_up.groups(house, 1000, (date(2026, 5, 4), date(2026, 5, 4))) == [[path]]


def test_of_alerts_of_one_key_the_earliest_stands_whichever_was_raised_first(house: House) -> None:
    now = datetime.now(UTC)
    later, earlier = (
        Alert(key="k", kind=AlertKind.RISE, at=now - timedelta(days=n), facts={"n": n}) for n in (0, 1)
    )
    assert notices.raise_alerts(house.records, [later]) == [later]
    assert notices.raise_alerts(house.records, [earlier]) == []
    assert notices.raise_alerts(house.records, [later]) == []
    assert notices.alerts(house.records) == [earlier]
