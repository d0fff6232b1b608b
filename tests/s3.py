"""A real S3 server (moto's) in a process of its own, which can be told to misbehave.

Run as a program it serves until it is killed: `python -m tests.s3 PORT [CERTIFICATE KEY]`. A POST to
`/faults` with `{"kind": ..., "method": ..., "times": ...}` says what the next requests of a method meet:
`slow_down` (503), `internal` (500), `hang` (no answer for a minute) or `cut` (half of the answer's body).
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import fsspec

from core.settings import S3Settings

# Any key will do: moto lets everybody in until a bucket has a policy.
KEY = {
    "AWS_ACCESS_KEY_ID": "listener",
    "AWS_SECRET_ACCESS_KEY": "s3cr3t-of-tests",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class S3:
    """A running server. `kill` ends it at once."""

    def __init__(self, process: subprocess.Popen[str], port: int, ca_file: Path | None = None) -> None:
        self.process = process
        self.port = port
        self.endpoint = f"http{'s' if ca_file else ''}://127.0.0.1:{port}"
        self.ca_file = ca_file

    @property
    def settings(self) -> S3Settings:
        """How to reach it, with little patience."""
        return S3Settings(
            endpoint=self.endpoint, path_style=True, ca_file=self.ca_file, timeout_s=5, retries=2
        )

    def make_bucket(self) -> str:
        """Make a bucket and return its name."""
        name = f"b{uuid4().hex[:12]}"
        self.call("create_bucket", Bucket=name)
        return name

    def call(self, method: str, **given: Any) -> Any:
        """Call the server as an administrator would."""
        verify = {"verify": str(self.ca_file)} if self.ca_file else {}
        fs = fsspec.filesystem("s3", endpoint_url=self.endpoint, client_kwargs=verify)
        return fs.call_s3(method, **given)

    def deny(self, bucket: str, *actions: str) -> None:
        """Let nobody do `actions` in a bucket."""
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": list(actions),
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        }
        self.call(
            "put_bucket_policy",
            Bucket=bucket,
            Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    def fault(self, kind: str, method: str, times: int = 10**9) -> None:
        """Let the next `times` requests of a method meet a fault; nothing else is wrong any more."""
        body = json.dumps({"kind": kind, "method": method, "times": times}).encode()
        with urlopen(Request(f"{self.endpoint}/faults", data=body, method="POST")):
            pass

    def met(self) -> None:
        """Wait until a request meets the fault that was set last."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with urlopen(f"{self.endpoint}/faults") as answer:
                if json.loads(answer.read())["met"]:
                    return
        raise TimeoutError("no request met the fault")

    def kill(self) -> None:
        """End the server without a word."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(port: int = 0, certificate: tuple[Path, Path] | None = None) -> Iterator[S3]:
    """Run a server, on any free port unless told otherwise; it holds nothing yet."""
    files = [str(file) for file in certificate or ()]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.s3", str(port), *files],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert process.stdout
    try:
        yield S3(process, int(process.stdout.readline()), certificate and certificate[0])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Faults:
    """A WSGI application before another, which spoils what it is told to."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.now: dict[str, Any] = {"kind": "", "method": "", "times": 0, "met": 0}
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/faults" and environ["REQUEST_METHOD"] == "GET":
            start_response("200 OK", [])
            return [json.dumps(self.now).encode()]
        if environ["PATH_INFO"] == "/faults":
            self.now = {"met": 0} | json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            start_response("204 No Content", [])
            return []
        with self.lock:
            hit = self.now["times"] > 0 and self.now["method"] == environ["REQUEST_METHOD"]
            self.now["times"] -= hit
            self.now["met"] += hit
        kind = self.now["kind"] if hit else ""
        if kind in ("slow_down", "internal"):
            status, code = {
                "slow_down": ("503 Slow Down", "SlowDown"),
                "internal": ("500 Oh", "InternalError"),
            }[kind]
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response(status, [("Content-Type", "application/xml")])
            return [f"<Error><Code>{code}</Code><Message>Not now.</Message></Error>".encode()]
        if kind == "hang":
            threading.Event().wait(60)
        answer = self.app(environ, start_response)
        if kind == "cut":
            body = b"".join(answer)
            return [body[: len(body) // 2]]
        return answer


def main() -> None:
    """Serve until killed."""
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    app = Faults(DomainDispatcherApplication(create_backend_app))
    tls = (sys.argv[2], sys.argv[3]) if len(sys.argv) > 3 else None
    server = make_server(
        "127.0.0.1", int(sys.argv[1]), app, threaded=True, request_handler=MotoRequestHandler, ssl_context=tls
    )
    print(server.server_port, flush=True)  # noqa: T201 - whom the tests' process reads
    server.serve_forever()


if __name__ == "__main__":
    main()
