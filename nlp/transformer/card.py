"""What a transformer's folder says of itself, and what lies in it."""

from datetime import date
from typing import Literal

from pydantic import Field

from core.contracts import Contract
from nlp.card import Head, Source
from nlp.task import Task

FORMAT = "langnghe-transformer-1"
CARD, MODEL, TOKENIZER, ROWS = "card.json", "model.onnx", "tokenizer.json", "rows.npy"


class Marks(Contract):
    """Token numbers with a meaning of their own, and how many tokens are read at most (`longest`).

    A number from `size` on is not in the encoder's vocabulary and counts as `unknown`; `hidden` stands for
    a word that is hidden from the model to see what it is worth.
    """

    first: int = Field(ge=0)
    between: int = Field(ge=0)
    padding: int = Field(ge=0)
    unknown: int = Field(ge=0)
    hidden: int = Field(ge=0)
    size: int = Field(gt=0)
    longest: int = Field(ge=8)


class Options(Contract):
    """How to train. `patience`: after how many epochs without a better held-out loss to stop; 0: never.

    `segmented` (whether the encoder reads words joined by `_`) is guessed from the vocabulary where None.
    """

    epochs: int = Field(default=5, ge=1)
    patience: int = Field(default=2, ge=0)
    rate: float = Field(default=3e-5, gt=0)
    batch: int = Field(default=16, ge=1)
    longest: int = Field(default=256, ge=8)
    segmented: bool | None = None


class TransformerCard(Contract):
    """The card of a transformer's folder; `sha256` ties it to the files beside it.

    `base`: the name of the encoder that was fine-tuned. `heads` in the order of the model's output columns.
    `lane` as in `nlp.card.ModelCard`.
    """

    format: Literal["langnghe-transformer-1"] = "langnghe-transformer-1"
    task: Task
    name: str
    version: str
    trained_on: date
    seed: int
    base: str
    segmented: bool
    marks: Marks
    options: Options
    heads: dict[str, Head]
    lane: float = 1.0
    data: tuple[Source, ...]
    counts: dict[str, int]
    figures: dict[str, float]
    warnings: dict[str, int]
    sha256: dict[str, str]
