"""Months on Elasticsearch: each has an index, a page is in one of them, old ones go as a whole."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from core.contracts import State, Triage
from core.settings import ElasticSettings
from index.elastic import ElasticEngine, bulk, removing, writing
from index.elastic.bulk import Answer, Operation
from index.elastic.cluster import Cluster
from index.engine import Query
from tests.index.conftest import months
from tests.index.documents import document
from tests.services.proxy import proxy

pytestmark = pytest.mark.services
OCTOBER, NOVEMBER = datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 20, tzinfo=UTC)
ANY = Query(relevant=None)
CONFIRMED = Triage(state=State.CONFIRMED, relevant=True, seq=1)


def test_a_month_in_vietnam_has_an_index_of_its_own(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings
) -> None:
    last_hour = datetime(2026, 10, 31, 16, 59, tzinfo=UTC)
    open_one().write(
        [
            document(1, published_at=last_hour, fetched_at=NOVEMBER),
            document(2, published_at=last_hour + timedelta(minutes=1), fetched_at=NOVEMBER),
        ]
    )
    assert months(own_index) == {"first-2026.10": 1, "first-2026.11": 1}


def test_a_page_whose_date_moves_leaves_the_month_that_it_was_in(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings
) -> None:
    engine = open_one()
    engine.write([document(1, fetched_at=OCTOBER)])
    moved = document(1, fetched_at=NOVEMBER, content_hash="other")
    assert [w.result for w in open_one().write([moved])] == ["indexed"]
    assert months(own_index) == {"first-2026.10": 0, "first-2026.11": 1}
    assert [hit.document for hit in engine.search(ANY).hits] == [moved]


def test_what_a_kill_left_in_two_months_is_in_one_when_it_is_written_again(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings
) -> None:
    engine = open_one()
    engine.write([document(1, fetched_at=OCTOBER)])
    with Elasticsearch(list(own_index.hosts)) as client:
        left = client.get(index=f"{own_index.prefix}-first-2026.10", id="page-0001")["_source"]
        moved = document(1, fetched_at=NOVEMBER, content_hash="other")
        engine.write([moved])
        client.index(index=f"{own_index.prefix}-first-2026.10", id="page-0001", document=left, refresh=True)
    assert engine.size() == 2
    assert [w.result for w in engine.write([moved])] == ["unchanged"]
    assert months(own_index) == {"first-2026.10": 0, "first-2026.11": 1}


def test_whole_months_are_pruned_by_dropping_their_index(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings
) -> None:
    engine = open_one()
    engine.write([document(1, fetched_at=OCTOBER), document(2, fetched_at=NOVEMBER), document(3)])
    assert engine.prune(ANY.model_copy(update={"until": OCTOBER.date()})) == 2
    assert months(own_index) == {"first-2026.11": 1}


MOVED = document(1, fetched_at=NOVEMBER, content_hash="other")


def test_a_page_that_moves_is_in_one_month_though_the_answer_is_lost(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings
) -> None:
    open_one().write([document(1, fetched_at=OCTOBER)])
    with proxy(int(own_index.hosts[0].rsplit(":", 1)[1])) as between:
        engine = ElasticEngine(own_index.model_copy(update={"hosts": (between.url,), "wait_s": 20}))
        between.cut(1, "/_bulk")
        assert [w.result for w in engine.write([MOVED])] == ["indexed"]
        assert len(between.broken) == 1
        engine.close()
    assert months(own_index) == {"first-2026.10": 0, "first-2026.11": 1}


def test_a_verdict_waits_for_a_page_though_the_answer_is_lost(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings
) -> None:
    open_one().apply({MOVED.id: CONFIRMED})
    with proxy(int(own_index.hosts[0].rsplit(":", 1)[1])) as between:
        engine = ElasticEngine(own_index.model_copy(update={"hosts": (between.url,), "wait_s": 20}))
        between.cut(1, "/_bulk")
        engine.write([MOVED])
        assert [hit.triage for hit in engine.search(ANY).hits] == [CONFIRMED]
        engine.close()


Send = Callable[..., list[Answer]]


def once(act: Callable[[], object], *, after: bool = False) -> Send:
    """A `send` before which, or after which, someone else acts the first time that documents are written."""
    waiting = [act]

    def send(cluster: Cluster, operations: Iterable[Operation], **given: Any) -> list[Answer]:
        listed = list(operations)
        mine = [waiting.pop()] if waiting and any(o.body for o in listed) else []
        for each in () if after else mine:
            each()
        answers = bulk.send(cluster, listed, **given)
        for each in mine if after else ():
            each()
        return answers

    return send


def test_a_page_that_moves_is_in_one_month_though_a_verdict_comes_between(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, judge = open_one(), open_one()
    engine.write([document(1, fetched_at=OCTOBER)])
    monkeypatch.setattr(writing, "send", once(lambda: judge.apply({MOVED.id: CONFIRMED}), after=True))
    assert [w.result for w in engine.write([MOVED])] == ["indexed"]
    assert months(own_index) == {"first-2026.10": 0, "first-2026.11": 1}
    assert [hit.triage for hit in engine.search(ANY).hits] == [CONFIRMED]


def test_a_page_is_in_one_month_though_two_move_it_to_different_ones(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = open_one(), open_one()
    engine.write([document(1, fetched_at=OCTOBER)])
    latest = document(1, fetched_at=DECEMBER, content_hash="third")
    monkeypatch.setattr(writing, "send", once(lambda: other.write([latest])))
    engine.write([MOVED])
    assert months(own_index) == {"first-2026.10": 0, "first-2026.11": 0, "first-2026.12": 1}
    assert [hit.document for hit in engine.search(ANY).hits] == [latest]


def test_what_comes_while_months_are_pruned_does_not_go_with_them(
    open_one: Callable[[], ElasticEngine], own_index: ElasticSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = open_one(), open_one()
    day = timedelta(days=1)
    engine.write([document(n, fetched_at=OCTOBER - n * day) for n in (1, 2)])
    engine.write([document(n, fetched_at=NOVEMBER + n * day) for n in (3, 4)])
    engine.write([document(n, fetched_at=DECEMBER + n * day, relevant=n == 5) for n in (5, 6)])

    def meanwhile() -> None:
        other.apply({"page-0001": CONFIRMED})
        other.write([document(7, fetched_at=NOVEMBER, relevant=False)])

    # December goes in part, and before whole months do.
    def first(cluster: Cluster, operations: Iterable[Operation]) -> list[Answer]:
        monkeypatch.setattr(removing, "send", bulk.send)
        meanwhile()
        return bulk.send(cluster, operations)

    monkeypatch.setattr(removing, "send", first)
    assert engine.prune(Query(relevant=True, decided=False)) == 4
    assert {hit.document.id for hit in engine.scan(ANY)} == {"page-0001", "page-0006", "page-0007"}
    assert months(own_index) == {"first-2026.10": 1, "first-2026.11": 1, "first-2026.12": 1}
