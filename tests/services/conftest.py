"""What the tests against servers share: engines on the cluster, and documents to put there."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from core.contracts import Document
from core.settings import ElasticSettings
from index.engine import Engine, Query
from tests.index.documents import document
from tools.local_elasticsearch import Cluster

EVERYTHING = Query(relevant=None)


@pytest.fixture
def cluster(elasticsearch_cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, whole again after the test."""
    yield elasticsearch_cluster
    elasticsearch_cluster.start()


@pytest.fixture
def on_cluster(cluster: Cluster) -> Iterator[ElasticSettings]:
    """Settings of an index of its own on the cluster, with a copy of each shard."""
    prefix = f"t{uuid4().hex[:12]}"
    yield ElasticSettings(hosts=tuple(cluster.urls), prefix=prefix, replicas=1, timeout_s=10, wait_s=500)
    cluster.start()
    with Elasticsearch(cluster.urls, request_timeout=60) as client:
        client.indices.delete(index=list(client.indices.get(index=f"{prefix}-*")))


def texts(count: int, first: int = 0) -> list[Document]:
    """Documents of some size over months, so that their shards are on several nodes."""
    body = "Nội dung bản tin về trẻ em ở địa phương. " * 40
    return [document(number, text=f"{body} {number}") for number in range(first, first + 9 * count, 9)]


def held(engine: Engine) -> Counter[str]:
    """How often each page is in the index, by counting and by reading all, which must agree."""
    found = Counter(hit.document.id for hit in engine.scan(EVERYTHING))
    assert engine.size() == found.total() == engine.search(EVERYTHING).total
    return found


def once(documents: Sequence[Document]) -> Counter[str]:
    """What `held` says where each is there once."""
    return Counter(d.id for d in documents)


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Return when `holds` does; fail if it doesn't."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
