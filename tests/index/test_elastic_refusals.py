"""What Elasticsearch refuses or fails to do is told, with what to do, and never taken as done."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from core.contracts import State, Triage
from core.errors import IndexUnavailable
from core.settings import ElasticSettings
from index.elastic import ElasticEngine, removing
from index.engine import Query
from index.revision import revision
from tests.index.documents import document
from tests.index.stub import FAILED, HELD, WELL, Says, refusals, shard, stub

ANY = Query(relevant=None)


@contextmanager
def engine(says: Mapping[str, Says]) -> Iterator[ElasticEngine]:
    """An engine on a node that answers as `says`."""
    with ExitStack() as stack:
        opened = ElasticEngine(ElasticSettings(hosts=(stack.enter_context(stub(says)),), wait_s=0))
        stack.callback(opened.close)
        yield opened


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, "i_o_exception"),
        (404, "illegal_index_shard_state_exception"),
        (400, "illegal_argument_exception"),
    ],
)
def test_an_erasure_that_is_refused_is_not_done(status: int, kind: str) -> None:
    with engine({"/_bulk": refusals(status, kind)}) as opened, pytest.raises(IndexUnavailable, match=kind):
        opened.remove(["page-0001"])


@pytest.mark.parametrize("part", ["/_flush", "/_forcemerge", "/_stats"])
def test_an_erasure_that_fails_on_a_shard_is_not_done(part: str) -> None:
    says: dict[str, Says] = {"/_bulk": gone, part: lambda _: FAILED}
    with engine(says) as opened, pytest.raises(IndexUnavailable, match=r"is not whole \(i_o_exception\)"):
        opened.remove(["page-0001"])


def gone(_: bytes) -> dict[str, Any]:
    return {"items": [{"delete": {"status": 200}}]}


def test_an_erasure_goes_on_until_a_merge_has_left_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    merges = [2, 1, 0]
    told: list[int] = []

    def merge(_: bytes) -> Any:
        told.append(merges.pop(0))
        return WELL

    says: dict[str, Says] = {
        "/_bulk": gone,
        "/_forcemerge": merge,
        "/_stats": lambda _: shard(deleted=told[-1] if told else 3),
    }
    with engine(says) as opened:
        assert opened.remove(["page-0001"]) == 1
    assert told == [2, 1, 0]
    monkeypatch.setattr(removing, "PURGE_S", 0.3)
    merges[:] = [1] * 50
    with engine(says) as opened, pytest.raises(IndexUnavailable, match="still has removed texts on disk"):
        opened.remove(["page-0001"])


def test_an_erasure_is_not_done_while_a_node_with_a_copy_is_away() -> None:
    says: dict[str, Says] = {
        "/_bulk": gone,
        "/_cat/shards": lambda _: [{"unassigned.reason": None}, {"unassigned.reason": "NODE_LEFT"}],
    }
    with engine(says) as opened, pytest.raises(IndexUnavailable, match=r"is not whole \(node_left\)"):
        opened.remove(["page-0001"])


def test_a_fault_of_the_node_puts_no_document_into_quarantine() -> None:
    says: dict[str, Says] = {
        "/_search": lambda _: {"hits": {"hits": []}},
        "/_bulk": refusals(500, "i_o_exception"),
    }
    with engine(says) as opened, pytest.raises(IndexUnavailable, match=r"can't write \(500 i_o_exception\)"):
        opened.write([document(1)])


def verdict(opened: ElasticEngine) -> None:
    opened.apply({"page-0001": Triage(state=State.ESCALATED, relevant=True, seq=1)})


@pytest.mark.parametrize(
    ("says", "act"),
    [
        ({"/_bulk": refusals(400, "mapper_parsing_exception")}, verdict),
        (
            {
                "/_bulk": refusals(400, "mapper_parsing_exception"),
                "/_search": lambda _: {"hits": {"hits": [HELD | {"_source": stored()}]}},
                "triage/_search": lambda _: {"hits": {"hits": []}},
            },
            lambda opened: opened.lead("page-0002", ["page-0001"]),
        ),
    ],
    ids=["a verdict", "a leader"],
)
def test_what_is_refused_is_not_passed_over(
    says: dict[str, Says], act: Callable[[ElasticEngine], None]
) -> None:
    with engine(says) as opened, pytest.raises(IndexUnavailable, match=r"page-0001 \(mapper_parsing"):
        act(opened)


def stored() -> dict[str, Any]:
    held = document(1)
    return {"document": json.loads(held.model_dump_json()), "triage": {}, "revision": revision(held)}


def test_of_many_writes_that_which_waits_is_named() -> None:
    def first_waits(_: bytes) -> dict[str, Any]:
        busy = {"status": 429, "error": {"type": "es_rejected_execution_exception"}}
        return {"items": [{"create": busy}, {"create": {"status": 201}}]}

    says: dict[str, Says] = {"/_search": lambda _: {"hits": {"hits": []}}, "/_bulk": first_waits}
    with (
        engine(says) as opened,
        pytest.raises(IndexUnavailable, match=r"\(es_rejected"),
    ):
        opened.write([document(1), document(2)])


def test_an_index_that_is_locked_is_told_as_such() -> None:
    block = {"error": {"root_cause": [], "type": "cluster_block_exception", "reason": "full"}, "status": 429}
    with (
        engine({"/_search": lambda _: block}) as opened,
        pytest.raises(IndexUnavailable, match=r"takes no writes \(cluster_block_exception\); .*disks"),
    ):
        opened.lead("page-0001", [])


def test_an_index_of_which_no_generation_serves_is_told_and_not_waited_for() -> None:
    mark = {
        "langnghe-triage": {"aliases": {}},
        "langnghe-first-mark": {"aliases": {"langnghe-first-all": {}}},
    }
    exists = {"error": {"type": "resource_already_exists_exception"}, "status": 400}
    says: dict[str, Says] = {"/langnghe-first-mark": lambda _: exists, "/_alias": lambda _: mark}
    with (
        engine(says) as opened,
        pytest.raises(IndexUnavailable, match=r"serves; `langnghe rebuild`"),
    ):
        opened.write([document(1)])


def test_why_an_index_can_t_be_made_is_told() -> None:
    why = (
        "this action would add [1] shards, but this cluster currently has [1000]/[1000] maximum normal shards"
    )
    refused = {"error": {"type": "validation_exception", "reason": why}, "status": 400}
    says: dict[str, Says] = {"/langnghe-triage": lambda _: refused, "/_alias": lambda _: {}}
    with pytest.raises(IndexUnavailable, match=r"maximum normal shards"), engine(says):
        pass


def test_more_copies_of_a_page_than_are_asked_for_are_not_passed_over() -> None:
    says: dict[str, Says] = {"/_search": lambda _: {"hits": {"hits": [HELD] * 10}}}
    with engine(says) as opened, pytest.raises(IndexUnavailable, match=r"holds pages 10 times"):
        opened.lead("page-0001", [])


def test_a_scan_that_fails_is_told_at_once_though_its_moment_can_t_be_closed() -> None:
    closed: list[bytes] = []

    def no(asked: bytes) -> dict[str, Any]:
        if b'"id"' in asked and b"query" not in asked:
            closed.append(asked)
        return {"error": {"type": "no_master_block_exception"}, "status": 503}

    says: dict[str, Says] = {"/_search": no, "/_pit": no, "langnghe/_pit": lambda _: {"id": "moment"}}
    with ExitStack() as stack:
        url = stack.enter_context(stub(says))
        opened = ElasticEngine(ElasticSettings(hosts=(url,), wait_s=1))
        with pytest.raises(IndexUnavailable, match="is not whole"):
            list(opened.scan(ANY))
        opened.close()
    assert len(closed) == 1
