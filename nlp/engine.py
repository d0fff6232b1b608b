"""The seam between the analyser and the engines: a linear model, or what judges and explains by itself.

Which engine a model folder is for stands in its card (`format`); libraries of the other are not imported.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.contracts import Span
from core.errors import BadModel
from nlp import evidence as words
from nlp import linear, risk
from nlp.card import Head
from nlp.features import Batch, Reading
from nlp.linear import Floats, Model
from nlp.risk import CATEGORIES, DETAIL, RELEVANCE, Details, Judgement
from nlp.task import Task
from nlp.transformer.card import CARD, FORMAT, MODEL, ROWS, TOKENIZER


class Card(Protocol):
    """What any engine's card says."""

    @property
    def task(self) -> Task:
        """What the model was trained for."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def version(self) -> str:
        """The model's version."""

    @property
    def trained_on(self) -> date:
        """The day of its training."""

    @property
    def figures(self) -> dict[str, float]:
        """What was measured in training."""

    @property
    def counts(self) -> dict[str, int]:
        """How many `rows` it was trained on, and more."""

    @property
    def lane(self) -> float:
        """The probability of being grave from which a text that is not relevant is possibly grave."""

    @property
    def warnings(self) -> dict[str, int]:
        """What was odd about the rows."""


class Engine(Protocol):
    """A model that is not linear: it reads, judges and explains by itself."""

    @property
    def card(self) -> Card:
        """What the model says of itself."""

    def head(self, name: str) -> Head:
        """Return the head `name`. Raises BadModel where the model has none."""

    def trained_on(self, hashes: NDArray[np.uint64]) -> int:
        """Return how many of the hashed rows (`nlp.rows.row_hash`) were in the training set."""

    def judge(self, readings: Sequence[Reading]) -> list[Judgement]:
        """Judge texts."""

    def details(self, readings: Sequence[Reading]) -> Details:
        """Return the probabilities of categories, severity and kind of each text, were it relevant."""

    def evidence(self, readings: Sequence[Reading], given: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        """Return the evidence of each text for the categories `given` to it."""

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return the probability of each label of a single-label model for each text."""


AnyModel = Model | Engine


def load(folder: Path) -> AnyModel:
    """Read a model folder of any engine. Raises BadModel, and MissingPart where its libraries are missing."""
    try:
        raw = json.loads((folder / CARD).read_text("utf-8"))
    except (OSError, ValueError):
        raw = None
    if isinstance(raw, dict) and raw.get("format") == FORMAT:
        from nlp.transformer import serving

        return serving.load(folder)
    return linear.load(folder)


def parts(model: AnyModel) -> tuple[str, ...]:
    """Return the names of the files that a model's folder holds, the card last."""
    return (linear.WEIGHTS, linear.CARD) if isinstance(model, Model) else (MODEL, TOKENIZER, ROWS, CARD)


def threshold(model: AnyModel) -> float:
    """Return the probability from which a text counts as relevant."""
    thresholds = model.head(RELEVANCE).thresholds
    if not thresholds:
        raise BadModel(f"model {model.card.name}: it has no threshold of relevance; train it anew")
    return thresholds[0]


def explained(model: AnyModel, readings: Sequence[Reading]) -> tuple[list[Judgement], list[tuple[Span, ...]]]:
    """Return the judgement of each text in order, and its evidence."""
    if isinstance(model, Model):
        judged = risk.judge(model, readings)
        judgements, passed = judged.judgements, judged.passed
        outputs = {code: number for number, code in enumerate(model.head(CATEGORIES).outputs)}
        labels = [[(one.code, outputs[one.code]) for one in judgements[n].categories] for n in passed]
        found = words.evidence(model.spaces[DETAIL], judged.closely, labels) if passed else []
    else:
        judgements = model.judge(readings)
        passed = [number for number, one in enumerate(judgements) if one.categories]
        given = [[one.code for one in judgements[n].categories] for n in passed]
        found = model.evidence([readings[n] for n in passed], given)
    spans: list[tuple[Span, ...]] = [()] * len(judgements)
    for place, one_ in zip(passed, found, strict=True):
        spans[place] = one_
    return judgements, spans


def judge(model: AnyModel, readings: Sequence[Reading]) -> list[Judgement]:
    """Judge texts, without evidence."""
    return risk.judge(model, readings).judgements if isinstance(model, Model) else model.judge(readings)


def details(model: AnyModel, readings: Sequence[Reading]) -> Details:
    """Return the probabilities of categories, severity and kind of each text, were it relevant."""
    if isinstance(model, Model):
        return risk.details(model, Batch(readings))
    return model.details(readings)
