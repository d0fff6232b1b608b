"""A node that refuses, breaks off or has been tampered with; a crawler whose clock is wrong."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from core.contracts import Document
from core.errors import IndexUnavailable
from core.settings import ElasticSettings
from index.elastic import ElasticEngine
from index.elastic.schema import definition
from index.engine import Query
from tests.index.documents import document
from tests.services.conftest import EVERYTHING, held, once, texts
from tests.services.proxy import proxy
from tools.local_elasticsearch import Cluster

pytestmark = pytest.mark.services
WRITERS = 8


@pytest.fixture
def engine(elastic_settings: ElasticSettings) -> Iterator[ElasticEngine]:
    """An empty index on the real node."""
    made = ElasticEngine(elastic_settings)
    yield made
    made.close()


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a node that writes one thing at a time and lets one wait."""
    tight = {"thread_pool.write.size": "1", "thread_pool.write.queue_size": "1"}
    with Cluster(tmp_path_factory.mktemp("narrow"), settings=tight) as cluster:
        yield cluster.urls[0]


def rejected(url: str) -> int:
    with Elasticsearch(url) as client:
        (node,) = client.nodes.stats(metric="thread_pool")["nodes"].values()
    return int(node["thread_pool"]["write"]["rejected"])


def test_a_full_thread_pool_slows_writers_and_loses_nothing(narrow: str) -> None:
    settings = ElasticSettings(hosts=(narrow,), prefix="narrow")
    documents = texts(160)
    engines = [ElasticEngine(settings) for _ in range(WRITERS)]
    engines[0].write([documents[0], documents[-1]])
    before = rejected(narrow)
    with ThreadPoolExecutor(WRITERS) as pool:
        batches = [documents[number + 1 : -1 : WRITERS] for number in range(WRITERS)]
        written = [one for load in pool.map(ElasticEngine.write, engines, batches) for one in load]
    assert rejected(narrow) > before
    assert {one.result for one in written} == {"indexed"}
    assert held(engines[0]) == once(documents)
    for engine in engines:
        engine.close()


def test_who_can_t_wait_for_a_full_thread_pool_is_told(narrow: str) -> None:
    settings = ElasticSettings(hosts=(narrow,), prefix="hasty", wait_s=0)
    documents = texts(160)
    engines = [ElasticEngine(settings) for _ in range(WRITERS)]

    def write(engine: ElasticEngine) -> str:
        try:
            engine.write(documents)
        except IndexUnavailable as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(WRITERS) as pool:
        told = set(pool.map(write, engines)) - {""}
    assert told
    for message in told:
        assert "nothing is lost" in message
    patient = ElasticEngine(settings.model_copy(update={"wait_s": 60}))
    assert {one.result for one in patient.write(documents)} <= {"indexed", "unchanged"}
    assert held(patient) == once(documents)
    for engine in (*engines, patient):
        engine.close()


def test_an_answer_that_breaks_off_is_asked_for_again(elastic_settings: ElasticSettings) -> None:
    documents = texts(60)
    with proxy(int(elastic_settings.hosts[0].rsplit(":", 1)[1])) as between:
        engine = ElasticEngine(elastic_settings.model_copy(update={"hosts": (between.url,), "wait_s": 20}))
        between.cut(3, "/_bulk")
        written = engine.write(documents)
        assert len(between.broken) == 3
        assert {one.result for one in written} == {"indexed"}
        between.cut(3, "/_search")
        assert held(engine) == once(documents)
        assert len(between.broken) == 6
        engine.close()


def test_who_can_t_wait_for_a_whole_answer_gets_none(elastic_settings: ElasticSettings) -> None:
    with proxy(int(elastic_settings.hosts[0].rsplit(":", 1)[1])) as between:
        engine = ElasticEngine(elastic_settings.model_copy(update={"hosts": (between.url,), "wait_s": 0}))
        engine.write(texts(10))
        between.cut(100, "/_search")
        with pytest.raises(IndexUnavailable, match="can't be reached"):
            engine.search(EVERYTHING)
        engine.close()


def month(settings: ElasticSettings, one: Document) -> str:
    return f"{settings.prefix}-first-{one.page.dated_at:%Y.%m}"


@pytest.mark.parametrize(
    "foreign",
    [
        {"dynamic": "strict", "properties": {"title": {"type": "text"}}},
        {"properties": {"severity": {"type": "text"}}},
    ],
    ids=["strict", "dynamic"],
)
def test_an_index_of_someone_else_in_a_month_s_place_takes_nothing(
    engine: ElasticEngine, elastic_settings: ElasticSettings, foreign: dict[str, Any]
) -> None:
    good, bad = document(1), document(1000)
    with Elasticsearch(elastic_settings.hosts[0]) as client:
        client.indices.create(index=month(elastic_settings, bad), mappings=foreign)
        with pytest.raises(IndexUnavailable, match=f"{month(elastic_settings, bad)}.*langnghe rebuild"):
            engine.write([good, bad])
        client.indices.delete(index=month(elastic_settings, bad))
    results = {one.id: one.result for one in engine.write([good, bad])}
    assert set(results.values()) <= {"indexed", "unchanged"}
    assert held(engine) == once([good, bad])


def test_a_clock_an_hour_ahead_loses_and_doubles_nothing(engine: ElasticEngine) -> None:
    # 23:50 on the last of November in Vietnam; by the crawler's clock it is December.
    now = datetime(2026, 11, 30, 16, 50, tzinfo=UTC)
    ahead = now + timedelta(hours=1)

    def page(fetched: datetime, content: str) -> Document:
        return document(1, fetched_at=fetched, content_hash=content, text=f"Nội dung {content}.")

    assert [one.result for one in engine.write([page(ahead, "a")])] == ["indexed"]
    # The same page again, found by a clock that goes right: the same text is not there twice …
    assert [one.result for one in engine.write([page(now, "a")])] == ["unchanged"]
    assert held(engine) == {"page-0001": 1}
    # … and a new text is there once, in the month that is right by then.
    assert [one.result for one in engine.write([page(ahead + timedelta(minutes=1), "b")])] == ["indexed"]
    assert held(engine) == {"page-0001": 1}
    (hit,) = engine.search(Query(text='"nội dung b"')).hits
    assert hit.document.page.content_hash == "b"


def test_a_kill_between_making_a_month_and_letting_it_serve_hides_nothing(
    engine: ElasticEngine, elastic_settings: ElasticSettings
) -> None:
    one = document(1)
    with Elasticsearch(elastic_settings.hosts[0]) as client:
        mapping = {"mappings": definition("documents")["mappings"]}
        aliases: dict[str, Any] = {f"{elastic_settings.prefix}-first-all": {}}
        client.indices.create(index=month(elastic_settings, one), aliases=aliases, **mapping)
    engine.write([one])
    assert held(engine) == once([one])
