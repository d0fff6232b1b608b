"""Judging the risk in texts: the screen over all, likeness of what it passes, details of what is relevant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.contracts import Kind, Label, Probability, Severity
from nlp.card import Head
from nlp.features import Batch, Reading, grams, places
from nlp.linear import Floats, Model, Space, probabilities, sigmoid

SCREEN, DETAIL = "screen", "detail"
# Of 4,000 unlabelled Vietnamese articles every one has 0.85 or more of its syllables known, with and without
# diacritics, of 8,572 comments one has 0.70 and the others more; of 41 news pages in other languages the
# highest, an English one, has 0.60.
FAMILIAR = 0.65
# Of 63,000 collected articles, as the labelled sample of them has it.
NATURAL_PREVALENCE = 0.05
RELEVANCE, CATEGORIES, SEVERITY, KIND = "relevance", "categories", "severity", "kind"


@dataclass(frozen=True)
class Judgement:
    """What the risk model says of one text, as in `core.contracts.Analysis`."""

    relevance: Probability
    natural_relevance: Probability | None
    relevant: bool
    possibly_grave: bool
    categories: tuple[Label, ...]
    severity: Severity
    kind: Kind


@dataclass(frozen=True)
class Details:
    """Probabilities for texts that are taken to be relevant: rows × outputs of each head."""

    categories: Floats
    severity: Floats
    kind: Floats


class Card(Protocol):
    """What the card of a model of any engine says of when a text is possibly grave."""

    @property
    def lane(self) -> float:
        """The probability of being grave from which a text that is not relevant is so called."""


class Heads(Protocol):
    """What has heads: a model of any engine."""

    @property
    def card(self) -> Card:
        """What the model says of itself."""

    def head(self, name: str) -> Head:
        """Return the head `name`. Raises BadModel where the model has none."""


def threshold(model: Model) -> float:
    """Return the probability from which a text counts as relevant."""
    return model.head(RELEVANCE).thresholds[0]


def screen(model: Model, batch: Batch) -> tuple[Floats, Floats]:
    """Return score and probability of relevance of each text by its words alone. Nothing comes before it.

    Probability 0 for a text in another language: of what the model does not know it must not make anything.
    """
    space = model.spaces[SCREEN]
    scores = space.scores(batch)[:, 0]
    probability = sigmoid(scores, model.head(SCREEN).scaling[0])
    return scores, np.where(familiarity(space, batch) >= FAMILIAR, probability, np.float32(0))


def relevance(model: Model, readings: Sequence[Reading]) -> Floats:
    """Return the probability that each text is relevant: what passes the screen is also told by its likeness.

    What does not pass stays below the threshold.
    """
    batch = Batch(readings)
    scores, probability = screen(model, batch)
    passed = np.flatnonzero(probability >= model.head(SCREEN).thresholds[0])
    probability = np.minimum(probability, np.nextafter(np.float32(threshold(model)), np.float32(0)))
    if len(passed):
        likely = model.kernels[RELEVANCE].scores([readings[int(place)] for place in passed])
        scaling = model.head(RELEVANCE).scaling[0]
        probability[passed] = sigmoid(scores[passed], scaling, likely)
    return probability


def familiarity(space: Space, batch: Batch) -> Floats:
    """Return the share of each text's syllables that the model has seen, two counted as seen beforehand."""
    table = space.tables[0]
    found = grams(table.block.model_copy(update={"longest": table.block.shortest}), table.salt, batch)
    _, known = places(table.keys, found.key)
    all_, seen = (np.bincount(found.row, weights=each, minlength=batch.size) for each in (None, known))
    return np.asarray((seen + 2) / (all_ + 2), dtype=np.float32)


def details(model: Model, batch: Batch) -> Details:
    """Return the probabilities of categories, severity and kind of each text, were it relevant."""
    heads = {name: model.head(name) for name in (CATEGORIES, SEVERITY, KIND)}
    found = probabilities(heads, model.spaces[DETAIL].scores(batch))
    return Details(found[CATEGORIES], found[SEVERITY], found[KIND])


