"""A proxy that stands between a client and a node and breaks off answers in the middle when told to."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

METHODS = (b"GET ", b"POST ", b"PUT ", b"DELETE ", b"HEAD ")


class Proxy:
    """Passes bytes to and from `port` on loopback. `broken` lists the requests whose answers were cut."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._cuts = 0
        self._matching = b""
        self._lock = threading.Lock()
        self.broken: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def cut(self, times: int, matching: str) -> None:
        """Break off the next `times` answers to requests whose first line has `matching`."""
        with self._lock:
            self._cuts, self._matching = times, matching.encode()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as node:
            asked = [b""]

            def remember(chunk: bytes) -> bytes:
                if chunk.startswith(METHODS):
                    asked[0] = chunk.split(b"\r\n", 1)[0]
                return chunk

            there = threading.Thread(target=_pump, args=(client, node, remember), daemon=True)
            there.start()
            _pump(node, client, lambda chunk: self._cut_short(chunk, asked[0]))
            there.join()

    def _cut_short(self, chunk: bytes, request: bytes) -> bytes:
        head, separator, body = chunk.partition(b"\r\n\r\n")
        with self._lock:
            if not self._cuts or self._matching not in request or not body:
                return chunk
            self._cuts -= 1
            self.broken.append(request.decode())
        return head + separator + body[: len(body) // 2]


def _pump(source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
    """Pass bytes on until either end closes, or `change` made them fewer; then close both."""
    with suppress(OSError):
        while chunk := source.recv(2**20):
            passed = change(chunk)
            sink.sendall(passed)
            if len(passed) < len(chunk):
                break
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    """Give a proxy before `port`, closed in the end."""
    opened = Proxy(port)
    try:
        yield opened
    finally:
        opened.close()
