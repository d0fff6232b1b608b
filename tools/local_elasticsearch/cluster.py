"""Nodes that form one cluster, or one alone."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import URLError
from urllib.request import urlopen

from tools.local_elasticsearch.installation import installed
from tools.local_elasticsearch.node import Node, NodeFailed, free_port
from tools.running import Running

HEAP = "512m"
START_S = 300.0  # a quiet machine takes 10 s for a node and 20 s for three


class Cluster(Running):
    """`count` nodes on loopback with their data in `folder`, which a later start finds again.

    `port` is the first node's, 0 a free one. `settings` are Elasticsearch's, for each node. As a context it
    is started and stopped.
    """

    def __init__(
        self, folder: Path, count: int = 1, port: int = 0, settings: Mapping[str, str] | None = None
    ) -> None:
        ports = [port or free_port(), *(free_port() for _ in range(1, count))]
        self.nodes: Sequence[Node] = tuple(
            Node(f"node-{number}", folder / f"node-{number}", http, free_port())
            for number, http in enumerate(ports, 1)
        )
        self._settings = {"cluster.name": "langnghe-local", **(settings or {})}
        if count == 1:
            self._settings["discovery.type"] = "single-node"
        else:
            names = [node.name for node in self.nodes]
            seeds = [f"127.0.0.1:{node.transport}" for node in self.nodes]
            self._settings["cluster.initial_master_nodes"] = ",".join(names)
            self._settings["discovery.seed_hosts"] = ",".join(seeds)

    @property
    def urls(self) -> list[str]:
        """Where its nodes answer."""
        return [node.url for node in self.nodes]

    def start(self) -> None:
        """Start the nodes that don't run; return when all have met and no primary shard is missing.

        Raises NodeFailed, and MissingPart (`tools.local_elasticsearch.installation`).
        """
        home = installed()
        try:
            for node in self.nodes:
                if not node.running:
                    node.start(home, HEAP, self._settings)
            self.await_health(nodes=len(self.nodes))
        except BaseException:
            self.stop()
            raise

    def await_health(self, nodes: int, status: str = "yellow", timeout_s: float = START_S) -> None:
        """Return when `nodes` nodes have met and the cluster is `status` or better. Raises NodeFailed."""
        deadline = time.monotonic() + timeout_s
        wanted = f"wait_for_nodes={nodes}&wait_for_status={status}&wait_for_no_initializing_shards=true"
        while True:
            running = [node for node in self.nodes if node.running]
            if len(running) < nodes:
                raise self._ended()
            try:
                answer = _ask(f"{running[0].url}/_cluster/health?{wanted}&timeout=1s")
            except OSError as error:
                answer = {"timed_out": True, "status": str(error)}
            if not answer["timed_out"]:
                return
            if time.monotonic() > deadline:
                raise NodeFailed(
                    f"no {status} cluster of {nodes} in {timeout_s:.0f} s ({answer['status']}); "
                    f"see {running[0].log}"
                )
            time.sleep(0.1)

    def await_end(self) -> NoReturn:
        """Wait until a node ends by itself. Raises NodeFailed then."""
        while all(node.running for node in self.nodes):
            time.sleep(0.5)
        raise self._ended()

    def _ended(self) -> NodeFailed:
        ended = next(node for node in self.nodes if not node.running)
        return NodeFailed(f"{ended.name} ended{_last_words(ended.log)}; see {ended.log}")

    def stop(self) -> None:
        """End all nodes in order."""
        for node in self.nodes:
            node.stop()


def _ask(url: str) -> dict[str, Any]:
    try:
        with urlopen(url, timeout=10) as answer:
            return dict(json.load(answer))
    except URLError as error:
        if (body := getattr(error, "read", None)) is None:
            raise
        return {"timed_out": True, "status": "not yet", **json.loads(body() or b"{}")}


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    causes = [line.strip() for line in lines if "Exception" in line or "Error" in line]
    return f": {causes[-1][:300]}" if causes else ""