@dataclass(frozen=True)
class Judged:
    """The judgement of each text in order, and the relevant ones (`passed`), read closely as one batch."""

    judgements: list[Judgement]
    passed: list[int]
    closely: Batch


def judge(model: Model, readings: Sequence[Reading]) -> Judged:
    """Judge texts: all for relevance, by the costly heads those that are relevant or may be grave."""
    chances = relevance(model, readings)
    held = chances >= np.float32(threshold(model))
    passed = [int(place) for place in np.flatnonzero(held)]
    # At most all that makes a text relevant makes it grave.
    doubtful = [int(place) for place in np.flatnonzero(~held & (chances >= model.card.lane))]
    judgements = [irrelevant(model, float(value)) for value in chances]
    closely = Batch([readings[place] for place in passed])
    if passed:
        found = details(model, closely)
        for row, place in enumerate(passed):
            judgements[place] = relevant(model, float(chances[place]), found, row)
    if doubtful:
        found = details(model, Batch([readings[place] for place in doubtful]))
        for row, place in enumerate(doubtful):
            judgements[place] = irrelevant(model, float(chances[place]), found.severity[row])
    return Judged(judgements, passed, closely)


def irrelevant(model: Heads, relevance: float, severity: Floats | None = None) -> Judgement:
    """Return the judgement of a text that does not reach the threshold.

    `severity` holds the probability of each level, were it relevant, if it was looked at closely: without, it
    is not called possibly grave.
    """
    least = 1.0 if severity is None else model.card.lane
    shared = _shared(model, relevance, np.full(3, 1 / 3, dtype=np.float32) if severity is None else severity)
    return Judgement(
        relevance,
        natural(model, relevance),
        False,
        shared[3] >= least,
        (),
        Severity(level=0, probabilities=shared),
        Kind.NONE,
    )


def relevant(model: Heads, relevance: float, found: Details, row: int) -> Judgement:
    """Return the judgement of the relevant text that has the `row` of the details."""
    shared = _shared(model, relevance, found.severity[row])
    level = 1 + int(np.argmax(shared[1:]))
    kind = Kind(model.head(KIND).outputs[int(found.kind[row].argmax())])
    categories = chosen(model.head(CATEGORIES), found.categories[row])
    return Judgement(
        relevance,
        natural(model, relevance),
        True,
        False,
        categories,
        Severity(level=level, probabilities=shared),
        kind,
    )


def _shared(model: Heads, relevance: float, severity: Floats) -> tuple[float, float, float, float]:
    """Return the probability of each level from 0 to 3."""
    levels = dict(zip(model.head(SEVERITY).outputs, severity, strict=True))
    low, middle, grave = (min(1.0, relevance * float(levels.get(name, 0))) for name in ("1", "2", "3"))
    return 1 - relevance, low, middle, grave


def natural(model: Heads, relevance: float) -> float | None:
    """Return the probability of relevance where NATURAL_PREVALENCE of all texts are relevant.

    By Bayes' rule from the share that its head is calibrated to (`nlp.fit.calibrated_share`). None from a
    model that does not know it.
    """
    share = next(iter(model.head(RELEVANCE).shares), 0.0)
    if not 0 < share < 1:
        return None
    yes = relevance * NATURAL_PREVALENCE / share
    no = (1 - relevance) * (1 - NATURAL_PREVALENCE) / (1 - share)
    return yes / (yes + no)


def chosen(head: Head, probabilities: Floats) -> tuple[Label, ...]:
    """Return the categories that reach their thresholds, most probable first; at least the most probable.

    Whoever sees a text called relevant must see why.
    """
    labels = [
        Label(code=code, probability=min(1.0, float(value)))
        for code, value in zip(head.outputs, probabilities, strict=True)
    ]
    least = dict(zip(head.outputs, head.thresholds, strict=True))
    ordered = sorted(labels, key=lambda label: -label.probability)
    reached = [label for label in ordered if label.probability >= least[label.code]]
    return tuple(reached or ordered[:1])
