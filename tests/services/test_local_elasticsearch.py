"""The local Elasticsearch: it starts, says where it is, and leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from core.errors import MissingPart
from tests.services.conftest import until
from tools.local_elasticsearch import Cluster, NodeFailed, installation

pytestmark = pytest.mark.services
ROOT = Path(__file__).parents[2]


def test_a_node_answers_searches(elasticsearch: str) -> None:
    with Elasticsearch(elasticsearch) as client:
        client.index(index="greetings", id="1", document={"text": "Xin chào"}, refresh=True)
        found = client.search(index="greetings", query={"match": {"text": "chào"}})
        client.indices.delete(index="greetings")
    assert [hit["_id"] for hit in found["hits"]["hits"]] == ["1"]


def java_processes(folder: str) -> list[int]:
    """The processes that have `folder` in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if "EsNode" in line and folder in line:
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_command_prints_where_it_is_and_leaves_no_process(end: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.local_elasticsearch", "--folder", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        up, use, _ = (running.stdout.readline() for _ in range(3))
        told = re.search(r"http://127\.0\.0\.1:\d+", up)
        hosts = re.search(r"LANGNGHE_ELASTIC__HOSTS='(.*)'", use)
        assert told
        assert hosts
        assert json.loads(hosts[1]) == [told[0]]
        assert java_processes(str(tmp_path))
        running.send_signal(end)
        assert running.wait(60) == (-9 if end is signal.SIGKILL else 0)
        until(lambda: not java_processes(str(tmp_path)))


def test_without_maven_one_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPart, match=r"^a local Elasticsearch needs Maven .*apt-get install maven.*$"):
        installation.installed(tmp_path / "cache")


def test_a_second_node_on_the_same_data_says_why_it_does_not_start(elasticsearch_cluster: Cluster) -> None:
    folder = elasticsearch_cluster.nodes[0].folder.parent
    with pytest.raises(NodeFailed, match=r"^node-1 ended: .*lock.*; see .*node\.log$"):
        Cluster(folder).start()


def test_what_can_t_be_compiled_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(folder: Path) -> None:
        for name in ("elasticsearch-9.0.4.jar", "ecj-1.jar"):
            (folder / name).write_bytes(b"")

    monkeypatch.setattr(installation, "_fetch", fetch)
    with pytest.raises(MissingPart, match=r"^.*EsNode\.java can't be compiled against what .*pom\.xml .*$"):
        installation.installed(tmp_path / "cache")


def test_the_command_ends_when_its_node_does_and_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.local_elasticsearch", "--folder", str(tmp_path)]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as running:
        assert running.stdout
        for _ in range(3):
            running.stdout.readline()
        for node in java_processes(str(tmp_path)):
            os.kill(node, signal.SIGKILL)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 1
    assert re.fullmatch(r"elasticsearch: node-1 ended.*; see .*node\.log\n", said)
