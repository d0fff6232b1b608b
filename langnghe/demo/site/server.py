"""Starts the invented web in a process of its own, on loopback only."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from core.errors import BadInput, StageFailed
from langnghe.demo.site.corpus import Corpus, check
from langnghe.demo.site.process import REQUESTS

ENDING_S = 5.0


@dataclass(frozen=True)
class ServedSite:
    """A site that is being served: its id (also of its source) and the address of its home page."""

    id: str
    base: str


@dataclass(frozen=True)
class RunningWeb:
    """The invented web while it is served; `sources_dir` holds the source files to crawl it by."""

    sites: tuple[ServedSite, ...]
    sources_dir: Path
    pid: int

    def requests(self) -> dict[str, int]:
        """Return how many requests came since the start, by site and what was asked for: `ben-song image`."""
        with urlopen(self.sites[0].base.rstrip("/") + REQUESTS, timeout=5) as answer:  # noqa: S310 - our own server
            counts: dict[str, int] = json.load(answer)
        return counts


@contextmanager
def serving(folder: Path, corpus: Corpus | None = None) -> Iterator[RunningWeb]:
    """Serve the invented web, or `corpus` alone, until the block ends or this process does, however it does.

    `folder` remembers its first run, from which all dates count back, and its port, so that addresses stay
    the same; ready source files lie in `folder/sources`. Raises BadInput for a corpus that can't be served,
    StageFailed when the port is taken.
    """
    if corpus is not None:
        check(corpus)
    folder = folder.resolve()
    asked = {
        "folder": str(folder),
        "parent": os.getpid(),
        "corpus": str(corpus.path.resolve()) if corpus else "",
        "pages": corpus.pages if corpus else 0,
    }
    # In a session of its own, so that Ctrl-C reaches the crawl first, and the web outlives it in good order.
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "langnghe.demo.site.process", json.dumps(asked)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield _ready(child, folder)
    finally:
        child.terminate()
        try:
            child.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout:
            child.stdout.close()


def _ready(child: subprocess.Popen[bytes], folder: Path) -> RunningWeb:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise StageFailed("the demo web did not start; what it printed above says why")
    told = json.loads(line)
    if "error" in told:
        raise (BadInput if told["kind"] == "BadInput" else StageFailed)(told["error"])
    sites = tuple(ServedSite(site_id, base) for site_id, base in told["sites"])
    return RunningWeb(sites, folder / "sources", child.pid)
