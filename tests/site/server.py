"""The server: one thread with its own event loop, two loopback addresses, a log of what was asked for."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.site.case import Case
from tests.site.cases import BEHIND, CASES
from tests.site.discovery import DISCOVERY, ROBOTS
from tests.site.exchange import Answer, Exchange, Request

TRAP_ADDRESS = "127.0.0.1"
REQUEST_LIMIT = 64 * 1024


@dataclass
class HostileSite:
    """A running site: `base` is its address without a slash at the end."""

    base: str
    trap_base: str
    cases: tuple[Case, ...]
    requests: list[Request] = field(default_factory=list)
    trap: list[Request] = field(default_factory=list)

    def url(self, path: str) -> str:
        """Return the address of `path`."""
        return self.base + path

    def asked(self, path: str) -> int:
        """Return how often `path` was asked for."""
        return sum(r.path == path for r in self.requests)


class _Server:
    def __init__(self, address: str, robots: str, cases: tuple[Case, ...]) -> None:
        self.address = address
        self.cases = cases
        self.answers: dict[str, Answer] = {"/robots.txt": ROBOTS[robots], **DISCOVERY, **BEHIND}
        self.answers.update((case.path, case.answer) for case in cases)
        self.visits: Counter[str] = Counter()
        self.connections: set[asyncio.Task[None]] = set()
        self.ready = threading.Event()
        self.site: HostileSite
        self.failure: BaseException | None = None
        self.loop: asyncio.AbstractEventLoop
        self.over: asyncio.Event

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:
            self.failure = failure
        finally:
            self.ready.set()

    async def _serve(self) -> None:
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        own = await asyncio.start_server(self._connected, self.address, 0, limit=REQUEST_LIMIT)
        trap = await asyncio.start_server(self._trapped, TRAP_ADDRESS, 0, limit=REQUEST_LIMIT)
        ports = [server.sockets[0].getsockname()[1] for server in (own, trap)]
        self.site = HostileSite(
            f"http://{self.address}:{ports[0]}", f"http://{TRAP_ADDRESS}:{ports[1]}", self.cases
        )
        self.ready.set()
        await self.over.wait()
        await _rounds()  # a connection accepted a moment ago begins: asyncio loses it when its server closes
        own.close()
        trap.close()
        for task in self.connections:
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)
        await _rounds()  # those aborted close their sockets

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._guarded(self._answered(reader, writer), writer)

    async def _trapped(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Log also a connection that asks for nothing: reaching this address is what must not happen."""
        self.site.trap.append(Request("CONNECT", "", {}, TRAP_ADDRESS))
        await self._guarded(asyncio.sleep(0), writer)

    async def _guarded(self, work: "asyncio.Future[None] | object", writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections.add(task)
        try:
            await work  # type: ignore[misc]
            writer.close()
            await writer.wait_closed()
        except (
            ConnectionError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            asyncio.CancelledError,
        ):
            pass
        finally:
            # What is still to be sent to a client that does not read would keep the socket open.
            writer.transport.abort()
            self.connections.discard(task)

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = _read(await reader.readuntil(b"\r\n\r\n"), self.address)
        self.site.requests.append(request)
        path = request.path.partition("?")[0]
        self.visits[path] += 1
        answer = self.answers.get(path) or _branch(path) or _missing
        paths = tuple(case.path for case in self.cases)
        await answer(Exchange(request, writer, self.site.base, self.site.trap_base, self.visits[path], paths))


async def _rounds() -> None:
    """Let the loop go round a few times: asyncio takes up to three to make or close a connection."""
    for _ in range(5):
        await asyncio.sleep(0)


def _read(head: bytes, address: str) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, *_ = [*first.split(" "), "", ""]
    headers = {n.strip().lower(): v.strip() for n, colon, v in (li.partition(":") for li in lines) if colon}
    return Request(method, target, headers, address)


def _branch(path: str) -> Answer | None:
    """Return the answer of the endless chains, whose paths grow."""
    if path.startswith("/bai/chain/"):
        return next(case.answer for case in CASES if case.path == "/bai/chain")
    return DISCOVERY["/sitemap-self.xml"] if path.startswith("/sitemap-self.xml/") else None


async def _missing(to: Exchange) -> None:
    await to.send("Không có trang này", status="404 Not Found")


@contextmanager
def hostile_site(
    address: str = "127.0.0.9", *, robots: str = "allow", cases: tuple[Case, ...] = CASES
) -> Iterator[HostileSite]:
    """Run the site on a free port of `address` and close it at the end, whatever hangs.

    `robots` is one of `tests.site.discovery.ROBOTS`: allow (all but `/bai/cam/`), forbid, error, missing,
    huge, silent, html. `cases` may be fewer than all.
    """
    server = _Server(address, robots, cases)
    thread = threading.Thread(target=server.run, name="hostile-site", daemon=True)
    thread.start()
    server.ready.wait(10)
    if server.failure is not None:
        raise server.failure
    try:
        yield server.site
    finally:
        server.loop.call_soon_threadsafe(server.over.set)
        thread.join(10)
        assert not thread.is_alive(), "the hostile site does not end"
        if server.failure is not None:
            raise server.failure
