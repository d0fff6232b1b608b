"""Whether texts still look as those that the model learned from: their scores, and their words.

What a model learned from is kept in its card as a few numbers (`Reference`), never as words. Articles and
remarks (comments, posts) are compared each with their own kind, since their scores differ.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.contracts import Contract
from core.text import MASK
from nlp.card import Reference
from nlp.features import Batch, Reading, grams, places
from nlp.linear import Model
from nlp.risk import SCREEN, familiarity, threshold
from nlp.risk import relevance as relevance_of
from nlp.rows import Row
from nlp.task import Task

Numbers = NDArray[np.float64]
Form = Literal["article", "remark"]
What = Literal["scores", "flagged", "vocabulary"]
FORMS: tuple[Form, ...] = ("article", "remark")
BINS = 10
PART = 256  # texts read at a time
# Fewer texts than this say nothing about a week or a training set.
LEAST = 50
# Siddiqi (2006), "Credit Risk Scorecards": below 0.1 no change, 0.1 to 0.25 some, above 0.25 a shift.
SHIFT = 0.25
# Without any change the index is about chi-square (9 degrees) times (1/n + 1/m); this is its 99.9 % point.
# Yurdakul (2018), "Statistical properties of population stability index".
CHANCE = 27.88
FLOOR = 0.001  # a bin without texts counts as this share; the logarithm of 0 has no value
TIMES = 2.0  # so many times more or less flagged …
SURE = 3.29  # … and beyond chance: 99.9 %, two-sided, of a normal distribution
UNKNOWN_TIMES, UNKNOWN_MORE = 2.0, 0.02
OTHERS = 2  # cases beside its own of which a syllable is not yet learned
FREQUENT = 10  # texts of a week that have a new term …
SHARE = 0.01  # … and their share
TERMS = 20


class FormDrift(Contract):
    """A week's texts of one form beside the reference; `drifted` names what differs, if anything.

    `psi` is the population stability index of the scores; `flagged` the share of texts that count as
    relevant; `unknown` the mean share of syllables that the model has not learned. `degree` grows by one each
    time that what differs most doubles.
    """

    form: Form
    texts: int
    psi: float
    flagged: float
    flagged_expected: float
    unknown: float
    unknown_expected: float
    drifted: tuple[What, ...]
    degree: int = 0


class NewTerm(Contract):
    """A syllable or pair that the model has not learned, and how many texts of the week have it."""

    term: str
    texts: int


def reference(model: Model, rows: Sequence[Row], relevance: Numbers | None = None) -> dict[str, Reference]:
    """Return what a model's training rows look like, by form; empty for another task than risk.

    `relevance` are the probabilities of the rows by models that did not see them (cross-fitted); without it
    the model's own, which are surer than they will be on new texts. Rows count by their `weight`, so that a
    sample that holds more risks than life does is brought back to life's mix; where all weights are 0,
    equally. `texts` is Kish's effective number: (Σw)² / Σw² (Kish 1965, "Survey Sampling").
    """
    if model.card.task is not Task.RISK:
        return {}
    scores = score(model, [row.reading for row in rows]) if relevance is None else relevance
    unknown = _strangeness_among(model, rows)
    remark = np.array([row.reading.remark for row in rows], dtype=bool)
    weight = np.array([row.weight for row in rows], dtype=np.float64)
    found = {}
    for form, chosen in zip(FORMS, (~remark, remark), strict=True):
        if chosen.sum() < LEAST:
            continue
        counts = weight[chosen] if weight[chosen].sum() > 0 else np.ones(int(chosen.sum()))
        edges = _edges(scores[chosen], counts)
        found[str(form)] = Reference(
            texts=round(float(counts.sum() ** 2 / (counts**2).sum())),
            edges=edges,
            shares=_rounded(_shares(scores[chosen], edges, counts)),
            flagged=round(float(np.average(scores[chosen] >= threshold(model), weights=counts)), 4),
            unknown=round(float(np.average(unknown[chosen], weights=counts)), 4),
        )
    return found


def score(model: Model, readings: Sequence[Reading]) -> Numbers:
    """Return the relevance of each text."""
    parts = [relevance_of(model, readings[low : low + PART]) for low in range(0, len(readings), PART)]
    return np.concatenate(parts, dtype=np.float64) if parts else np.zeros(0)


def strangeness(model: Model, readings: Sequence[Reading]) -> Numbers:
    """Return the share of each text's syllables that the model has not learned."""
    space = model.spaces[SCREEN]
    parts = [familiarity(space, Batch(readings[low : low + PART])) for low in range(0, len(readings), PART)]
    return 1 - np.concatenate(parts, dtype=np.float64) if parts else np.zeros(0)


def _strangeness_among(model: Model, rows: Sequence[Row]) -> Numbers:
    """Return the share of each training text's syllables that a model of all other cases would not know.

    A syllable is learned from several texts; one that only a case's own texts and two more have would not
    be. Without that, training texts look more familiar than any new text can.
    """
    table = model.spaces[SCREEN].tables[0]
    block = table.block.model_copy(update={"longest": 1})
    number: dict[str, int] = {}
    case = np.array([number.setdefault(row.group, len(number)) for row in rows], dtype=np.uint64)
    keys, texts = [], []
    for low in range(0, len(rows), PART):
        found = grams(block, table.salt, Batch([row.reading for row in rows[low : low + PART]]))
        keys.append(found.key.astype(np.uint64))
        texts.append(found.row + low)
    key, text = np.concatenate(keys), np.concatenate(texts)
    pairs = np.unique((key << np.uint64(32)) | case[text])
    each, cases = np.unique(pairs >> np.uint64(32), return_counts=True)
    learned = cases[np.searchsorted(each, key)] > OTHERS
    all_, seen = (np.bincount(text, weights=w, minlength=len(rows)) for w in (None, learned))
    return np.asarray(1 - (seen + 2) / (all_ + 2))  # smoothed as `familiarity` is


