"""How fast the index writes and answers, against the bare library below it, on the same texts.

Writes, in documents per second: the embedded engine against the same texts put into one FTS5 table
(`unicode61 remove_diacritics 2`, texts kept in it), and against two, exact and folded; the engine on
Elasticsearch against `elasticsearch.helpers.parallel_bulk` of the very bodies that it sends, into an index of
the same mapping. Each round runs all of them one after the other; the median of the rounds counts.

Answers, at the 95th percentile over 100 questions: a search with words, three filters, facets and highlights,
against the bare match query for the same words on the same engine and documents, of which the same number of
hits is fetched, best first: Elasticsearch's `match`, and `MATCH ... ORDER BY rank` on one plain FTS5 table.

The exit code is 1 if a ratio misses what the project set itself.
"""

import argparse
import json
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk

from core.contracts import Document, PageType, Triage
from core.settings import ElasticSettings
from core.text import fold
from index.elastic import ElasticEngine
from index.elastic.entry import encode
from index.elastic.schema import definition
from index.embedded import EmbeddedEngine
from index.engine import Engine, FacetField, Query
from index.wording import split
from tools.bench_documents import SOURCES, documents, texts
from tools.figures import Figures
from tools.local_elasticsearch import Cluster

BATCH = 200  # as many as the pipeline writes at once
ASKED = 100
FACETS: tuple[FacetField, ...] = ("category", "province", "source", "type", "state")
SEED = 3
ONE = "CREATE VIRTUAL TABLE {} USING fts5(title, lead, text, tokenize = 'unicode61 remove_diacritics {}')"
# What the project set itself: at least, and at most.
EMBEDDED_WRITES, ELASTIC_WRITES, ANSWERS = 0.6, 0.75, 3.0


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with news.parquet (default: invented texts, mixed)")
    parser.add_argument("--written", type=int, default=4_000, help="documents for writing (default 4,000)")
    parser.add_argument("--searched", type=int, default=200_000, help="documents for searching (200,000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engines", nargs="+", default=["embedded", "elastic"])
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    made_of = texts(options.data)
    written = list(documents(made_of, 0, options.written))
    figures = Figures(quiet=options.json)
    told = figures.tell

    with TemporaryDirectory() as folder:
        if "embedded" in options.engines:
            measure_embedded(Path(folder), written, options, told)
        if "elastic" in options.engines:
            with Cluster(Path(folder) / "elasticsearch") as cluster:
                measure_elastic(cluster.urls[0], written, options, told)
    return figures.end()


Told = Callable[..., None]


def measure_embedded(
    folder: Path, written: Sequence[Document], options: argparse.Namespace, told: Told
) -> None:
    """Measure writing and searching with SQLite."""
    numbers = iter(range(10**6))

    def engine() -> float:
        with closing(EmbeddedEngine(folder / f"engine-{next(numbers)}" / "index.db")) as made:
            return timed(lambda: [made.write(batch) for batch in batches(written)])

    def bare(*tables: tuple[str, int]) -> Callable[[], float]:
        def run() -> float:
            with closing(sqlite3.connect(folder / f"bare-{next(numbers)}.db", isolation_level=None)) as made:
                made.execute("PRAGMA journal_mode = WAL")
                made.execute("PRAGMA synchronous = NORMAL")
                for name, level in tables:
                    made.execute(ONE.format(name, level))
                names = [name for name, _ in tables]
                return timed(lambda: [put(made, names, batch) for batch in batches(written)])

        return run

    taken = rounds(
        options.rounds,
        {"engine": engine, "one table": bare(("folded", 2)), "two tables": bare(("folded", 2), ("exact", 0))},
    )
    for name, seconds in taken.items():
        told(f"embedded: {name}, documents written per s", len(written) / seconds)
    told(
        "embedded: writes, ratio to one bare FTS5 table",
        taken["one table"] / taken["engine"],
        EMBEDDED_WRITES,
    )
    told("embedded: writes, ratio to two bare FTS5 tables", taken["two tables"] / taken["engine"])

    path = folder / "searched.db"
    with closing(EmbeddedEngine(path)) as searched, closing(sqlite3.connect(folder / "plain.db")) as plain:
        made_of = texts(options.data)
        started = time.perf_counter()
        fill(searched, documents(made_of, 0, options.searched))
        told("embedded: s to fill for searching", time.perf_counter() - started)
        plain.execute(ONE.format("plain", 2))
        put(plain, ["plain"], documents(made_of, 0, options.searched))

        def match(words: str) -> object:
            asked = " ".join(f'"{word}"' for word in split(fold(words)))
            return plain.execute(
                "SELECT title, lead, text FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT 20", [asked]
            ).fetchall()

        answers("embedded", searched, match, written, told)


