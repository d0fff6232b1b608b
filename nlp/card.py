"""What a packaged model says of itself: what it learned from, how well it does, where its thresholds lie."""

from datetime import date
from typing import Literal

from pydantic import Field

from core.contracts import Contract
from nlp.features import Block
from nlp.task import Task

FORMAT = "langnghe-linear-1"


class Source(Contract):
    """A file of training rows: its name, the SHA-256 of its bytes, how many of its rows were used."""

    name: str
    sha256: str
    rows: int


class Sigmoid(Contract):
    """Platt's scaling of a score to a probability: 1 / (1 + exp(-(slope · score + kernel · other + offset))).

    `other` is the score of a kernel machine, where there is one. Remarks are scaled as all texts are: their
    F1 over ten folds was 0.95 so, and 0.93 with a scaling of their own. Platt (1999), "Probabilistic outputs
    for support vector machines".
    """

    slope: float
    offset: float
    kernel: float = 0.0


class Head(Contract):
    """One question that a model answers: the `outputs` (labels) and the `blocks` of features it looks at.

    `one_of`: exactly one output holds (softmax of the scores); else each holds or not by itself, with
    `scaling` and `thresholds` (probabilities) in the order of the outputs. `shares`: the share of each label
    that its probabilities are calibrated to, where they must be brought to another mix.
    """

    outputs: tuple[str, ...]
    one_of: bool
    scaling: tuple[Sigmoid, ...] = ()
    thresholds: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()


class Reference(Contract):
    """What training texts of one form look like to the model, in numbers (`nlp.drift`).

    `edges` are the inner borders of ten bins of relevance and `shares` how much of the texts each holds;
    `flagged` is the share that counts as relevant, `unknown` the mean share of syllables not learned.
    """

    texts: int
    edges: tuple[float, ...] = Field(min_length=9, max_length=9)
    shares: tuple[float, ...] = Field(min_length=10, max_length=10)
    flagged: float
    unknown: float


class ModelCard(Contract):
    """The card of a model folder (`card.json`); `weights_sha256` ties it to `weights.npz` beside it.

    `lane` is the probability of being grave from which a text that is not relevant is possibly grave (1: no
    text is). `embedding` is the SHA-256 of the embedding that its kernel machine was learned with, if it has
    one; `reference` holds what drift is told by, for articles and for remarks; models of old have none.
    """

    format: Literal["langnghe-linear-1"] = "langnghe-linear-1"
    task: Task
    name: str
    version: str
    trained_on: date
    seed: int
    blocks: dict[str, tuple[Block, ...]]
    heads: dict[str, Head]
    lane: float = 1.0
    data: tuple[Source, ...]
    counts: dict[str, int]
    figures: dict[str, float]
    warnings: dict[str, int]
    weights_sha256: str
    embedding: str = ""
    reference: dict[str, Reference] = Field(default_factory=dict)
