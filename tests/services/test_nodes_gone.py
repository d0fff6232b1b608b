"""Nodes that die under a cluster in use: nothing is lost or doubled, and who asks is told plainly."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from core.contracts import Page
from core.errors import IndexUnavailable
from core.outcomes import Outcome
from core.records import crawled
from core.settings import ElasticSettings, Settings
from index.elastic import ElasticEngine
from index.engine import Engine, Query, Written
from langnghe import pipeline
from langnghe.house import House, running
from tests.services.conftest import EVERYTHING, held, once, texts, until
from tools.local_elasticsearch import Cluster
from tools.local_elasticsearch.node import Node

pytestmark = pytest.mark.services
LANGNGHE = [sys.executable, "-c", "from langnghe.cli import main; main()"]


def opened(settings: ElasticSettings, **given: object) -> ElasticEngine:
    return ElasticEngine(settings.model_copy(update=given))


def first_with_primary(cluster: Cluster, settings: ElasticSettings) -> Node:
    """A node that holds a primary shard of the index's months: where it hurts."""
    with Elasticsearch(cluster.urls) as client:
        rows = client.cat.shards(index=f"{settings.prefix}-*-2*", h="prirep,node", format="json")
    names = [row["node"] for row in rows if row["prirep"] == "p"]
    return next(node for node in cluster.nodes if node.name == names[0])


def paged(engine: Engine) -> Iterator[str]:
    """Every page's id, newest first, by asking for one page of hits after another."""
    query: Query | None = EVERYTHING
    while query is not None:
        found = engine.search(query)
        yield from (hit.document.id for hit in found.hits)
        cursor = found.next_cursor
        query = query.model_copy(update={"cursor": cursor}) if cursor else None


def test_a_node_killed_in_the_middle_of_a_load_and_of_a_search_costs_nothing(
    cluster: Cluster, on_cluster: ElasticSettings
) -> None:
    old, new = texts(240, first=3), texts(240)
    engine = opened(on_cluster)
    engine.write(old)
    assert held(engine) == once(old)
    cluster.await_health(nodes=3, status="green")
    with ThreadPoolExecutor(1) as pool:
        loads = [pool.submit(engine.write, new[start : start + 24]) for start in range(0, 240, 24)]
        until(loads[1].done)
        reading = opened(on_cluster)
        found = []
        for page_id in paged(reading):
            found.append(page_id)
            if len(found) == 20:
                first_with_primary(cluster, on_cluster).kill()
        written = [one for load in loads for one in load.result()]
    assert written == [Written(id=d.id, result="indexed") for d in new]
    # What was there before is found once, in order; what came meanwhile may be among it, once.
    earlier = {d.id for d in old}
    assert [page_id for page_id in found if page_id in earlier] == [d.id for d in reversed(old)]
    assert len(set(found)) == len(found)
    assert held(engine) == once([*old, *new])
    assert sum(bucket.count for bucket in engine.counts(EVERYTHING)) == 480
    for one in (engine, reading):
        one.close()


def test_a_red_index_is_no_smaller_index(cluster: Cluster, on_cluster: ElasticSettings) -> None:
    documents = texts(200)
    engine = opened(on_cluster, replicas=0)
    engine.write(documents[:100])
    first_with_primary(cluster, on_cluster).kill()
    cluster.await_health(nodes=2, status="red")
    hasty = opened(on_cluster, wait_s=1)
    for ask in (
        lambda: hasty.search(EVERYTHING),
        lambda: hasty.facets(EVERYTHING, ["category"]),
        lambda: hasty.counts(EVERYTHING),
        lambda: hasty.size(),
        lambda: hasty.write(documents),
    ):
        with pytest.raises(IndexUnavailable, match=r"(is not whole|not answer in time).*nothing is lost"):
            ask()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(engine.write, documents)
        cluster.start()
        results = [one.result for one in waiting.result()]
    assert set(results[:100]) == {"unchanged"}
    assert set(results[100:]) <= {"indexed", "unchanged"}
    assert held(engine) == once(documents)
    hasty.close()
    engine.close()


@pytest.fixture
def house(settings: Settings, on_cluster: ElasticSettings, tmp_path: Path) -> Iterator[House]:
    """A house without sources whose index is on the cluster."""
    (tmp_path / "sources").mkdir()
    made = House(settings.model_copy(update={"sources_dir": tmp_path / "sources", "elastic": on_cluster}))
    yield made
    made.engine.close()
    made.records.close()


def archived(house: House, make_page: Callable[..., Page]) -> list[Page]:
    """A hundred archived pages in ten partitions."""
    pages = [make_page(number=number, source_id=f"s{number % 10}") for number in range(100)]
    with running(house, "crawl") as run_id:
        crawled.record_batch(house.records, run_id, house.archive.write(pages), [], [])
    return pages


def test_with_all_nodes_down_a_run_waits_and_goes_on_and_one_that_can_t_says_so(
    cluster: Cluster,
    house: House,
    make_page: Callable[..., Page],
    tmp_path: Path,
) -> None:
    pages = archived(house, make_page)
    told: list[Outcome] = []
    hasty: list[Future[subprocess.CompletedProcess[str]]] = []

    def others_and_then_back() -> subprocess.CompletedProcess[str]:
        done = langnghe(house, tmp_path / "other", wait_s="2")
        cluster.start()
        return done

    with ThreadPoolExecutor(1) as pool, running(house, "run") as run_id:

        def tell(outcome: Outcome) -> None:
            told.append(outcome)
            if outcome.label == "indexed" and not hasty:
                for node in cluster.nodes:
                    node.kill()
                hasty.append(pool.submit(others_and_then_back))

        pipeline.run(house, run_id, on_outcome=tell)
        away = hasty[0].result()
    assert sorted(o.item for o in told if o.label == "indexed") == sorted(p.id for p in pages)
    assert held(house.engine) == Counter(page.id for page in pages)

    assert (away.returncode, away.stdout) == (1, "")
    said = [line for line in away.stderr.splitlines() if not line.startswith("{")]
    assert len(said) == 1, said
    assert said[0].startswith("langnghe: the index on Elasticsearch (http://127.0.0.1:")
    assert "can't be reached" in said[0]
    assert "Traceback" not in away.stderr
    again = langnghe(house, tmp_path / "other", wait_s="60")
    assert again.returncode == 0, again.stderr


def langnghe(house: House, data_dir: Path, wait_s: str) -> subprocess.CompletedProcess[str]:
    """`langnghe run` in a process of its own, on a data folder of its own and the index of `house`."""
    elastic = house.settings.elastic
    variables = {
        "LANGNGHE_DATA_DIR": str(data_dir),
        "LANGNGHE_SOURCES_DIR": str(house.settings.sources_dir),
        "LANGNGHE_ELASTIC__HOSTS": json.dumps(elastic.hosts),
        "LANGNGHE_ELASTIC__PREFIX": elastic.prefix,
        "LANGNGHE_ELASTIC__WAIT_S": wait_s,
    }
    return subprocess.run(
        [*LANGNGHE, "run"], env=os.environ | variables, capture_output=True, text=True, check=False
    )
