"""The records: schema, runs and outcomes, the crawler's memory, signatures, notices."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import select

from core.archive import Partition
from core.contracts import VIETNAM, Alert, AlertKind, Reason, ReportFile, SourceState, Why
from core.errors import BadUsage, RecordsUnavailable, RecordsUnusable
from core.outcomes import Outcome, Result, Stage
from core.records import Records, claims, crawled, notices, open_records, runs, tombstones
from core.records.database import LOOKUP, MIGRATIONS
from core.records.days import source_days
from core.records.follows import follow, follow_marks, followed_threads
from core.records.hosts import Spent, spent_on
from core.records.signatures import LOOKED_AT, NEAREST, signatures
from core.records.tables import SCHEMA, AnchorRow, RunRow, SignatureRow, Table
from core.records.visits import Visit, add_visits, due_visits, visits
from core.settings import Settings, load_settings
from core.signatures import Signed
from core.source_days import Makeup, SourceDay
from tests.conftest import NOON


def outcome(item: str, result: Result = Result.ARCHIVED, reason: str = "") -> Outcome:
    return Outcome(stage=Stage.CRAWL, item=item, source_id="bao", result=result, reason=reason)


def test_the_migrations_make_the_tables_that_the_code_declares(records: Records) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with records.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Table.metadata) == []


def test_the_schema_named_in_the_code_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA


def test_the_schema_goes_back_to_nothing_and_forward_again(records: Records, settings: Settings) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with records.engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    again = open_records(settings)
    assert runs.runs(again) == []
    again.close()


def test_records_of_the_first_schema_sign_all_texts_anew(records: Records, settings: Settings) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    run_id = runs.start_run(records, "run")
    path = "source=bao/day=2026-11-18/x.parquet"
    partition = Partition(path=path, source_id="bao", day="2026-11-18", pages=1)
    crawled.record_batch(records, run_id, [partition], [], [])
    crawled.partition_done(records, run_id, path, "analyse", [])
    crawled.partition_done(records, run_id, path, "index", [])
    with records.engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO signatures VALUES ('a', 's', '2026-11-18', '2026-11-18')")
    again = open_records(settings)
    with signatures(again, "copy") as store:
        assert store.get("a") is None
    assert crawled.partitions_to_do(again, "index") == [partition]
    again.close()


def test_records_of_a_newer_program_are_left_alone(records: Records, settings: Settings) -> None:
    with records.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RecordsUnusable, match="newer version"):
        open_records(settings)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(RecordsUnavailable, match=r"records\.db.*not a database"):
        open_records(load_settings(data_dir=tmp_path))


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x/y"])
def test_a_wrong_database_url_is_told_plainly(tmp_path: Path, url: str) -> None:
    with pytest.raises(RecordsUnavailable, match="database URL can't be used"):
        open_records(load_settings(data_dir=tmp_path, database_url=url))


def test_a_failed_write_leaves_nothing_behind(records: Records) -> None:
    run_id = runs.start_run(records, "run")

    def fail() -> None:
        with records.write() as session:
            runs.add_outcomes(session, run_id, [outcome("a")], NOON)
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert runs.outcomes(records, run_id) == []


def test_an_item_has_one_outcome_at_a_stage_of_a_run(records: Records) -> None:
    run_id = runs.start_run(records, "run")
    runs.record_outcomes(records, run_id, [outcome("a"), outcome("b", Result.DROPPED, "robots")])
    runs.record_outcomes(records, run_id, [outcome("a", Result.UNCHANGED)])
    assert runs.outcome_counts(records, run_id) == {
        (Stage.CRAWL, "archived", ""): 1,
        (Stage.CRAWL, "dropped", "robots"): 1,
    }


def test_a_run_left_open_by_a_kill_is_marked_by_the_next(records: Records) -> None:
    first = runs.start_run(records, "run")
    second = runs.start_run(records, "run")
    runs.finish_run(records, second, "done")
    assert {r.id: r.status for r in runs.runs(records)} == {first: "interrupted", second: "done"}


def test_a_run_of_several_processes_is_done_when_each_part_of_it_is(records: Records) -> None:
    with claims.hold(records, runs.claimed("dag-1"), shared=True):
        for part in ("a", "b"):
            runs.start_run(records, "crawl", "dag-1", part)
        runs.start_run(records, "run", "other")
        runs.finish_run(records, "dag-1", "failed", "a")
        assert [run.status for run in runs.runs(records) if run.id == "dag-1"] == ["running"]
        runs.finish_run(records, "other", "done")
    runs.finish_run(records, "dag-1", "done", "b")
    [run] = [run for run in runs.runs(records) if run.id == "dag-1"]
    assert (run.status, run.command) == ("failed", "crawl")
    runs.start_run(records, "crawl", "dag-1", "a")
    runs.finish_run(records, "dag-1", "done", "a")
    assert {run.status for run in runs.runs(records)} == {"done"}
    runs.start_run(records, "crawl", "dag-1", "a")  # killed: nobody works in it any more
    runs.start_run(records, "run", "next")
    assert [run.status for run in runs.runs(records) if run.id == "dag-1"] == ["interrupted"]


def test_what_fails_waits_in_quarantine_until_it_succeeds(records: Records) -> None:
    for _ in range(2):
        run_id = runs.start_run(records, "run")
        runs.record_outcomes(records, run_id, [outcome("a", Result.QUARANTINED, "http_500")])
    [held] = runs.quarantined(records)
    assert (held.item, held.reason, held.tries) == ("a", "http_500", 2)
    runs.record_outcomes(records, runs.start_run(records, "run"), [outcome("a")])
    assert runs.quarantined(records) == []


def test_a_batch_is_remembered_whole_with_its_outcomes(records: Records) -> None:
    run_id = runs.start_run(records, "run")
    partition = Partition(
        path="source=bao/day=2026-11-18/x.parquet", source_id="bao", day="2026-11-18", pages=1
    )
    text = crawled.Seen(id="1", source_id="bao", url="u", etag='"e"', content_hash="h", fetched_at=NOON)
    for _ in range(2):
        crawled.record_batch(records, run_id, [partition], [text], [outcome("u")])
    assert crawled.seen(records, ["1", "2"]) == {"1": text}
    assert crawled.partitions_to_do(records, "analyse") == [partition]
    crawled.partition_done(records, run_id, partition.path, "analyse", [])
    assert crawled.partitions_to_do(records, "index") == [partition]
    crawled.partition_done(records, run_id, partition.path, "index", [])
    assert crawled.partitions_to_do(records, "index") == []


def test_of_a_batch_larger_than_a_statement_the_first_outcomes_and_last_texts_stand(records: Records) -> None:
    run_id, count = runs.start_run(records, "run"), 2 * LOOKUP + 1
    failed = [outcome(str(n), Result.QUARANTINED, "timeout") for n in range(count)]

    def texts(etag: str) -> list[crawled.Seen]:
        return [
            crawled.Seen(id=str(n), source_id="bao", url="u", etag=etag, fetched_at=NOON)
            for n in range(count)
        ]

    crawled.record_batch(records, run_id, [], texts("a") + texts("b"), [*failed, outcome("0")])
    assert len(runs.quarantined(records)) == len(runs.outcomes(records, run_id)) == count
    crawled.record_batch(records, run_id, [], texts("c")[1:], [outcome(str(n)) for n in range(count)])
    assert {o.result for o in runs.outcomes(records, run_id)} == {Result.QUARANTINED}
    known = crawled.seen(records, [str(n) for n in range(count)])
    assert [seen.etag for seen in known.values()].count("c") == count - 1
    assert known["0"].etag == "b"
    later = runs.start_run(records, "run")
    runs.record_outcomes(records, later, [outcome(str(n)) for n in range(count)])
    assert not runs.quarantined(records)


def test_sources_are_declared_run_and_disabled(records: Records) -> None:
    crawled.declare_sources(records, [("a", "Báo A", "https://a.example", True)])
    nothing = [Reason(code=Why.NO_PAGE)]
    crawled.source_ran(records, "a", SourceState.FAILED, reasons=nothing, every=timedelta(hours=2))
    [first] = crawled.source_health(records)
    crawled.source_ran(records, "a", SourceState.FAILED, reasons=nothing, every=timedelta(hours=2))
    [health] = crawled.source_health(records)
    assert (health.state, health.failures, health.reasons) == (SourceState.FAILED, 2, tuple(nothing))
    assert health.since == first.since
    assert health.read_at is None
    assert health.due_at is not None
    assert health.due_at > datetime.now(UTC) + timedelta(minutes=110)
    crawled.source_ran(records, "a", SourceState.OK, new=True)
    [health] = crawled.source_health(records)
    assert (health.failures, health.reasons) == (0, ())
    assert health.new_at is not None
    assert health.read_at == health.checked_at == health.since
    crawled.declare_sources(records, [])
    assert crawled.source_health(records)[0].state is SourceState.DISABLED


def test_a_sources_day_adds_up_over_batches_and_runs(records: Records) -> None:
    crawled.declare_sources(records, [("a", "Báo A", "https://a.example", True)])
    today = datetime.now(UTC).astimezone(VIETNAM).date()
    for hour, pages in ((8, 3), (8, 2), (23, 1)):
        hours = tuple(pages if h == hour else 0 for h in range(24))
        day = SourceDay(source_id="a", day=today, hours=hours, makeup=Makeup(pages=pages, title=4.5))
        crawled.record_batch(records, "r", [], [], [], day=day)
    for state in (SourceState.OK, SourceState.LATE, SourceState.FAILED, SourceState.LATE):
        crawled.source_ran(records, "a", state)

    [day] = source_days(records, today)["a"]

    assert (day.checks, day.failed, day.late) == (4, 1, 2)
    assert (day.hours[8], day.hours[23], day.new) == (5, 1, 6)
    assert (day.makeup.pages, day.makeup.title) == (6, 13.5)
    assert source_days(records, today + timedelta(days=1)) == {}
    assert source_days(records, today, ["b"]) == {}


def signed(page_id: str, anchors: tuple[int, ...] = (1, 2, 2**64 - 1), **other: Any) -> Signed:
    text = Signed(page_id=page_id, group="g", anchors=anchors, profile=b"p", dated_at=NOON, fetched_at=NOON)
    return text.model_copy(update=other)


def test_a_signature_is_found_by_what_it_shares_nearest_first(records: Records) -> None:
    with signatures(records, "copy") as store:
        for text in (signed("a"), signed("b", (1, 2, 5)), signed("c", (1, 6)), signed("d", ())):
            store.put(text)
        assert store.sharing((1, 2, 2**64 - 1), 2) == [signed("a"), signed("b", (1, 2, 5))]
        assert store.sharing((1,), 1) == [signed("a"), signed("b", (1, 2, 5)), signed("c", (1, 6))]
        assert store.sharing((), 0) == []
        assert store.get("d") == signed("d", ())
        assert store.get("e") is None


def test_signatures_of_another_kind_or_of_other_days_are_left_out(records: Records) -> None:
    with signatures(records, "copy") as store:
        store.put(signed("a"))
        store.put(signed("b", dated_at=NOON + timedelta(days=20)))
    with signatures(records, "story") as store:
        store.put(signed("a", group="other"))
    with signatures(records, "copy") as store:
        near = store.sharing((1, 2), 2, NOON - timedelta(days=7), NOON + timedelta(days=7))
        assert [t.page_id for t in near] == ["a"]
        assert [t.page_id for t in store.members("g")] == ["a", "b"]
        assert store.members("other") == []


def test_a_newer_signature_replaces_the_older_whole(records: Records) -> None:
    with signatures(records, "copy") as store:
        store.put(signed("a"))
        store.put(signed("a", (7, 8), group="h", dated_at=NOON + timedelta(days=1)))
        store.put(signed("a", (7, 8), group="i", dated_at=NOON + timedelta(days=1)))
        assert store.sharing((1, 2), 1) == []
        assert [t.group for t in store.sharing((7, 8), 2)] == ["i"]


def test_nothing_stays_of_a_signature_that_is_removed(records: Records) -> None:
    with signatures(records, "copy") as store:
        store.put(signed("a"))
        store.put(signed("b"))
        store.remove("a")
        store.remove("never there")
        assert [t.page_id for t in store.sharing((1, 2), 2)] == ["b"]
        store.remove("b")
    with records.read() as session:
        assert session.scalars(select(SignatureRow)).all() == []
        assert session.scalars(select(AnchorRow)).all() == []


def test_of_many_with_one_anchor_the_earliest_are_looked_at(records: Records) -> None:
    with signatures(records, "copy") as store:
        for n in range(LOOKED_AT + 10):
            store.put(signed(f"{n:03}", dated_at=NOON + timedelta(days=200 - n)))
        found = {t.page_id for t in store.sharing((1, 2), 2)}
    assert len(found) == NEAREST
    assert found <= {f"{n:03}" for n in range(10, LOOKED_AT + 10)}


def test_an_alert_is_raised_once_and_acknowledged_by_the_first(records: Records) -> None:
    alert = Alert(key="grave:1", kind=AlertKind.GRAVE, at=NOON, facts={"title": "x"})
    assert notices.raise_alerts(records, [alert, alert]) == [alert]
    assert notices.raise_alerts(records, [alert]) == []
    notices.acknowledge(records, "grave:1", "lan")
    notices.acknowledge(records, "grave:1", "minh")
    assert notices.alerts(records)[0].acknowledged_by == "lan"
    assert notices.alerts(records, open_only=True) == []
    with pytest.raises(BadUsage):
        notices.acknowledge(records, "nothing", "lan")


def test_what_was_seen_is_not_changed_by_an_earlier_alert_of_the_same(records: Records) -> None:
    alert = Alert(key="rise:1", kind=AlertKind.RISE, at=NOON, facts={"count": 1})
    notices.raise_alerts(records, [alert])
    notices.acknowledge(records, "rise:1", "lan")
    notices.raise_alerts(records, [alert.model_copy(update={"at": NOON - timedelta(days=1)})])
    assert notices.alerts(records)[0].at == NOON


def test_no_number_of_alerts_hides_a_grave_one_that_nobody_has_seen(records: Records) -> None:
    def alert(key: str, kind: AlertKind, hours: int) -> Alert:
        return Alert(key=key, kind=kind, at=NOON + timedelta(hours=hours), facts={})

    failed = [alert(f"task:{n}", AlertKind.TASK, 2) for n in range(250)]
    grave = [alert("grave:1", AlertKind.GRAVE, 0), alert("grave:2", AlertKind.GRAVE, 1)]
    notices.raise_alerts(records, [*grave, *failed, alert("grave:seen", AlertKind.GRAVE, 3)])
    notices.acknowledge(records, "grave:seen", "lan")
    found = [one.key for one in notices.alerts(records)]
    assert found[:2] == ["grave:2", "grave:1"]
    assert found[-1] == "grave:seen"
    assert len(notices.alerts(records, open_only=True)) == 252


def test_a_report_made_again_replaces_the_old(records: Records) -> None:
    for hour in (1, 2):
        notices.record_report(
            records, ReportFile(week="2026-W47", made_at=NOON + timedelta(hours=hour), html="h", pdf="p")
        )
    [report] = notices.reports(records)
    assert report.made_at == NOON + timedelta(hours=2)


def test_a_process_that_writes_makes_others_wait_not_fail(records: Records, settings: Settings) -> None:
    other = open_records(settings)
    run_id = runs.start_run(records, "run")
    done: list[str] = []

    def write() -> None:
        runs.finish_run(other, run_id, "done")
        done.append("second")

    waiting = threading.Thread(target=write)
    with records.write() as session:
        row = session.get_one(RunRow, run_id)
        waiting.start()
        waiting.join(0.5)
        done.append("first")
        row.status = "failed"
    waiting.join()
    assert (done, runs.runs(records)[0].status) == (["first", "second"], "done")
    other.close()


def test_the_last_visit_of_a_page_stands_and_the_longest_due_come_first(records: Records) -> None:
    def visit(name: str, hours: int | None, checks: int = 0) -> Visit:
        due = None if hours is None else NOON + timedelta(hours=hours)
        return Visit(
            id=name, source_id="bao", url=name, first_at=NOON, last_at=NOON, checks=checks, due_at=due
        )

    made = [visit(str(n), n) for n in range(600)]
    with records.write() as session:
        add_visits(session, [*made, visit("never", None), visit("0", 5, checks=1)])
    with records.write() as session:
        add_visits(session, [visit("1", 9, checks=2)])
    assert visits(records, ["0", "1", "2", "unknown"]) == {
        "0": visit("0", 5, checks=1),
        "1": visit("1", 9, checks=2),
        "2": visit("2", 2),
    }
    due = due_visits(records, "bao", NOON + timedelta(hours=5), 4)
    assert [v.id for v in due] == ["2", "3", "4", "0"]
    assert due_visits(records, "bao-khac", NOON + timedelta(days=99), 9) == []


def test_what_is_spent_on_a_source_adds_up_within_a_day(records: Records) -> None:
    run_id = runs.start_run(records, "run")
    for _ in range(2):
        crawled.record_batch(records, run_id, [], [], [], spent={"bao": Spent(requests=3, received=2**33)})
    now = datetime.now(UTC)
    assert spent_on(records, "bao", now) == Spent(requests=6, received=2**34)
    assert spent_on(records, "bao", now - timedelta(days=1)) == Spent()


def test_an_erased_page_is_no_longer_visited_nor_followed(records: Records) -> None:
    url = "https://bao.vn/t/1"
    with records.write() as session:
        add_visits(session, [Visit(id="t", source_id="bao", url=url, first_at=NOON, last_at=NOON)])
    follow(records, "an", "t", "bao", url, followed=True)
    tombstones.erase(records, {"t": {url}}, "lan", "by request")
    assert visits(records, ["t"]) == {}
    assert followed_threads(records, "bao") == []
    assert follow_marks(records, "t") == []
