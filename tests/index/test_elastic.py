"""What only the engine on Elasticsearch promises: single refusals, writers side by side, access."""

import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from elasticsearch import Elasticsearch
from pydantic import SecretStr

from core.contracts import State, Triage
from core.errors import BadSettings, IndexUnavailable, IndexUnusable
from core.settings import ElasticSettings
from index.elastic import ElasticEngine, ElasticGenerations
from index.elastic.cluster import Cluster
from index.elastic.layout import Names
from index.elastic.view import Moment
from index.engine import Query
from tests.certificates import self_signed
from tests.index.conftest import months
from tests.index.documents import START, document
from tools.local_elasticsearch.node import free_port

services = pytest.mark.services
OCTOBER, NOVEMBER = datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
ANY = Query(relevant=None)


@pytest.fixture
def settings(own_index: ElasticSettings) -> ElasticSettings:
    """Settings of an index of its own."""
    return own_index


# Refusals


@services
def test_a_document_that_is_refused_is_quarantined_alone_and_without_its_words(
    open_one: Callable[[], ElasticEngine],
) -> None:
    engine = open_one()
    # Longer than a keyword may be.
    poison = document(2, thread_id="bí mật " * 10_000)
    written = engine.write([document(1), poison, document(3)])
    assert [w.result for w in written] == ["indexed", "quarantined", "indexed"]
    assert written[1].reason
    assert "bí mật" not in written[1].reason
    assert {hit.document.id for hit in engine.search(ANY).hits} == {"page-0001", "page-0003"}


@services
def test_an_index_of_another_version_says_what_to_do(
    open_one: Callable[[], ElasticEngine], settings: ElasticSettings
) -> None:
    open_one()
    with Elasticsearch(list(settings.hosts)) as client:
        client.indices.put_mapping(index=f"{settings.prefix}-first-mark", meta={"schema": 0})
    with pytest.raises(IndexUnusable, match=r"^the index .* version 0, not \d+; `langnghe rebuild` .*$"):
        ElasticEngine(settings)
    generations = ElasticGenerations(settings)
    generations.build("second").close()
    generations.swap("second")
    generations.open().close()
    generations.close()


@services
def test_no_write_makes_an_index_that_nobody_searches(
    open_one: Callable[[], ElasticEngine], settings: ElasticSettings
) -> None:
    engine = open_one()
    engine.write([document(1)])
    with Elasticsearch(list(settings.hosts)) as client:
        client.indices.delete(index=f"{settings.prefix}-first-2026.10")
    engine.apply({"page-0001": Triage(state=State.CONFIRMED, relevant=True, seq=1)})
    assert months(settings) == {}
    engine.write([document(1)])
    assert [hit.triage.state for hit in engine.search(ANY).hits] == [State.CONFIRMED]


# Side by side


@services
def test_of_many_who_decide_at_once_the_latest_verdict_stands_everywhere(
    open_one: Callable[[], ElasticEngine], settings: ElasticSettings
) -> None:
    generations = ElasticGenerations(settings)
    serving, other = open_one(), generations.build("second")
    for engine in (serving, other):
        engine.write([document(n) for n in range(5)])

    def decide(numbers: range) -> None:
        engine = open_one()
        for seq in numbers:
            engine.apply({f"page-{seq % 5:04}": Triage(state=State.CONFIRMED, relevant=True, seq=seq)})

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(decide, (range(1, 31, 2), range(30, 0, -2), range(1, 31))))
    for engine in (serving, other):
        assert sorted(hit.triage.seq for hit in engine.scan(ANY)) == [26, 27, 28, 29, 30]
    other.close()
    generations.close()


@services
def test_a_verdict_that_comes_while_its_page_is_written_is_in_force(
    open_one: Callable[[], ElasticEngine],
) -> None:
    writer, judge = open_one(), open_one()
    triages = {f"page-{n:04}": Triage(state=State.DISMISSED, relevant=False, seq=n + 1) for n in range(60)}
    batches = [[document(n) for n in range(start, start + 6)] for start in range(0, 60, 6)]
    with ThreadPoolExecutor(2) as pool:
        waiting = [
            pool.submit(lambda: [writer.write(batch) for batch in batches]),
            pool.submit(lambda: [judge.apply({page: triage}) for page, triage in triages.items()]),
        ]
        for one in waiting:
            one.result()
    assert {hit.document.id: hit.triage for hit in writer.scan(ANY)} == triages


@services
def test_two_who_write_the_same_pages_leave_each_once_in_its_latest_revision(
    open_one: Callable[[], ElasticEngine],
) -> None:
    revisions = [
        [document(n, content_hash=f"{n} {r}", fetched_at=START + timedelta(hours=r)) for n in range(20)]
        for r in range(4)
    ]
    engines = [open_one() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ElasticEngine.write, engines, revisions))
    found = list(engines[0].scan(ANY))
    assert sorted(hit.document.id for hit in found) == [f"page-{n:04}" for n in range(20)]
    assert {hit.document.page.fetched_at for hit in found} == {START + timedelta(hours=3)}


@services
def test_who_leads_is_told_to_what_another_wrote_just_now(open_one: Callable[[], ElasticEngine]) -> None:
    writer, other = open_one(), open_one()
    other.write([document(9)])
    writer.write([document(1), document(2)])
    other.lead("page-0001", ["page-0002"])
    found = {hit.document.id: hit.document.analysis.duplicate_of for hit in writer.scan(ANY)}
    assert found == {"page-0001": None, "page-0002": "page-0001", "page-0009": None}


