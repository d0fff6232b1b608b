"""Which texts would teach a model most, were a person to label them.

Three things count. Uncertainty: a text near a threshold tells more than one the model is sure of (Lewis and
Gale 1994, "A sequential algorithm for training text classifiers"). Rare categories: a label of which there
are few is worth more. Diversity: ten copies of one case teach what one does, so texts are chosen one by one,
each for its worth less its likeness to those chosen before (maximal marginal relevance: Carbonell and
Goldstein 1998, "The use of MMR, diversity-based reranking").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.contracts import Contract, Document
from nlp.engine import AnyModel, details, threshold
from nlp.features import Reading, reading
from nlp.risk import CATEGORIES
from nlp.tokens import mix, tokenise

Numbers = NDArray[np.float64]

WORTH = 0.7  # of worth against likeness, as in the paper's examples for a list that should be mixed
SAME_CASE = 0.6  # likeness of texts of one case in other words: comments of a thread, follow-ups of a story
RARE = 0.5  # how much more a text of the rarest category is worth than the same of a frequent one
READ_CLOSELY = 200  # texts, or ten times the limit
PART = 64


class Lesson(Contract):
    """A text to label: its `score` (`worth`), why it would teach, and its masked title."""

    id: str
    score: float
    relevance: float
    why: str
    title: str


@dataclass(frozen=True)
class _Candidate:
    document: Document
    reading: Reading
    case: str
    worth: float
    why: str


def margin(probability: float, least: float) -> float:
    """Return how near a probability is to its threshold: 1 at it, falling evenly to 0 at 0 and at 1."""
    room = least if probability < least else 1 - least
    return 1 - abs(probability - least) / room if room > 0 else 1.0


def worth(
    relevance: float, least: float, categories: Mapping[str, tuple[float, float]], labels: Mapping[str, int]
) -> tuple[float, str]:
    """Return what a label would teach, 0 to 1, and why in a few words.

    Uncertainty is the greater of the nearness of `relevance` to its threshold `least`, and the nearness of
    the nearest category (probability, threshold) times `relevance`: a category matters as far as the text
    does. Rarity is the greatest probability of a category times 1 − n / most, with n of `labels` for it and
    most for the commonest, times `relevance`. Worth is (uncertainty + 0.5 · rarity) / 1.5.
    """
    near = margin(relevance, least)
    code, nearest = max(
        ((code, margin(*pair) * relevance) for code, pair in categories.items()),
        key=lambda pair: pair[1],
        default=("", 0.0),
    )
    most = max(labels.values(), default=0)
    rare, rarity = max(
        ((code, p * relevance * _rarity(labels.get(code, 0), most)) for code, (p, _) in categories.items()),
        key=lambda pair: pair[1],
        default=("", 0.0),
    )
    uncertain = max(near, nearest)
    why = "relevance near its threshold" if near >= nearest else f"{code} near its threshold"
    if RARE * rarity > uncertain:
        why = f"few labels of {rare}"
    return (uncertain + RARE * rarity) / (1 + RARE), why


def _rarity(count: int, most: int) -> float:
    return 1 - count / most if most else 0.0


def lessons(
    model: AnyModel, documents: Sequence[Document], labels: Mapping[str, int], limit: int
) -> list[Lesson]:
    """Return the `limit` texts that would teach most, best first.

    `labels` counts the labels that there are for each category. Texts whose relevance is near its threshold
    are read closely; of the others only those that the model holds relevant, by the categories it gave.
    """
    least = threshold(model)
    read = [reading(document.page) for document in documents]
    order = sorted(range(len(documents)), key=lambda n: -_first_sight(documents[n], least, labels))
    chosen = order[: max(READ_CLOSELY, 10 * limit)]
    candidates = []
    for low in range(0, len(chosen), PART):
        part = chosen[low : low + PART]
        found = details(model, [read[n] for n in part]).categories
        for n, probabilities in zip(part, found, strict=True):
            candidates.append(_candidate(model, documents[n], read[n], probabilities, labels))
    return _mixed(candidates, limit)


def _first_sight(document: Document, least: float, labels: Mapping[str, int]) -> float:
    given = {label.code: (label.probability, 0.5) for label in document.analysis.categories}
    return worth(document.analysis.relevance, least, given, labels)[0]


def _candidate(
    model: AnyModel,
    document: Document,
    read: Reading,
    probabilities: NDArray[np.float32],
    labels: Mapping[str, int],
) -> _Candidate:
    head = model.head(CATEGORIES)
    each = {
        code: (float(p), t) for code, p, t in zip(head.outputs, probabilities, head.thresholds, strict=True)
    }
    score, why = worth(document.analysis.relevance, threshold(model), each, labels)
    page, analysis = document.page, document.analysis
    case = analysis.story_id or page.thread_id or analysis.duplicate_of or page.id
    return _Candidate(document, read, case, score, why)


def _mixed(candidates: Sequence[_Candidate], limit: int) -> list[Lesson]:
    if not candidates:
        return []
    vectors = _vectors([candidate.reading for candidate in candidates])
    worths = np.array([candidate.worth for candidate in candidates])
    nearest = np.zeros(len(candidates))
    left = np.ones(len(candidates), dtype=bool)
    lessons: list[Lesson] = []
    while left.any() and len(lessons) < limit:
        value = np.where(left, WORTH * worths - (1 - WORTH) * nearest, -np.inf)
        best = int(value.argmax())
        left[best] = False
        taken = candidates[best]
        like = np.asarray((vectors @ vectors[[best]].T).todense()).ravel()
        same = np.array([candidate.case == taken.case for candidate in candidates])
        nearest = np.maximum(nearest, np.where(same, np.maximum(like, SAME_CASE), like))
        page = taken.document.page
        lessons.append(
            Lesson(
                id=page.id,
                score=round(float(value[best]), 4),
                relevance=round(taken.document.analysis.relevance, 4),
                why=taken.why,
                title=page.title or page.thread_title or page.text[:80],
            )
        )
    return lessons


def _vectors(readings: Sequence[Reading]) -> sparse.csr_array:
    """Return the pairs of syllables of each text as a row of length 1: products of rows are cosines."""
    tokens = tokenise([" ".join(read.fields()) for read in readings])
    whole = tokens.text[:-1] == tokens.text[1:]
    pairs = mix(tokens.code[:-1] * np.uint64(0x9E3779B97F4A7C15) + tokens.code[1:])[whole]
    _, column = np.unique(pairs, return_inverse=True)
    shape = (len(readings), int(column.max(initial=0)) + 1)
    counts = sparse.csr_array((np.ones(len(column)), (tokens.text[:-1][whole], column)), shape=shape)
    counts.sum_duplicates()
    counts.data[:] = 1.0
    length = np.sqrt(np.asarray(counts.sum(axis=1)).ravel())
    return sparse.csr_array(counts.multiply(1 / np.where(length > 0, length, 1)[:, None]))
