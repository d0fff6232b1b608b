"""The embedded engine at a hundred thousand, three hundred thousand and a million documents.

For each size: how long it took to get there, how large the file is, and the time of what people ask most, at
the 95th percentile over 50 different questions, each asked once with the engine freshly opened. Limits are
those that the project set itself; the exit code is 1 if one is not met.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from core.contracts import VIETNAM, Document
from core.records.people import Role
from core.text import fold
from dashboards.console.filters import Filters
from dashboards.console.reading import Reading
from index.embedded import EmbeddedEngine
from index.engine import Query
from index.standing import pairs
from tools.bench_documents import FIRST, PER_DAY, RELEVANT, Text, documents, texts

SIZES = (100_000, 300_000, 1_000_000)
BATCH = 200  # as many as the pipeline writes at once
ASKED = 50
SEED = 11
SLOWEST = 0.95


def main() -> int:
    """Build, ask and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with news.parquet (default: invented texts, mixed)")
    parser.add_argument("--folder", type=Path, help="where to build, and keep what is built")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    made_of = texts(options.data)
    lengths = [sum(map(len, text)) for text in made_of]
    print(f"{len(made_of):,} texts, {statistics.mean(lengths):,.0f} characters in the mean", flush=True)
    with TemporaryDirectory() as folder:
        path = (options.folder or Path(folder)) / "bench.db"
        kept, built, late = 0, 0.0, False
        for size in sorted(options.sizes):
            started = time.perf_counter()
            fill(path, made_of, kept, size)
            built += time.perf_counter() - started
            kept = size
            weight = sum(f.stat().st_size for f in path.parent.glob(f"{path.name}*"))
            speed = f"{built:,.0f} s ({size / built:,.0f}/s)"
            print(f"\n{size:,} documents: built in {speed}, {weight / 1e9:.2f} GB")
            for name, (seconds, limit) in ask(path, made_of, size).items():
                told = "" if limit is None else f"  (limit {limit * 1000:.0f} ms)"
                late |= limit is not None and seconds > limit
                print(f"  {name:<58}{seconds * 1000:>9.1f} ms{told}", flush=True)
    return int(late)


def fill(path: Path, made_of: list[Text], start: int, stop: int) -> None:
    """Write the documents from `start` to `stop`, if they are not there yet."""
    engine = EmbeddedEngine(path)
    made = documents(made_of, max(start, engine.size()), stop)
    while batch := list(islice(made, BATCH)):
        engine.write(batch)
    engine.close()


def ask(path: Path, made_of: list[Text], size: int) -> dict[str, tuple[float, float | None]]:
    """Return for each kind of question the seconds at the 95th percentile, and its limit in seconds."""
    draw = random.Random(SEED)
    chosen = [draw.randrange(size) for _ in range(ASKED)]
    asked_of = [next(documents(made_of, n, n + 1)) for n in chosen]
    pages = [d.page.id for d in asked_of]
    weeks = [(FIRST + timedelta(days=n / PER_DAY)).astimezone(VIETNAM).date() for n in chosen]
    two = [_two_words(draw, document) for document in asked_of]
    common = _common(made_of)
    words = [common[n % len(common)] for n in range(ASKED)]
    waiting = [Filters.model_validate({"state": ("open",), "severity": n % 4}) for n in range(ASKED)]
    engine = EmbeddedEngine(path)

    def queue(filters: Filters) -> object:
        sight = Reading(engine, Role.ANALYST)
        query = filters.query(order="queue")
        return sight.search(query), sight.offered(filters, lambda f: f.query(order="queue"))

    def week(n: int) -> object:
        query = Query(since=weeks[n] - timedelta(days=6), until=weeks[n])
        return engine.counts(query, "day"), engine.counts(query, "week", "category")

    def relevant(text: str) -> object:
        return engine.search(Query(text=text, grouped=True, order="score"))

    def all_of(text: str) -> object:
        return engine.search(Query(text=text, relevant=None, grouped=True, order="score"))

    def standing(n: int) -> object:
        return engine.significant(Query(since=weeks[n] - timedelta(days=6), until=weeks[n]))

    found = {
        "queue page with its filters": (_slow(queue, waiting), 0.3),
        "queue, first page alone": (
            _slow(lambda f: engine.search(f.query(order="queue")), waiting),
            0.3,
        ),
        "the week's counts by day and category": (_slow(week, range(ASKED)), 0.3),
        f"two words among the relevant ({RELEVANT:.0%})": (_slow(relevant, two), 0.3),
        "two common words among all": (_slow(all_of, words), 1.0),
        "what stands out in a week": (_slow(standing, range(ASKED)), None),
        "texts like one": (_slow(lambda page_id: engine.similar(page_id, 5), pages), None),
        "one text": (_slow(engine.get, pages), None),
    }
    engine.close()
    return found


def _slow(call: Callable[..., object], given: Sequence[object]) -> float:
    """Return the seconds of `call` at the 95th percentile."""
    taken = []
    for one in given:
        started = time.perf_counter()
        call(one)
        taken.append(time.perf_counter() - started)
    return statistics.quantiles(taken, n=20, method="inclusive")[-1]


def _two_words(draw: random.Random, document: Document) -> str:
    """Return two words of a title, half of the time typed without marks."""
    words = [w for w in document.page.title.split() if w.isalpha()] or ["trẻ", "em"]
    typed = " ".join(draw.sample(words, min(2, len(words))))
    return fold(typed) if draw.random() < 0.5 else typed


def _common(made_of: list[Text]) -> list[str]:
    """Return the ten most common pairs of words, with marks and without."""
    seen: dict[str, int] = {}
    for text in made_of[:5_000]:
        found = next(documents([text], 0, 1))
        for pair in pairs(found):
            seen[pair] = seen.get(pair, 0) + 1
    most = sorted(seen, key=lambda pair: -seen[pair])[:10]
    return [*most, *map(fold, most)]


if __name__ == "__main__":
    sys.exit(main())
