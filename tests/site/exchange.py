"""One request and the raw bytes that answer it: HTTP libraries are too polite for what is sent here."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What a client asked for. `headers` has lower-case names; `address` is where it was asked."""

    method: str
    path: str
    headers: dict[str, str]
    address: str


@dataclass
class Exchange:
    """One connection: the request, and ways to answer it. `visits` counts the requests for this path."""

    request: Request
    writer: asyncio.StreamWriter
    base: str
    trap: str
    visits: int
    cases: tuple[str, ...] = field(default=())

    async def raw(self, data: bytes) -> None:
        """Send `data` as it is."""
        self.writer.write(data)
        await self.writer.drain()

    async def send(
        self,
        body: str | bytes,
        kind: str | None = "text/html; charset=utf-8",
        status: str = "200 OK",
        **headers: str,
    ) -> None:
        """Send a whole and well-formed answer; `kind` None leaves the Content-Type out."""
        data = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(data)}", "Connection: close"]
        lines += [f"Content-Type: {kind}"] if kind else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + data)

    async def redirect(self, to: str, status: str = "302 Found") -> None:
        """Send the client elsewhere."""
        await self.send("", status=status, Location=to)

    async def never(self) -> None:
        """Say nothing more, until the client or the site goes."""
        await asyncio.Event().wait()

    def reset(self) -> None:
        """Break the connection with a TCP reset (SO_LINGER of zero seconds)."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Answer = Callable[[Exchange], Awaitable[None]]
