"""The process that serves the invented web: on loopback only, gone with its parent, plain when it can't."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import StageFailed
from langnghe.demo.site.process import listen
from langnghe.demo.site.server import serving

LISTEN = "0A"
PARENT = """
import sys, time
from pathlib import Path
from langnghe.demo.site.server import serving
with serving(Path(sys.argv[1])) as web:
    print(web.pid, flush=True)
    time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def listening(pid: int) -> list[str]:
    """The addresses, in hex, that the process listens on."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        target = str(link.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and fields[9] in inodes:
                found.append(fields[1].partition(":")[0])
    return found


def test_it_listens_on_loopback_and_nowhere_else(tmp_path):
    with serving(tmp_path) as web:
        addresses = listening(web.pid)
    # Little-endian hex: 127.0.0.2 is 0200007F.
    assert sorted(addresses) == ["0200007F", "0300007F", "0400007F", "0600007F"]


def test_it_ends_with_the_block(tmp_path):
    with serving(tmp_path) as web:
        assert alive(web.pid)
    assert not alive(web.pid)


def test_it_ends_when_its_parent_is_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        deadline = time.monotonic() + 10
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not alive(pid)
    with serving(tmp_path) as web:
        assert alive(web.pid)


def test_a_taken_port_is_said_plainly(tmp_path, monkeypatch):
    monkeypatch.setattr("langnghe.demo.site.process.PATIENCE_S", 0.2)
    sockets = listen(["127.0.0.2"], None)
    port = sockets[0].getsockname()[1]
    with sockets[0], pytest.raises(StageFailed, match=f"port {port} of 127.0.0.2.*another demo"):
        listen(["127.0.0.2"], port)


def test_two_folders_are_served_side_by_side(tmp_path):
    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        assert not {site.base for site in one.sites} & {site.base for site in two.sites}


def test_a_damaged_memory_is_said_plainly(tmp_path):
    (tmp_path / "first-run.json").write_text("{")
    with pytest.raises(StageFailed, match=r"first-run\.json"), serving(tmp_path):
        pass