def put(made: sqlite3.Connection, tables: Sequence[str], written: Iterable[Document]) -> None:
    """Insert the texts of documents into plain FTS5 tables, in one transaction."""
    made.execute("BEGIN")
    for document in written:
        page = document.page
        for name in tables:
            made.execute(f"INSERT INTO {name} VALUES (?, ?, ?)", (page.title, page.lead, page.text))
    made.execute("COMMIT")


def measure_elastic(url: str, written: Sequence[Document], options: argparse.Namespace, told: Told) -> None:
    """Measure writing and searching with Elasticsearch."""
    client = Elasticsearch(url, request_timeout=120)
    numbers = iter(range(10**6))

    def engine() -> float:
        settings = ElasticSettings(hosts=(url,), prefix=f"bench{next(numbers)}")
        with closing(ElasticEngine(settings)) as made:
            taken = timed(lambda: [made.write(batch) for batch in batches(written)])
        remove(settings.prefix)
        return taken

    def bulk() -> float:
        # The bodies by month as the engine lays them, made before the clock runs.
        prefix = f"bench{next(numbers)}"
        actions = []
        for document in written:
            month = f"{prefix}-{document.page.day:%Y.%m}"
            body = json.loads(encode(document, Triage()))
            actions.append({"_index": month, "_id": document.id, "_source": body})
        for month in {action["_index"] for action in actions}:
            client.indices.create(index=month, **definition("documents"))

        def send() -> None:
            for _ in parallel_bulk(client, actions, thread_count=2):
                pass

        taken = timed(send)
        remove(prefix)
        return taken

    def remove(prefix: str) -> None:
        found = list(client.indices.get_alias(index=f"{prefix}-*"))
        client.indices.delete(index=found)

    taken = rounds(options.rounds, {"engine": engine, "bare parallel_bulk": bulk})
    for name, seconds in taken.items():
        told(f"elastic: {name}, documents written per s", len(written) / seconds)
    told(
        "elastic: writes, ratio to bare parallel_bulk",
        taken["bare parallel_bulk"] / taken["engine"],
        ELASTIC_WRITES,
    )
    settings = ElasticSettings(hosts=(url,), prefix="searched")
    with closing(ElasticEngine(settings)) as searched:
        started = time.perf_counter()
        fill(searched, documents(texts(options.data), 0, options.searched))
        told("elastic: s to fill for searching", time.perf_counter() - started)
        client.indices.refresh(index="searched")

        def match(words: str) -> object:
            query = {"match": {"words.folded.all": {"query": fold(words), "operator": "and"}}}
            return client.search(index="searched", query=query, size=20, track_total_hits=True)

        answers("elastic", searched, match, written, told)
    client.close()


def answers(
    name: str, engine: Engine, match: Callable[[str], object], written: Sequence[Document], told: Told
) -> None:
    """Measure a full search against the bare match query, turn by turn."""
    draw = random.Random(SEED)
    words = [" ".join(draw.sample(split(d.page.title) or ["trẻ"], 1)) for d in draw.sample(written, ASKED)]

    def full(typed: str) -> object:
        query = Query(
            text=typed,
            severity_min=1,
            types=(PageType.ARTICLE,),
            sources=tuple(SOURCES[:30]),
            order="score",
        )
        return engine.search(query), engine.facets(query, FACETS)

    full(words[0])
    match(words[0])
    whole, bare = [], []
    for typed in words:
        whole.append(timed(lambda typed=typed: full(typed)))
        bare.append(timed(lambda typed=typed: match(typed)))
    told(f"{name}: search with 3 filters, facets and highlights, 95th percentile ms", 1000 * slow(whole))
    told(f"{name}: bare match query, 95th percentile ms", 1000 * slow(bare))
    told(f"{name}: search, ratio to the bare match query", slow(whole) / slow(bare), at_most=ANSWERS)


def fill(engine: Engine, made: Iterator[Document]) -> None:
    """Write all of `made`."""
    while batch := list(islice(made, BATCH)):
        engine.write(batch)


def batches(written: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """Yield what is written at once."""
    for start in range(0, len(written), BATCH):
        yield written[start : start + BATCH]


def rounds(count: int, runs: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median seconds of each run; a busy moment of the machine strikes all alike."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(count):
        for name, run in runs.items():
            taken[name].append(run())
    return {name: statistics.median(times) for name, times in taken.items()}


def timed(call: Callable[[], object]) -> float:
    """Return the seconds that `call` takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def slow(taken: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(taken, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main())
