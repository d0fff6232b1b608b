"""The process that serves the invented web: started by `server.serving`, ends with the process that did."""

import asyncio
import json
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import uvicorn

from core.errors import LangngheError, StageFailed
from langnghe.demo.site.answers import Answer, Site
from langnghe.demo.site.corpus import Corpus
from langnghe.demo.site.dates import FirstRun, recall, remember
from langnghe.demo.site.web import ADDRESSES, served, sites, write_sources

REQUESTS = "/-/requests"
# A port is tried again for so long: the process of a killed run may need a moment to notice and leave.
PATIENCE_S = 5.0
WATCH_S = 0.25
MINIMUM = 10

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Web:
    """The ASGI application: picks the site by the address that was connected to, and counts requests."""

    def __init__(self, by_address: Mapping[str, Site]) -> None:
        self._sites = by_address
        self._requests: Counter[str] = Counter()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3.0, HTTP only)."""
        site = self._sites[scope["server"][0]]
        if scope["path"] == REQUESTS:
            body = json.dumps(self._requests).encode()
            await _reply(send, Answer("requests", body, "application/json"), [], scope["method"])
            return
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        answer = site.answer(unquote(scope["path"]), query)
        self._requests[f"{site.id} {answer.kind}"] += 1
        asked = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        tag = f'"{sha256(answer.body).hexdigest()[:20]}"'
        headers = [("etag", tag), ("cache-control", "max-age=0")]
        if answer.modified is not None:
            headers.append(("last-modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True)))
        if answer.status == 200 and _unchanged(asked, tag, answer.modified):
            self._requests[f"{site.id} not-modified"] += 1
            answer = Answer(answer.kind, b"", answer.content_type, 304)
        await _reply(send, answer, headers, scope["method"])


def _unchanged(asked: Mapping[str, str], tag: str, modified: datetime | None) -> bool:
    """Say whether a conditional request finds what it knows (RFC 9110, 13.2.2: the tag decides, if sent)."""
    if "if-none-match" in asked:
        return tag in asked["if-none-match"]
    if "if-modified-since" in asked and modified is not None:
        try:
            return modified.replace(microsecond=0) <= parsedate_to_datetime(asked["if-modified-since"])
        except (TypeError, ValueError):
            return False
    return False


async def _reply(send: Send, answer: Answer, headers: Sequence[tuple[str, str]], method: str) -> None:
    sent = [(name.encode(), value.encode()) for name, value in headers]
    if answer.status != 304:
        sent += [
            (b"content-type", answer.content_type.encode()),
            (b"content-length", b"%d" % len(answer.body)),
        ]
    await send({"type": "http.response.start", "status": answer.status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})


def listen(addresses: Sequence[str], port: int | None) -> list[socket.socket]:
    """Return sockets that listen on `addresses`, all on `port`, or on one port that is free on all.

    Raises StageFailed when the port is taken, or none is found.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        opened: list[socket.socket] = []
        try:
            chosen = port or 0
            for address in addresses:
                opened.append(socket.create_server((address, chosen)))
                # Inherited by connections; without it an answer waits 40 ms for a delayed acknowledgement.
                opened[-1].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                chosen = opened[0].getsockname()[1]
        except OSError as error:
            for one in opened:
                one.close()
            if time.monotonic() > deadline:
                where = f"port {port}" if port else "any port"
                raise StageFailed(
                    f"the demo web can't listen on {where} of {', '.join(addresses)} ({error.strerror}): "
                    "end the program that does (another demo on the same folder?), or use another --dir"
                ) from error
            time.sleep(0.1)
        else:
            return opened


async def serve(web: Web, sockets: list[socket.socket], parent: int) -> None:
    """Serve until the process `parent` is gone."""
    config = uvicorn.Config(
        web,
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)

    async def watch() -> None:
        while os.getppid() == parent:
            await asyncio.sleep(WATCH_S)
        os._exit(0)

    watching = asyncio.create_task(watch())
    await server.serve(sockets=sockets)
    watching.cancel()


def main(arguments: Sequence[str]) -> int:
    """Serve as the JSON in the first argument says; write one line of JSON when ready, or what is wrong."""
    asked = json.loads(arguments[0])
    folder, parent = Path(asked["folder"]), int(asked["parent"])
    corpus = Corpus(Path(asked["corpus"]), int(asked["pages"])) if asked["corpus"] else None
    try:
        known = recall(folder)
        sockets = listen([ADDRESSES[site_id] for site_id in served(corpus)], known.port if known else None)
        run = known or FirstRun(datetime.now(UTC).replace(microsecond=0), sockets[0].getsockname()[1])
        remember(folder, run)
        shown = sites(run, corpus)
        write_sources(folder / "sources", shown, min(MINIMUM, corpus.pages if corpus else MINIMUM), run.at)
    except LangngheError as error:
        print(json.dumps({"error": str(error), "kind": type(error).__name__}), flush=True)  # noqa: T201
        return 1
    print(json.dumps({"sites": [[site.id, site.base] for site in shown]}), flush=True)  # noqa: T201 - the parent reads it
    asyncio.run(serve(Web({ADDRESSES[site.id]: site for site in shown}), sockets, parent))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
