"""The intake on a real socket, served by uvicorn as `langnghe serve` does it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import httpx
import uvicorn

from core.records import Records, open_records
from core.records.partners import Partner, declare_partner
from core.records.tokens import Scope, create_token, tokens
from core.settings import Settings
from intake.app import create_intake

PATH = "/intake/v1/reports"
SOURCE = "tong-dai-111"


@dataclass(frozen=True)
class Served:
    """A running intake: where, and the token of a partner."""

    port: int
    token: str
    token_id: str
    records: Records

    @property
    def url(self) -> str:
        """Where reports are sent."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    def send(self, body: object, key: str = "k1", **headers: str) -> httpx.Response:
        """Send a report: JSON, or bytes as they are."""
        sent = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if isinstance(body, bytes):
            sent = {"Content-Type": "application/json"} | sent
            return httpx.post(self.url, content=body, headers=sent, timeout=30)
        return httpx.post(self.url, json=body, headers=sent, timeout=30)

    def raw(self, request: bytes, wait_s: float = 10) -> bytes:
        """Send bytes on a bare socket and return all that is answered until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait_s) as sock:
            with suppress(BrokenPipeError, ConnectionResetError):
                sock.sendall(request)  # the server may have heard enough; what it said is read below
            answer = b""
            with suppress(ConnectionResetError):
                while part := sock.recv(65536):
                    answer += part
            return answer

    def head(self, *lines: str) -> bytes:
        """The head of a request with the token, without its last empty line."""
        head = [
            f"POST {PATH} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.token}",
            "Idempotency-Key: k1",
            "Content-Type: application/json",
            *lines,
        ]
        return "\r\n".join(head).encode() + b"\r\n"


def partner_token(records: Records, days: float = 1, scopes: tuple[Scope, ...] = (Scope.REPORTS,)) -> str:
    """Make the hotline a partner with a token; return its secret."""
    declare_partner(records, Partner(id=SOURCE, name="Tổng đài 111"))
    return create_token(records, "mẫu web", SOURCE, scopes, "lan", timedelta(days=days))[0]


@contextmanager
def serving(settings: Settings) -> Iterator[Served]:
    """Serve the intake of these settings."""
    records = open_records(settings)
    token = partner_token(records)
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_intake(settings, records), log_level="critical", h11_max_incomplete_event_size=16 * 1024
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield Served(sock.getsockname()[1], token, tokens(records)[-1].id, records)
    server.should_exit = True
    thread.join(30)
    records.close()
