"""How fast the crawl is, against plain Scrapy spiders on the same pages in the same run.

`langnghe crawl` takes a local newspaper (`bench_web`) into the archive; so do, turn by turn, a Scrapy
spider that calls trafilatura in its callback and writes Parquet, and one that only fetches
(`bench_spiders`). Each is one command, timed from its start to its end; the median of the rounds counts.
Then: the memory of the largest process at a quarter, at half and at the end of a crawl, how long a good
site takes beside a hostile one against alone, and how long `langnghe run` takes on the demo's web until
the first relevant text can be found.

The exit code is 1 if a limit that the project set itself is missed.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import yaml

from core.archive import Archive
from core.settings import Settings
from index import open_engine
from index.engine import Query
from langnghe.demo.site.server import serving
from tests.site import hostile_site
from tools.bench_web import ADDRESS, newspaper, served
from tools.figures import Figures

# What the project set itself: pages per second against Scrapy with trafilatura; a good site's time beside a
# hostile one against its time alone; how the largest process may grow from a quarter of a crawl to its end.
EXTRACTING, BESIDE, GROWTH = 1.5, 1.3, 1.1
HOSTILE = "127.0.0.9"
PROGRAM = [sys.executable, "-c", "from langnghe.cli import main; main()"]
WATCH_S = 0.1
Told = Callable[..., None]


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with news.parquet (default: invented texts, mixed)")
    parser.add_argument("--pages", type=int, default=2_000, help="pages of the newspaper (default 2,000)")
    parser.add_argument(
        "--memory", type=int, default=2_000, help="pages for measuring memory (default 2,000)"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", nargs="+", default=["speed", "memory", "beside", "flagged"])
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    figures = Figures(quiet=options.json)
    told = figures.tell

    parts: dict[str, Callable[[Path, argparse.Namespace, Told], None]] = {
        "speed": measure_speed,
        "memory": measure_memory,
        "beside": measure_beside,
        "flagged": measure_flagged,
    }
    for name in options.parts:
        with TemporaryDirectory() as folder:
            parts[name](Path(folder), options, told)
    return figures.end()


def measure_speed(folder: Path, options: argparse.Namespace, told: Told) -> None:
    """Measure pages per second, and processor time per page."""
    numbers = count()
    with newspaper(options.pages, options.data) as base:

        def ours() -> tuple[float, float]:
            place = folder / f"ours-{next(numbers)}"
            taken = timed([*PROGRAM, "crawl", "bao"], set_up(place, {"bao": base}))
            return _complete(taken, archived(place, "bao"), options.pages)

        def peer(name: str) -> Callable[[], tuple[float, float]]:
            def run() -> tuple[float, float]:
                target = folder / f"{name}-{next(numbers)}.parquet"
                module = [sys.executable, "-m", "tools.bench_spiders", name]
                taken = timed([*module, f"{base}/sitemap.xml", str(target)], {})
                return _complete(taken, pq.read_metadata(target).num_rows, options.pages)

            return run

        sides = {"langnghe crawl": ours, "Scrapy with trafilatura": peer("trafilatura")}
        sides["Scrapy, fetching only"] = peer("fetch")
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for _ in range(options.rounds):
            for name, side in sides.items():
                taken[name].append(side())
    clock = {name: statistics.median(seconds for seconds, _ in rounds) for name, rounds in taken.items()}
    for name, rounds in taken.items():
        told(f"{name}, pages per s", options.pages / clock[name])
        cpu = statistics.median(seconds for _, seconds in rounds)
        told(f"{name}, processor time per page, ms", 1000 * cpu / options.pages)
    ours_s = clock["langnghe crawl"]
    told("crawl, ratio to Scrapy with trafilatura", clock["Scrapy with trafilatura"] / ours_s, EXTRACTING)
    told("crawl, ratio to Scrapy, fetching only", clock["Scrapy, fetching only"] / ours_s)


def measure_memory(folder: Path, options: argparse.Namespace, told: Told) -> None:
    """Measure what the largest process holds in the course of a crawl."""
    marks = {"a quarter": options.memory // 4, "half": options.memory // 2, "the end": options.memory - 1}
    held: dict[str, float] = {}
    with newspaper(options.memory, options.data) as base:
        environment = set_up(folder, {"bao": base}, options.memory)
        with subprocess.Popen(
            [*PROGRAM, "crawl", "bao"], env=environment, stdout=subprocess.DEVNULL
        ) as crawl:
            while crawl.poll() is None:
                reached = served(base)
                largest = max((resident(pid) for pid in below(crawl.pid)), default=0.0)
                for name, mark in marks.items():
                    if reached >= mark and name not in held:
                        held[name] = largest
                time.sleep(WATCH_S)
    for name, megabytes in held.items():
        told(f"largest process at {name} of {options.memory:,} pages, MB", megabytes)
    told("memory, ratio of the end to a quarter", held["the end"] / held["a quarter"], at_most=GROWTH)


def measure_beside(folder: Path, options: argparse.Namespace, told: Told) -> None:
    """Measure a good site's time beside a hostile one that does all of it at once, against alone."""
    pages = options.pages // 4
    taken: dict[str, list[float]] = {"alone": [], "beside": []}
    with newspaper(pages, options.data) as base, hostile_site(HOSTILE) as hostile:
        for turn in range(options.rounds):
            for name, sites in (("alone", {"bao": base}), ("beside", {"bao": base, "hiem": hostile.base})):
                place = folder / f"{name}-{turn}"
                taken[name].append(good_s(place, sites, base, pages))
    alone, beside = (statistics.median(taken[name]) for name in ("alone", "beside"))
    told("good site alone, s to its last page", alone)
    told("good site beside a hostile one, s to its last page", beside)
    told("good site, ratio beside to alone", beside / alone, at_most=BESIDE)


