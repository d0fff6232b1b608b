"""Vietnamese words: which syllables belong together, found by underthesea, with exact offsets kept."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from nlp.tokens import Tokens, mix


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


def words(texts: Sequence[str], tokens: Tokens) -> Tokens:
    """Join the `tokens` of `texts` that belong to one word; its code follows from those of its tokens."""
    bounds = np.searchsorted(tokens.text, np.arange(len(texts) + 1))
    first = np.ones(len(tokens), dtype=bool)
    for number, text in enumerate(texts):
        low, high = int(bounds[number]), int(bounds[number + 1])
        if high - low < 2:
            continue
        begins = word_starts(text)
        word = [bisect_right(begins, place) for place in tokens.start[low:high].tolist()]
        first[low + 1 : high] = np.diff(word) > 0
    if not len(tokens):
        return tokens
    heads = np.flatnonzero(first)
    place = np.arange(len(tokens)) - heads[np.cumsum(first) - 1]
    code = mix(np.add.reduceat(mix(tokens.code + place.astype(np.uint64)), heads))
    tails = np.append(heads[1:], len(tokens)) - 1
    return Tokens(code, tokens.text[heads], tokens.start[heads], tokens.end[tails])
