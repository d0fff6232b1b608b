"""How fast the analysis is, against `underthesea.word_tokenize` on the same texts in the same run.

One process, one core, medians over rounds; the ratio is what later runs are compared by, since it does not
hang on the machine. Without --data the texts are mixed from the packaged invented texts.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from underthesea import word_tokenize

from core.contracts import Page, PageType
from nlp.analyser import Analyser
from nlp.evidence import evidence
from nlp.features import Batch, reading
from nlp.identity import masked_spans
from nlp.places import provinces
from nlp.risk import CATEGORIES, DETAIL, RELEVANCE, SCREEN, details, relevance, screen, threshold

INVENTED = Path(__file__).parent.parent / "langnghe" / "demo" / "site" / "invented.jsonl"
CHARACTERS = 2300  # an article of the median length of a 143,790-article corpus of Vietnamese news
RELEVANT = 0.05  # of which about this share is relevant
SEED = 111


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with labels.jsonl (default: invented texts, mixed)")
    parser.add_argument("--texts", type=int, default=200, help="how many texts (default 200)")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (default 5)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # one core, the same for both sides
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    relevant, irrelevant = _texts(options.data)
    pages = mixed(relevant, irrelevant, options.texts)
    figures = measure(pages, options.rounds)
    if options.json:
        print(json.dumps(figures, indent=1))
        return 0
    print(f"{len(pages)} texts of {CHARACTERS} characters, {RELEVANT:.0%} relevant, {options.rounds} rounds")
    for name, value in figures.items():
        print(f"{name:<44}{value:>10.2f}")
    return 0


def _texts(data: Path | None) -> tuple[list[str], list[str]]:
    file = INVENTED if data is None else data / "labels.jsonl"
    if not file.is_file():
        sys.exit(f"{file}: no such file; give --data a folder with labels.jsonl")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    if data is not None:  # `weight`: how many articles of life a text stands for; 0: chosen for being hard
        rows = [row for row in rows if row["type"] == "news" and row["weight"] > 0]
    relevant, irrelevant = ([row for row in rows if row["relevant"] is is_] for is_ in (True, False))
    draw = random.Random(SEED)
    weights = [row.get("weight", 1) for row in irrelevant]
    irrelevant = draw.choices(irrelevant, weights, k=len(irrelevant))
    return [_joined(row) for row in relevant], [_joined(row) for row in irrelevant]


def _joined(row: dict[str, str]) -> str:
    return "\n".join(part for part in (row["title"], row["lead"], row["body"]) if part)


def mixed(relevant: Sequence[str], irrelevant: Sequence[str], count: int) -> list[Page]:
    """Return `count` articles of CHARACTERS, RELEVANT of them made of relevant texts, in a fixed order."""
    draw = random.Random(SEED)
    hits = max(1, round(count * RELEVANT))
    texts = [_long(draw, relevant) for _ in range(hits)] + [
        _long(draw, irrelevant) for _ in range(count - hits)
    ]
    draw.shuffle(texts)
    return [
        Page(
            id=str(number),
            url="",
            canonical_url="",
            source_id="bench",
            type=PageType.ARTICLE,
            title=text.split("\n", 1)[0][:120],
            text=text,
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
            content_hash=str(number),
        )
        for number, text in enumerate(texts)
    ]


def _long(draw: random.Random, texts: Sequence[str]) -> str:
    text = draw.choice(texts)
    while len(text) < CHARACTERS:
        text += "\n" + draw.choice(texts)
    return text[:CHARACTERS]


def measure(pages: Sequence[Page], rounds: int) -> dict[str, float]:
    """Return seconds per 1,000 texts of each step, texts per second, and the ratios against word_tokenize."""
    analyser = Analyser.load()
    model = analyser.risk
    readings = [reading(page) for page in pages]
    _, likely = screen(model, Batch(readings))
    read_on = [readings[n] for n in np.flatnonzero(likely >= model.head(SCREEN).thresholds[0])]
    chances = relevance(model, readings)
    passed = [n for n, chance in enumerate(chances) if chance >= threshold(model)]
    doubtful = [n for n, chance in enumerate(chances) if model.card.lane <= chance < threshold(model)]
    closely = Batch([readings[n] for n in passed])
    found = details(model, closely)
    head = model.head(CATEGORIES)
    given = [
        [(code, n) for n, code in enumerate(head.outputs) if row[n] >= head.thresholds[n]]
        for row in found.categories
    ]

    def segmented() -> Batch:
        batch = Batch([readings[n] for n in passed])
        _ = batch.words
        return batch

    steps: dict[str, Callable[[], object]] = {
        "underthesea word_tokenize": lambda: [word_tokenize(page.text) for page in pages],
        "whole analysis": lambda: analyser.analyse(pages),
        "screen": lambda: screen(model, Batch(readings)),
        "likeness of what passes the screen": lambda: model.kernels[RELEVANCE].scores(read_on),
        "words of what is relevant": segmented,
        "heads of what is relevant": lambda: details(model, closely),
        "heads of what may be grave": lambda: details(model, Batch([readings[n] for n in doubtful])),
        "evidence of what is relevant": lambda: evidence(model.spaces[DETAIL], closely, given),
        "identity masking": lambda: [masked_spans(page) for page in pages],
        "provinces of what is relevant": lambda: [provinces(pages[n]) for n in passed],
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()  # models and tables are loaded before the clock runs
    for _ in range(rounds):  # interleaved, so that a busy moment of the machine strikes all alike
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            taken[name].append(time.perf_counter() - start)
    middle = {name: statistics.median(times) for name, times in taken.items()}
    baseline = middle["underthesea word_tokenize"]
    return {
        "passed the screen, %": 100 * len(read_on) / len(pages),
        "relevant, %": 100 * len(passed) / len(pages),
        "looked at because they may be grave, %": 100 * len(doubtful) / len(pages),
        **{f"{name}, s per 1,000": seconds * 1000 / len(pages) for name, seconds in middle.items()},
        "whole analysis, texts per s": len(pages) / middle["whole analysis"],
        "ratio whole analysis to word_tokenize": baseline / middle["whole analysis"],
        "ratio screen to word_tokenize": baseline / middle["screen"],
    }


if __name__ == "__main__":
    sys.exit(main())