@services
def test_a_verdict_passes_over_a_generation_of_another_version(
    open_one: Callable[[], ElasticEngine], settings: ElasticSettings
) -> None:
    engine, generations = open_one(), ElasticGenerations(settings)
    engine.write([document(1)])
    generations.build("second").close()
    generations.build("third").close()
    with Elasticsearch(list(settings.hosts)) as client:
        # As a program of another version left it.
        mark = f"{settings.prefix}-second-mark"
        client.indices.put_mapping(index=mark, meta={"schema": 0})
        client.index(index=mark, id="page-0001", document={"document": {"old": 1}, "triage": {"seq": 0}})
        engine.apply({"page-0001": Triage(state=State.CONFIRMED, relevant=True, seq=1)})
        assert client.get(index=mark, id="page-0001")["_source"]["document"] == {"old": 1}
        assert [hit.triage.state for hit in engine.search(ANY).hits] == [State.CONFIRMED]
        # What is erased goes from there too.
        assert engine.remove(["page-0001"]) == 1
        assert client.count(index=mark)["count"] == 0
    generations.close()


@services
def test_a_lost_moment_is_told(open_one: Callable[[], ElasticEngine], settings: ElasticSettings) -> None:
    open_one().write([document(n) for n in range(3)])
    cluster = Cluster(settings, patient=False)
    with Moment(cluster, settings.prefix) as moment:
        first = moment.search(size=1)
        cluster.client.close_point_in_time(id=first["pit_id"])
        with pytest.raises(IndexUnavailable, match=r"lost the moment .* run again$"):
            moment.search(size=1)
    cluster.close()


@services
def test_a_full_disk_is_told_as_one(open_one: Callable[[], ElasticEngine], settings: ElasticSettings) -> None:
    open_one().write([document(1)])
    with Elasticsearch(list(settings.hosts)) as client:
        # What Elasticsearch itself sets on the indices of a node whose disk is almost full.
        full = {"index.blocks.read_only_allow_delete": True}
        client.indices.put_settings(index=f"{settings.prefix}-first-2026.10", settings=full)
    hasty = ElasticEngine(settings.model_copy(update={"wait_s": 0}))
    with pytest.raises(IndexUnavailable, match=r"takes no writes \(cluster_block_exception\); .*disks"):
        hasty.write([document(2)])
    hasty.close()


# Access


@pytest.fixture
def guarded(elasticsearch: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A node that speaks HTTPS and wants the API key `a-key`: its URL, and the certificate that signs it."""

    class Guard(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != "ApiKey a-key":
                self._answer(401, {}, b'{"error": {"type": "security_exception"}, "status": 401}')
                return
            headers = {
                name: self.headers[name] for name in ("Content-Type", "Accept") if name in self.headers
            }
            asked = Request(elasticsearch + self.path, body or None, headers, method=self.command)
            try:
                with urlopen(asked) as answer:
                    self._answer(answer.status, dict(answer.headers), answer.read())
            except HTTPError as error:
                self._answer(error.code, dict(error.headers), error.read())

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_any  # noqa: N815

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            kept = {
                n.lower(): v for n, v in headers.items() if n.lower() in ("content-type", "x-elastic-product")
            }
            for name, value in {"content-type": "application/json", **kept}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    certificate, key = self_signed(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Guard)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", certificate
    server.shutdown()
    thread.join()
    server.server_close()


@services
def test_a_cluster_behind_tls_is_reached_with_its_certificate_and_an_api_key(
    guarded: tuple[str, Path], settings: ElasticSettings
) -> None:
    url, certificate = guarded
    access = {"hosts": (url,), "ca_file": certificate, "wait_s": 0}
    engine = ElasticEngine(settings.model_copy(update=access | {"api_key": SecretStr("a-key")}))
    engine.write([document(1)])
    assert engine.size() == 1
    engine.close()
    with pytest.raises(IndexUnavailable, match=r"refuses us.*'elastic\.api_key'") as refused:
        ElasticEngine(settings.model_copy(update=access | {"api_key": SecretStr("other")}))
    assert "other" not in str(refused.value)
    with pytest.raises(IndexUnavailable, match="can't be reached"):
        ElasticEngine(settings.model_copy(update=access | {"ca_file": None}))


@services
def test_one_host_of_several_is_enough(settings: ElasticSettings) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    engine = ElasticEngine(settings.model_copy(update={"hosts": (dead, *settings.hosts), "wait_s": 0}))
    engine.write([document(1)])
    assert engine.size() == 1
    engine.close()


def test_a_cluster_that_is_not_there_is_told_in_one_line() -> None:
    dead = ElasticSettings(hosts=(f"http://127.0.0.1:{free_port()}",), wait_s=0)
    with pytest.raises(IndexUnavailable, match=r"^the index on .*http://127.*can't be reached.*$"):
        ElasticEngine(dead)


@pytest.mark.parametrize(
    "given", [{"hosts": ("node",)}, {"hosts": ("https://n:1",), "ca_file": Path("/no/file")}]
)
def test_settings_that_lead_nowhere_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match=r"^the settings of 'elastic' .*$"):
        ElasticEngine(ElasticSettings(**given))  # type: ignore[arg-type]


# Names


def test_a_generation_is_known_by_the_names_of_its_indices() -> None:
    names = Names("langnghe")
    for generation in ("first", "20261128T084500", "A-b-2026.11", "x-all"):
        for index in (names.mark(generation), names.month(generation, document(1))):
            assert index == index.lower()
            assert names.generation(index) == generation
    assert names.generation(names.triages) is None
    assert names.generation("other-first-2026.11") is None
