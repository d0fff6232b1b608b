"""Evidence by occlusion: the words without which the model holds a category less probable.

Zeiler and Fergus (2014), Visualizing and understanding convolutional networks, for words instead of patches.
Hiding each word of a text by itself would read it again some hundred times: stretches are hidden first,
then the single words of the stretches that matter most.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.contracts import Span
from nlp.features import FIELDS, Reading
from nlp.linear import Floats
from nlp.segment import Words, words
from nlp.tokens import tokenise
from nlp.transformer.encoding import Encoded

STRETCHES, SINGLE = 16, 32  # how many times a text is read again, at most: with a stretch, with a word hidden
MOST = 5  # spans per category: more is no longer read
LEAST_SHARE = 0.15  # of what the strongest word carries: with less, a word explains nothing
LONGEST = 4  # words in a span

Scores = Callable[[Sequence[Encoded]], Floats]
Hidden = NDArray[np.int64]


def occlusion(
    reading: Reading, encoded: Encoded, given: Sequence[tuple[str, int]], hide: int, scores: Scores
) -> tuple[Span, ...]:
    """Return the evidence of one text for the categories `given` to it (code, column of the scores).

    For each at most MOST spans, whole words, none overlapping, the strongest first. `hide` is the token that
    stands for a hidden word, `scores` reads encoded texts.
    """
    fields = reading.fields()
    tokens = words(fields, tokenise(fields))
    places = _tokens_of(tokens, encoded)
    read = [number for number, found in enumerate(places) if len(found)]
    if not given or not read:
        return ()
    columns = [column for _, column in given]

    def lost(groups: Sequence[Sequence[int]]) -> Floats:
        texts = [_without(encoded, [places[word] for word in group], hide) for group in groups]
        found = scores([encoded, *texts])[:, columns]
        return np.asarray(found[0] - found[1:])

    stretches = [list(map(int, part)) for part in np.array_split(read, min(STRETCHES, len(read)))]
    chosen = _closely(stretches, lost(stretches)) if len(read) > SINGLE else read
    weight = np.zeros((len(tokens), len(given)), dtype=np.float32)
    weight[chosen] = lost([[word] for word in chosen])
    return tuple(
        span for number, (code, _) in enumerate(given) for span in _strongest(weight[:, number], tokens, code)
    )


def _tokens_of(tokens: Words, encoded: Encoded) -> list[Hidden]:
    """Return which of the encoded tokens touch each word."""
    return [
        np.flatnonzero((encoded.field == field) & (encoded.start < end) & (encoded.end > start))
        for field, start, end in zip(tokens.text, tokens.start, tokens.end, strict=True)
    ]


def _without(encoded: Encoded, places: Sequence[Hidden], hide: int) -> Encoded:
    ids = encoded.ids.copy()
    ids[np.concatenate(places)] = hide
    return Encoded(ids, encoded.field, encoded.start, encoded.end)


def _closely(stretches: list[list[int]], lost: Floats) -> list[int]:
    """Return the words of the stretches that carry most, the best of each category in turn."""
    ranks = np.argsort(-lost, axis=0, kind="stable")
    words_: list[int] = []
    for stretch in dict.fromkeys(int(number) for number in ranks.ravel()):
        words_ += stretches[stretch][: SINGLE - len(words_)]
    return sorted(words_)


def _strongest(weight: Floats, tokens: Words, code: str) -> list[Span]:
    """Join neighbours that both speak for the category, and return the strongest stretches."""
    if not (weight > 0).any():
        return []
    strong = weight > LEAST_SHARE * weight.max()
    spans: list[tuple[float, Span]] = []
    place = 0
    while place < len(weight):
        stop = place
        if strong[place]:
            while stop + 1 < len(weight) and stop + 1 - place < LONGEST and _joins(tokens, strong, stop):
                stop += 1
            span = Span(
                field=FIELDS[int(tokens.text[place])],
                start=int(tokens.start[place]),
                end=int(tokens.end[stop]),
                kind=code,
            )
            spans.append((float(weight[place : stop + 1].sum()), span))
        place = stop + 1
    return [span for _, span in sorted(spans, key=lambda pair: -pair[0])[:MOST]]


def _joins(tokens: Words, strong: NDArray[np.bool_], stop: int) -> bool:
    near = tokens.text[stop + 1] == tokens.text[stop] and tokens.start[stop + 1] - tokens.end[stop] == 1
    return bool(strong[stop + 1] and near)