def compare_form(
    form: Form, known: Reference, scores: Numbers, flagged: Numbers, unknown: Numbers
) -> FormDrift:
    """Return how texts of one form, at least one, differ from the reference.

    `scores` are their relevance, `flagged` 1 or 0 whether it counts as relevant, `unknown` their
    `strangeness`. Scores drift when the stability index is above 0.25 and above chance; what is flagged when
    it is twice or half as often, beyond chance (two-proportion z-test); words when twice as many, and
    0.02 more, are unknown.
    """
    n, m = len(scores), known.texts
    psi = stability(_smooth(np.array(known.shares), m), _smooth(_shares(scores, known.edges, np.ones(n)), n))
    share, expected = float(flagged.mean()), known.flagged
    pooled = (share * n + expected * m) / (n + m)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    times = max(share, expected) / max(min(share, expected), 1 / (n + m))
    strange = float(unknown.mean())
    drifted: dict[What, float] = {}  # how much more it is than is let pass
    if psi > max(SHIFT, CHANCE * (1 / n + 1 / m)):
        drifted["scores"] = psi / SHIFT
    if times >= TIMES and abs(share - expected) > SURE * error:
        drifted["flagged"] = times / TIMES
    if strange > UNKNOWN_TIMES * known.unknown and strange > known.unknown + UNKNOWN_MORE:
        drifted["vocabulary"] = strange / max(UNKNOWN_TIMES * known.unknown, UNKNOWN_MORE)
    return FormDrift(
        form=form,
        texts=n,
        psi=round(psi, 4),
        flagged=round(share, 4),
        flagged_expected=expected,
        unknown=round(strange, 4),
        unknown_expected=known.unknown,
        drifted=tuple(drifted),
        degree=max((int(np.log2(max(1.0, much))) for much in drifted.values()), default=0),
    )


def stability(expected: Numbers, found: Numbers) -> float:
    """Return the population stability index of two distributions over the same bins: Σ (f − e) ln(f / e)."""
    e, f = np.maximum(expected, FLOOR), np.maximum(found, FLOOR)
    return float(((f - e) * np.log(f / e)).sum())


def new_terms(model: Model, readings: Sequence[Reading]) -> list[NewTerm]:
    """Return syllables and pairs that the model has not learned and many of the texts have, most first.

    Many: at least 10 texts and 1 in 100. Pairs with an unknown syllable are left out where the syllable
    itself is new.
    """
    found: Counter[str] = Counter()
    for low in range(0, len(readings), PART):
        for unlearned in _unlearned(model, readings[low : low + PART]):
            found.update(unlearned)
    least = max(FREQUENT, SHARE * len(readings))
    frequent = {term: texts for term, texts in found.items() if texts >= least}
    alone = {term for term in frequent if " " not in term}
    terms = [
        NewTerm(term=term, texts=texts)
        for term, texts in frequent.items()
        if term in alone or not alone.intersection(term.split())
    ]
    return sorted(terms, key=lambda one: (-one.texts, one.term))[:TERMS]


def _unlearned(model: Model, readings: Sequence[Reading]) -> list[set[str]]:
    """Return the syllables and pairs of each text, in lower case, that the screen has no weight for."""
    table = model.spaces[SCREEN].tables[0]
    block = table.block.model_copy(update={"longest": min(2, table.block.longest)})
    grams_ = grams(block, table.salt, Batch(readings))
    _, known = places(table.keys, grams_.key)
    grams_ = grams_.where(~known)
    fields = [reading.fields() for reading in readings]
    terms: list[set[str]] = [set() for _ in readings]
    for row, field, start, end in zip(grams_.row, grams_.field, grams_.start, grams_.end, strict=True):
        term = " ".join(fields[row][field][start:end].lower().split())
        if MASK not in term and term.replace(" ", "").isalpha():
            terms[row].add(term)
    return terms


def _edges(scores: Numbers, weight: Numbers) -> tuple[float, ...]:
    """Return the inner borders of ten bins that hold a tenth of the weight each."""
    order = np.argsort(scores, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    at = np.searchsorted(share, np.arange(1, BINS) / BINS)
    return _rounded(scores[order][np.minimum(at, len(order) - 1)])


def _shares(scores: Numbers, edges: Sequence[float], weight: Numbers) -> Numbers:
    bins = np.searchsorted(np.array(edges), scores, side="left")
    return np.asarray(np.bincount(bins, weights=weight, minlength=BINS) / weight.sum())


def _smooth(shares: Numbers, texts: int) -> Numbers:
    """Return shares as if each bin held one text more (Laplace): an empty one among few texts is chance."""
    return np.asarray((shares * texts + 1) / (texts + BINS))


def _rounded(values: Numbers) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)


def forms(remark: Sequence[bool]) -> Mapping[Form, list[int]]:
    """Return the places of articles and of remarks."""
    return {form: [n for n, is_ in enumerate(remark) if is_ == (form == "remark")] for form in FORMS}
