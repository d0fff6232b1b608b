"""Vietnamese words: which syllables belong together, found by underthesea, with exact offsets kept."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.tokens import Places, Tokens


@dataclass(frozen=True)
class Words:
    """Words in order: `text` (index of its text), `start`, `end`."""

    text: Places
    start: Places
    end: Places

    def __len__(self) -> int:
        return len(self.text)


def word_starts(text: str) -> list[int]:
    """Return where in `text` each word begins. A word that underthesea spells otherwise is passed over."""
    from underthesea import word_tokenize  # half a second to import: only who segments pays it

    starts, place = [], 0
    for word in word_tokenize(text, use_token_normalize=False):
        for number, syllable in enumerate(word.split()):
            found = text.find(syllable, place)
            if found < 0:
                continue
            if number == 0:
                starts.append(found)
            place = found + len(syllable)
    return starts


def words(texts: Sequence[str], tokens: Tokens) -> Words:
    """Join the `tokens` of `texts` that belong to one word."""
    bounds = np.searchsorted(tokens.text, np.arange(len(texts) + 1))
    first = np.ones(len(tokens), dtype=bool)
    for number, text in enumerate(texts):
        low, high = int(bounds[number]), int(bounds[number + 1])
        if high - low < 2:
            continue
        begins = word_starts(text)
        word = [bisect_right(begins, place) for place in tokens.start[low:high].tolist()]
        first[low + 1 : high] = np.diff(word) > 0
    heads = np.flatnonzero(first)
    tails = np.append(heads, len(tokens))[1:] - 1
    return Words(tokens.text[heads], tokens.start[heads], tokens.end[tails])
