"""A node made up for what a real one seldom does: all goes well there but what a test says."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from index.elastic.schema import version

WELL = {"_shards": {"total": 1, "successful": 1, "failed": 0}}
FAILED = {
    "_shards": {
        "total": 1,
        "successful": 0,
        "failed": 1,
        "failures": [{"shard": 0, "reason": {"type": "i_o_exception", "reason": "No space left on device"}}],
    }
}
MONTH = "langnghe-first-2026.10"
HELD = {"_index": MONTH, "_id": "page-0001", "_seq_no": 3, "_primary_term": 1, "_source": {}}

# What a node says to a request whose path has a part: the later of two goes first.
Says = Callable[[bytes], Any]


def refusals(status: int, kind: str) -> Says:
    """An answer that refuses each item of a bulk request."""

    def says(asked: bytes) -> dict[str, Any]:
        item = {"status": status, "error": {"type": kind}}
        lines = [json.loads(line) for line in asked.splitlines()]
        actions = [line for line in lines if line.keys() <= {"create", "index", "delete"}]
        return {"items": [{next(iter(action)): item} for action in actions]}

    return says


def shard(deleted: int) -> dict[str, Any]:
    """Statistics of one shard, of which nothing is kept for other copies."""
    leases = {"leases": [{"retaining_seq_no": 10}]}
    copy = {"seq_no": {"max_seq_no": 9}, "retention_leases": leases, "docs": {"deleted": deleted}}
    return WELL | {"indices": {MONTH: {"shards": {"0": [copy]}}}}


ANSWERS: dict[str, Says] = {
    "/_alias": lambda _: {
        "langnghe-triage": {"aliases": {}},
        "langnghe-first-mark": {"aliases": {"langnghe": {}, "langnghe-first-all": {}}},
        MONTH: {"aliases": {"langnghe": {}, "langnghe-first-all": {}}},
    },
    "-mark/_mapping": lambda _: {"langnghe-first-mark": {"mappings": {"_meta": {"schema": version()}}}},
    "/_search": lambda _: {"hits": {"hits": [HELD]}},
    "triage/_search": lambda _: {"hits": {"hits": []}},
    "/_mget": lambda asked: {"docs": [{"found": False} for _ in json.loads(asked)["docs"]]},
    "/_stats": lambda _: shard(deleted=0),
    "/_cat/shards": lambda _: [{"unassigned.reason": None}],
}


@contextmanager
def stub(says: Mapping[str, Says], asked_for: list[str] | None = None) -> Iterator[str]:
    """Give the URL of a node that answers as `says`, else as ANSWERS, else that all is well.

    `asked_for` is told method and path of what it takes.
    A status of 400 and more is taken from the answer. As Elasticsearch, it takes lines of 4096 bytes at most.
    """
    answers = [*reversed(says.items()), *reversed(ANSWERS.items())]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = next((say(asked) for part, say in answers if part in self.path), WELL)
            if len(self.requestline) > 4096:
                told = {"error": {"type": "too_long_http_line_exception"}, "status": 400}
            elif asked_for is not None:
                asked_for.append(f"{self.command} {unquote(self.path)}")
            body = json.dumps(told).encode()
            self.send_response(told.get("status", 200) if isinstance(told, dict) else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
