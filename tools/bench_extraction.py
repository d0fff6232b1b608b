"""How fast extraction is, against `trafilatura.extract` with its defaults on the same pages in the same run.

trafilatura gives the text alone, extraction the title, lead, dates, section, address and comments as well.
One process, one core, each page read by both in turn; medians over rounds. Without --data the pages are those
of the demo's first newspaper.
"""

import argparse
import gzip
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import trafilatura

from crawlers.extraction import extract
from langnghe.demo.site.dates import FirstRun
from langnghe.demo.site.web import invented_sites
from tools.figures import Figures

ADDRESS = re.compile(r"<loc>([^<]+\.html)</loc>")


def main() -> int:
    """Measure and print; return the exit code: 1 when extraction is slower than its peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder that may have pages/*.html.gz (else the demo's)")
    parser.add_argument("--pages", type=int, default=300, help="how many pages at most (default 300)")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (default 5)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # one core, the same for both sides
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    real = options.data is not None and (options.data / "pages").is_dir()
    pages = (given(options.data) if real else invented())[: options.pages]
    figures = Figures(quiet=options.json)
    figures.tell("pages", len(pages))
    figures.tell("kB a page on average", sum(map(len, pages)) / len(pages) / 1000)
    own, peer, ratio = measure(pages, options.rounds)
    figures.tell("extraction, pages per second", own)
    figures.tell("trafilatura.extract, pages per second", peer)
    figures.tell("times the speed of trafilatura", ratio, at_least=1)
    return figures.end()


def given(data: Path) -> list[bytes]:
    """Return the pages of `data`."""
    files = sorted((data / "pages").glob("*.html.gz"))
    if not files:
        sys.exit(f"{data}/pages: no .html.gz file there; give --data a folder with pages/*.html.gz")
    return [gzip.decompress(file.read_bytes()) for file in files]


def invented() -> list[bytes]:
    """Return the pages of the demo's first newspaper."""
    paper = invented_sites(FirstRun(datetime(2026, 11, 24, 8, tzinfo=UTC), 80))[0]
    addresses = ADDRESS.findall(paper.answer("/sitemap-1.xml", {}).body.decode())
    answers = (paper.answer(urlsplit(address).path, {}) for address in addresses)
    return [answer.body for answer in answers if answer.status == 200]


def measure(pages: Sequence[bytes], rounds: int) -> tuple[float, float, float]:
    """Return pages per second of both, and their ratio, medians over `rounds`."""
    ways: tuple[Callable[[bytes], object], ...] = (lambda body: extract(body, ""), trafilatura.extract)
    rates: list[list[float]] = []
    for _ in range(rounds + 1):  # the first round fills caches on both sides and does not count
        spent = [0.0, 0.0]
        for body in pages:
            for which, way in enumerate(ways):
                start = time.process_time()
                way(body)
                spent[which] += time.process_time() - start
        rates.append([len(pages) / one for one in spent])
    own, peer = (statistics.median(column) for column in zip(*rates[1:], strict=True))
    return own, peer, statistics.median(a / b for a, b in rates[1:])


if __name__ == "__main__":
    sys.exit(main())
