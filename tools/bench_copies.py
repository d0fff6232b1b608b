"""How long it takes to look for copies, and how much memory and disk, when a million texts are kept.

`python tools/bench_copies.py [COUNT]` fills a store with COUNT (default 1,000,000) signatures of invented
texts, 1 in 20 of whose anchors are among a thousand common ones, and measures on the way how fast invented
articles of 450 words are signed and folded.
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import func, insert, select

from core.contracts import Page, PageType
from core.records import Records, open_records
from core.records.signatures import signatures
from core.records.tables import AnchorRow, SignatureRow
from core.settings import load_settings
from nlp.duplicates import ANCHORS, BINS, KIND, fold_copies, signature

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
BATCH = 20_000
ARTICLES, WORDS = 400, 450
COMMON, SHARE = 1000, 0.05


def main(argv: list[str]) -> int:
    """Print the figures with nothing, a tenth and all kept; return the exit code."""
    count = int(argv[0]) if argv else 1_000_000
    draw = np.random.default_rng(7)
    with TemporaryDirectory() as folder:
        records = open_records(load_settings(data_dir=Path(folder)))
        kept, filling = 0, 0.0
        for stop in (0, count // 10, count):
            started = time.perf_counter()
            while kept < stop:
                fill(records, kept, min(BATCH, stop - kept), draw)
                kept = min(stop, kept + BATCH)
            filling += time.perf_counter() - started
            measure(records, folder, kept, draw)
        print(f"filling took {filling:.0f} s")
        records.close()
    return 0


def fill(records: Records, kept: int, count: int, draw: np.random.Generator) -> None:
    """Keep `count` signatures more."""
    anchors = draw.integers(-(2**63), 2**63, (count, ANCHORS))
    common = draw.random((count, ANCHORS)) < SHARE
    anchors[common] = draw.integers(0, COMMON, int(common.sum()))
    profiles = draw.integers(1, 256, (count, BINS), dtype=np.uint8)
    with records.read() as session:
        first = (session.scalar(select(func.max(SignatureRow.number))) or 0) + 1
    rows, held = [], []
    for n in range(count):
        number, dated = first + n, FIRST + timedelta(minutes=kept + n)
        name = f"{number:024x}"
        rows.append(
            {
                "number": number,
                "kind": KIND,
                "page_id": name,
                "group": name,
                "anchors": anchors[n].tobytes(),
                "profile": profiles[n].tobytes(),
                "dated_at": dated,
                "fetched_at": dated,
            }
        )
        day = dated.toordinal()
        held += [{"anchor": a, "day": day, "number": number} for a in set(anchors[n].tolist())]
    with records.write() as session:
        session.execute(insert(SignatureRow), rows)
        session.execute(insert(AnchorRow), held)


def measure(records: Records, folder: str, kept: int, draw: np.random.Generator) -> None:
    """Print what signing, looking up and keeping new articles takes now."""
    vocabulary = [f"tiếng{n}" for n in range(6000)]
    pages = [
        Page(
            id=f"article-{kept}-{n}",
            url="",
            canonical_url="",
            source_id="bench",
            type=PageType.ARTICLE,
            text=" ".join(vocabulary[w] for w in draw.integers(0, len(vocabulary), WORDS)),
            fetched_at=FIRST + timedelta(days=800),
            content_hash="",
        )
        for n in range(ARTICLES)
    ]
    signing = timed(signature, pages)
    anchors = {page.id: signed.anchors for page in pages if (signed := signature(page))}
    with signatures(records, KIND) as store:
        looking = timed(lambda page: store.sharing(anchors[page.id], 2), pages)
        folding = timed(lambda page: fold_copies(store, [page]), pages)
    size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 2**20
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(
        f"{kept:>9,} kept: sign {1e3 * signing:.2f} ms, look up {1e3 * looking:.2f} ms ({1 / looking:.0f}/s),"
        f" sign, look up and keep {1e3 * folding:.2f} ms; peak memory {memory:.0f} MB, disk {size:.0f} MB"
    )


def timed(call: Callable[[Page], object], pages: list[Page]) -> float:
    """Return the median seconds of a call."""
    seconds = []
    for page in pages:
        started = time.perf_counter()
        call(page)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
