"""From texts to token numbers, with the place of every token in its field kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp.features import FIELDS, Reading
from nlp.segment import word_starts
from nlp.transformer.card import Marks

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Encoded:
    """A text as token numbers; each stands for `start` to `end` of the field number `field` (-1: a mark)."""

    ids: Numbers
    field: Numbers
    start: Numbers
    end: Numbers

    def __len__(self) -> int:
        return len(self.ids)


def spelled(text: str) -> tuple[str, list[int]]:
    """Return a text as encoders of words read it, `bạo_lực trẻ_em .`, and the origin of each code point."""
    bounds = [0, *(place for place in word_starts(text) if place), len(text)]
    points: list[str] = []
    origin: list[int] = []
    for low, high in pairwise(bounds):
        joint = " "
        for syllable in re.finditer(r"\S+", text[low:high]):
            start = low + syllable.start()
            if points:
                points.append(joint)
                origin.append(start)
            points += syllable[0]
            origin += range(start, low + syllable.end())
            joint = "_"
    return "".join(points), origin


class Encoder:
    """A tokenizer with what its encoder expects around the fields: a mark first, one after each field."""

    def __init__(self, tokenizer: "Tokenizer", marks: Marks, *, segmented: bool) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.tokenizer, self.marks, self.segmented = tokenizer, marks, segmented

    def encode(self, readings: Sequence[Reading]) -> list[Encoded]:
        """Return each text's tokens, at most `marks.longest`: the fields in order, the last one cut."""
        texts = [field for one in readings for field in one.fields()]
        origins: list[list[int] | None] = [None] * len(texts)
        if self.segmented:
            pairs = [spelled(text) for text in texts]
            texts, origins = [text for text, _ in pairs], [origin for _, origin in pairs]
        found = self.tokenizer.encode_batch(texts, add_special_tokens=False)
        width = len(FIELDS)
        return [
            self._joined(
                [
                    (number, found[low + number].ids, found[low + number].offsets, origins[low + number])
                    for number in range(width)
                ]
            )
            for low in range(0, len(texts), width)
        ]

    def _joined(
        self, fields: list[tuple[int, list[int], list[tuple[int, int]], list[int] | None]]
    ) -> Encoded:
        marks = self.marks
        rows: list[tuple[int, int, int, int]] = [(marks.first, -1, 0, 0)]
        for number, ids, offsets, origin in fields:
            room = marks.longest - 1 - len(rows)
            if not ids or room <= 0:
                continue
            for token, (start, end) in zip(ids[:room], offsets[:room], strict=True):
                known = token if token < marks.size else marks.unknown
                if origin is not None and end > start:
                    start, end = origin[start], origin[end - 1] + 1
                rows.append((known, number, start, end))
            rows.append((marks.between, -1, 0, 0))
        if len(rows) == 1:
            rows.append((marks.between, -1, 0, 0))
        return Encoded(*np.array(rows, dtype=np.int64).T)


def padded(batch: Sequence[Encoded], padding: int) -> tuple[Numbers, Numbers]:
    """Return token numbers and mask (1: read, 0: padding) of texts as arrays: texts × longest."""
    longest = max(len(one) for one in batch)
    ids = np.full((len(batch), longest), padding, dtype=np.int64)
    mask = np.zeros((len(batch), longest), dtype=np.int64)
    for row, one in enumerate(batch):
        ids[row, : len(one)] = one.ids
        mask[row, : len(one)] = 1
    return ids, mask


def by_length(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Return the numbers of texts in batches of like length, each of at most `tokens` with its padding."""
    batches: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lambda number: -lengths[number]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= tokens:
            batches[-1].append(number)
        else:
            batches.append([number])
    return batches
