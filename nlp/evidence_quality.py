"""Whether evidence is what moved the model: what its removal costs, beside removing other words as long.

DeYoung et al. (2020), "ERASER", call it comprehensiveness. `python -m nlp.evidence_quality DATA-FOLDER`.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from core.contracts import Span, TextField
from nlp import labelled, linear
from nlp.analyser import PACKAGED
from nlp.engine import explained
from nlp.features import FIELDS, Batch, Reading
from nlp.linear import Model
from nlp.risk import CATEGORIES, details
from nlp.rows import raw_rows, reading_of
from nlp.task import Task

TEXTS = 200
SEED = 111


@dataclass(frozen=True)
class Drops:
    """Mean loss of a category's probability without its evidence, and without other words as long."""

    labels: int
    evidence: float
    random: float

    @property
    def ratio(self) -> float:
        """How many times more the evidence costs."""
        return self.evidence / self.random if self.random > 0 else float("inf")


def drops(model: Model, readings: Sequence[Reading], seed: int = SEED) -> Drops:
    """Return the mean losses over every category that `model` gives to `readings`."""
    draw = Random(seed)  # noqa: S311 (a draw of words, not a secret)
    _, found = explained(model, readings)
    of, codes, without, instead = [], [], [], []
    for reading, spans in zip(readings, found, strict=True):
        for code in dict.fromkeys(span.kind for span in spans):
            chosen = [span for span in spans if span.kind == code]
            others = [_elsewhere(reading, span, chosen, draw) for span in chosen]
            if None in others:
                continue  # all of a short text is evidence
            of.append(reading)
            codes.append(code)
            without.append(_removed(reading, chosen))
            instead.append(_removed(reading, [span for span in others if span]))
    if not of:
        return Drops(0, 0.0, 0.0)
    column = [model.head(CATEGORIES).outputs.index(code) for code in codes]
    rows = np.arange(len(of))
    before, after, other = (
        details(model, Batch(some)).categories[rows, column] for some in (of, without, instead)
    )
    return Drops(len(of), float((before - after).mean()), float((before - other).mean()))


def _removed(reading: Reading, spans: Sequence[Span]) -> Reading:
    texts: dict[str, str] = dict(zip(FIELDS, reading.fields(), strict=True))
    for span in sorted(spans, key=lambda one: -one.start):
        text = texts[span.field]
        texts[span.field] = text[: span.start] + text[span.end :]
    return Reading(texts["thread_title"], texts["title"], texts["lead"], texts["text"], reading.remark)


def _elsewhere(reading: Reading, span: Span, taken: Sequence[Span], draw: Random) -> Span | None:
    """Return a stretch as long as `span`, begun at a word, in any field, that is no evidence, or None."""
    length = span.end - span.start
    texts = dict(zip(FIELDS, reading.fields(), strict=True))
    places: list[tuple[TextField, int]] = [
        (field, start)
        for field, text in texts.items()
        for start in range(len(text) - length + 1)
        if start == 0 or text[start - 1].isspace()
    ]
    draw.shuffle(places)
    for field, start in places:
        if all(one.field != field or start >= one.end or start + length <= one.start for one in taken):
            return Span(field=field, start=start, end=start + length, kind=span.kind)
    return None


def _lines(data_dir: Path) -> Iterator[str]:
    model = linear.load(PACKAGED / Task.RISK)
    raws = [(raw, where) for raw, where in raw_rows(data_dir / "labels.jsonl") if raw["relevant"]]
    Random(SEED).shuffle(raws)  # noqa: S311
    found = drops(model, [reading_of(raw, where) for raw, where in raws[:TEXTS]])
    yield (
        f"{found.labels} categories of {TEXTS} texts: without the evidence {found.evidence:.3f} less, "
        f"without other words {found.random:.3f} less: {found.ratio:.1f} times"
    )


if __name__ == "__main__":
    sys.exit(labelled.command("nlp.evidence_quality", sys.argv[1:], _lines))
