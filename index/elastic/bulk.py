"""Many writes at once: bounded requests, few in flight, each item tried again by itself."""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from elasticsearch import ApiError
from pydantic_core import to_json

from core.errors import IndexUnavailable
from index.elastic.cluster import BLOCKED, PASSING, Cluster, pauses

# A request is sent when it holds this many bytes (some 100 articles), and this many are under way at most:
# the next is made meanwhile, and a cluster that is slow slows us down. Each request is an fsync.
REQUEST_BYTES = 1_000_000
IN_FLIGHT = 2


@dataclass(frozen=True, slots=True)
class Operation:
    """One write: `body` is kept under `id`, or nothing any more if it is None.

    It counts only if the last change there has the numbers `seq_no` and `term` (Elasticsearch's optimistic
    concurrency). Without them a body counts only if nothing is there; a removal always does.
    """

    index: str
    id: str
    body: bytes | None
    seq_no: int | None = None
    term: int | None = None

    def lines(self) -> list[bytes]:
        """Return it as a bulk request has it."""
        action: dict[str, Any] = {"_index": self.index, "_id": self.id}
        name: Literal["create", "index", "delete"] = "create" if self.body is not None else "delete"
        if self.seq_no is not None:
            name = "index" if self.body is not None else "delete"
            action |= {"if_seq_no": self.seq_no, "if_primary_term": self.term}
        return [to_json({name: action}), *([self.body] if self.body is not None else [])]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a write: `done`; `conflict`, as someone else wrote or removed there; or `refused`.

    A removal is done where nothing is there. What is refused is so for the document's own sake.
    """

    operation: Operation
    result: Literal["done", "conflict", "refused"]
    reason: str = ""


def send(cluster: Cluster, operations: Iterable[Operation], *, refusable: bool = False) -> list[Answer]:
    """Carry out `operations`, in no order, and return what became of each, in order.

    Raises IndexUnavailable when the cluster can't take them within its patience, and for one that is refused
    unless they are `refusable`; some may then be written.
    """
    answers: list[Answer] = []
    under_way: deque[Future[list[Answer]]] = deque()
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for request in _requests(operations):
            if len(under_way) == IN_FLIGHT:
                answers += under_way.popleft().result()
            under_way.append(pool.submit(_send, cluster, request))
        while under_way:
            answers += under_way.popleft().result()
    if not refusable and (refused := next((a for a in answers if a.result == "refused"), None)):
        raise IndexUnavailable(
            f"the index {refused.operation.index} on Elasticsearch ({cluster.hosts}) does not take a change "
            f"of text {refused.operation.id} ({refused.reason}); see the log of its nodes, then run again"
        )
    return answers


def _requests(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    request: list[Operation] = []
    size = 0
    for operation in operations:
        request.append(operation)
        size += len(operation.body or b"")
        if size >= REQUEST_BYTES:
            yield request
            request, size = [], 0
    if request:
        yield request


def _send(cluster: Cluster, operations: Sequence[Operation]) -> list[Answer]:
    """Send one request, and again what could not be taken for now."""
    answers: dict[int, Answer] = {}
    waiting = list(enumerate(operations))
    deadline = time.monotonic() + cluster.wait_s
    for pause in pauses():
        items = _ask(cluster, [operation for _, operation in waiting])
        again = []
        why = ""
        for (place, operation), item in zip(waiting, items, strict=True):
            if item["status"] in PASSING:
                again.append((place, operation))
                why = _type(item)
            else:
                answers[place] = _answer(cluster, operation, item)
        if not again:
            return [answers[place] for place in range(len(operations))]
        if time.monotonic() + pause > deadline:
            raise IndexUnavailable(
                f"the index on Elasticsearch ({cluster.hosts}) takes no writes ({why}); "
                f"{BLOCKED if 'block' in why else 'nothing is lost, run again later'}"
            )
        time.sleep(pause)
        waiting = again
    raise AssertionError  # Pauses never end.


def _ask(cluster: Cluster, operations: Sequence[Operation]) -> list[dict[str, Any]]:
    lines = [line for operation in operations for line in operation.lines()]
    try:
        answer = cluster.ask(
            lambda: cluster.client.bulk(
                operations=lines,  # type: ignore[arg-type] # the client takes lines that are JSON already
                # Shards that are not there are to be told before our own patience with the request ends.
                timeout=f"{cluster.settings.timeout_s / 2:.0f}s",
                filter_path=["items.*.status", "items.*.error.type"],
            ),
            answers=[413],
        )
    except ApiError:
        if len(operations) == 1:
            return [{"status": 413, "error": {"type": "too_large"}}]
        middle = len(operations) // 2
        return _ask(cluster, operations[:middle]) + _ask(cluster, operations[middle:])
    return [next(iter(item.values())) for item in answer.body["items"]]


def _answer(cluster: Cluster, operation: Operation, item: dict[str, Any]) -> Answer:
    status: int = item["status"]
    reason = _type(item)
    gone = reason == "index_not_found_exception" or (status == 404 and "error" not in item)
    if status < 300 or (gone and operation.body is None):
        return Answer(operation, "done")
    if gone or status == 409:
        return Answer(operation, "conflict")
    if status >= 500 or reason == "illegal_index_shard_state_exception":
        # A full disk, a broken file, a shard on its way elsewhere: never the document's fault.
        raise IndexUnavailable(
            f"the index {operation.index} on Elasticsearch ({cluster.hosts}) can't write "
            f"({status} {reason}); nothing is lost, see the cluster's health and the log of its nodes"
        )
    if "block" in reason:
        raise IndexUnavailable(
            f"the index {operation.index} on Elasticsearch ({cluster.hosts}) takes no writes ({reason}); "
            f"{BLOCKED}"
        )
    if status in (401, 403, 404) or reason == "strict_dynamic_mapping_exception":
        raise IndexUnavailable(
            f"the index {operation.index} on Elasticsearch ({cluster.hosts}) takes no documents of ours "
            f"({reason}); check who else changed it, or make it anew by `langnghe rebuild`"
        )
    return Answer(operation, "refused", reason)


def _type(item: dict[str, Any]) -> str:
    return str(item.get("error", {}).get("type", item["status"]))