def good_s(place: Path, sites: dict[str, str], base: str, pages: int) -> float:
    """Return the seconds from the start of a crawl of `sites` to the good one's last page in the archive."""
    environment = set_up(place, sites)
    started = time.perf_counter()
    with subprocess.Popen([*PROGRAM, "crawl", *sites], env=environment, stdout=subprocess.DEVNULL) as crawl:
        while archived(place, "bao") < pages:
            if crawl.poll() is not None and archived(place, "bao") < pages:
                sys.exit(f"the good site was crawled to {archived(place, 'bao')} pages of {pages}")
            time.sleep(WATCH_S)
        taken = time.perf_counter() - started
        crawl.terminate()  # the hostile one waits out its limits
    return taken


def measure_flagged(folder: Path, options: argparse.Namespace, told: Told) -> None:
    """Measure how long a run takes from its start until the first relevant text can be found."""
    with serving(folder / "web") as web:
        environment = set_up(folder / "data", {}, sources=web.sources_dir)
        settings = Settings(data_dir=folder / "data")
        started = time.perf_counter()
        with subprocess.Popen([*PROGRAM, "run"], env=environment, stdout=subprocess.DEVNULL) as run:
            first = 0.0
            while run.poll() is None:
                if not first and found(settings):
                    first = time.perf_counter() - started
                time.sleep(WATCH_S)
        whole = time.perf_counter() - started
        told("run on the demo's web, s to the first flagged text", first or whole)
        told("run on the demo's web, s to its end", whole)


def found(settings: Settings) -> int:
    """Return how many relevant texts a search finds."""
    if not settings.index_path.exists():
        return 0
    with closing(open_engine(settings)) as engine:
        return engine.search(Query(limit=1)).total


def set_up(
    place: Path, sites: dict[str, str], pages: int = 10_000, sources: Path | None = None
) -> dict[str, str]:
    """Lay out a data folder with source files of `sites`; return the environment that crawls into it."""
    folder = place / "sources"
    folder.mkdir(parents=True)
    for name, base in sites.items():
        hostile = name == "hiem"
        source = {
            "id": name,
            "name": name,
            "home": base,
            "allow_addresses": [HOSTILE if hostile else ADDRESS],
            "discover": {"feeds": [f"{base}/rss.xml"]} if hostile else {"sitemaps": [f"{base}/sitemap.xml"]},
            "articles": {"allow": ["^/bai/"]},
        }
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(source), "utf-8")
    given = {
        "DATA_DIR": str(place),
        "SOURCES_DIR": str(sources or folder),
        "CRAWL__DELAY_S": "0",
        "CRAWL__PAGES_PER_RUN": str(pages),
        "CRAWL__CONTACT": "http://127.0.0.1/",
    }
    return {**os.environ, **{f"LANGNGHE_{name}": value for name, value in given.items()}}


def archived(place: Path, source: str) -> int:
    """Return how many pages of `source` the archive below `place` holds."""
    archive = Archive(str(place / "archive"))
    if not (place / "archive").exists():
        return 0
    found = (path for path in archive.partitions() if path.startswith(f"source={source}/"))
    return sum(pq.read_metadata(place / "archive" / path).num_rows for path in found)


def timed(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run `command`; return the seconds it took, by the clock and of the processor."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)
    taken, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _complete(taken: tuple[float, float], got: int, pages: int) -> tuple[float, float]:
    if got != pages:
        sys.exit(f"{got} pages of {pages} were crawled: the figures would say nothing")
    return taken


def below(pid: int) -> set[int]:
    """Return the ids of the process `pid` and of all below it."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def resident(pid: int) -> float:
    """Return the MB that a process holds in memory; 0 for one that is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
    except OSError:
        return 0.0


if __name__ == "__main__":
    sys.exit(main())
