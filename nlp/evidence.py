"""Evidence: the words of a text that moved the model most, for each category that it gave."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.contracts import Span
from nlp.features import FIELDS, Batch, Grams
from nlp.linear import Floats, Space, shares
from nlp.tokens import Places

Weights = NDArray[np.float64]

MOST = 5  # spans per category: more is no longer read
# A span must carry at least this share of what the strongest span carries, else it explains nothing.
LEAST_SHARE = 0.15


def evidence(
    space: Space, batch: Batch, given: Sequence[Sequence[tuple[str, int]]]
) -> list[tuple[Span, ...]]:
    """Return the evidence of each text of a batch, for the categories `given` to it (code, output number).

    For each category at most MOST spans, whole words, none overlapping, the strongest first; the offsets are
    those of the fields as they were read.
    """
    parts = [shares(table, batch) for table in space.tables]
    return [
        tuple(span for code, output in labels for span in _spans(parts, batch, row, code, output))
        for row, labels in enumerate(given)
    ]


def _spans(parts: list[tuple[Grams, Floats]], batch: Batch, row: int, code: str, output: int) -> list[Span]:
    tokens = batch.words
    low, high = np.searchsorted(tokens.text, [row * len(FIELDS), (row + 1) * len(FIELDS)])
    field = tokens.text[low:high] % len(FIELDS)
    start, end = tokens.start[low:high], tokens.end[low:high]
    if not len(start):
        return []
    # Each n-gram's share goes to the words it touches, evenly; a word's offset alone does not tell its field.
    apart = int(max(end.max(), 1)) + 1
    begins, edges = field * apart + start, np.zeros(len(start) + 1)
    for found, share in parts:
        here = np.flatnonzero(found.row == row)
        first = np.searchsorted(begins, found.field[here] * apart + found.start[here], side="right") - 1
        last = np.searchsorted(begins, found.field[here] * apart + found.end[here] - 1, side="right") - 1
        each = share[here, output] / (last - first + 1)
        np.add.at(edges, first, each)
        np.add.at(edges, last + 1, -each)
    return _strongest(np.cumsum(edges)[:-1], field, start, end, code)


def _strongest(weight: Weights, field: Places, start: Places, end: Places, code: str) -> list[Span]:
    """Join neighbours that both speak for the category, and return the strongest stretches."""
    least = LEAST_SHARE * weight.max()
    if least <= 0:
        return []
    strong = weight > least
    spans: list[tuple[float, Span]] = []
    place = 0
    while place < len(weight):
        if not strong[place]:
            place += 1
            continue
        stop = place
        while (
            stop + 1 < len(weight)
            and strong[stop + 1]
            and field[stop + 1] == field[stop]
            and start[stop + 1] - end[stop] == 1
            and stop - place < 3
        ):
            stop += 1
        name = FIELDS[int(field[place])]
        span = Span(field=name, start=int(start[place]), end=int(end[stop]), kind=code)
        spans.append((float(weight[place : stop + 1].sum()), span))
        place = stop + 1
    return [span for _, span in sorted(spans, key=lambda pair: -pair[0])[:MOST]]
