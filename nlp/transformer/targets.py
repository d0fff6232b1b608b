"""What a transformer learns from labelled rows: its heads, their truths, and which rows are held out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from random import Random
from typing import Any

import torch

from core.contracts import Kind
from core.taxonomy import taxonomy
from nlp.card import Head, Sigmoid
from nlp.risk import CATEGORIES, KIND, RELEVANCE, SEVERITY
from nlp.rows import Row
from nlp.task import Task
from nlp.tone import LABEL
from nlp.train import LEAST, LEVELS, SEED, need
from nlp.transformer.network import Loss, Targets, yes_weights

HELD_OUT = 7  # of so many groups one is kept out of training, to stop by and to set thresholds by
KINDS = (Kind.INCIDENT, Kind.ISSUE, Kind.RESPONSE)


@dataclass(frozen=True)
class Lesson:
    """The heads of a task, the truths of all rows for them, and the loss that weighs rare answers up."""

    heads: dict[str, Head]
    targets: Targets
    loss: Loss


def lesson(task: Task, rows: Sequence[Row], known: Sequence[int], warnings: Counter[str]) -> Lesson:
    """Return what is to be learned; weights are from the `known` rows. Raises BadInput for too few rows."""
    if task is Task.RISK:
        return _risk(rows, known, warnings)
    counts = Counter(row.label for row in rows)
    need(dict(counts), task)
    labels = tuple(sorted(counts))
    truth = torch.tensor([labels.index(row.label) for row in rows])
    shares = tuple(round(counts[label] / len(rows), 6) for label in labels)
    head = Head(outputs=labels, one_of=True, shares=shares)
    # All labels weigh the same in all; `nlp.tone` brings their shares back.
    weight = torch.tensor([1 / (len(labels) * share) for share in shares], dtype=torch.float32)
    return Lesson({LABEL: head}, Targets({LABEL: truth}), Loss({LABEL: head}, {LABEL: weight}))


def _risk(rows: Sequence[Row], known: Sequence[int], warnings: Counter[str]) -> Lesson:
    relevant = torch.tensor([[float(row.risk.relevant)] for row in rows])
    yes = int(relevant.sum())
    need({"relevant": yes, "not relevant": len(rows) - yes}, Task.RISK)
    every = taxonomy().codes
    of = [row for row in rows if row.risk.relevant]
    codes = tuple(code for code in every if sum(code in row.risk.categories for row in of) >= LEAST)
    warnings["categories_too_few"] = len(every) - len(codes)
    categories = torch.tensor([[float(code in row.risk.categories) for code in codes] for row in rows])
    categories = categories.reshape(len(rows), len(codes))
    truths: dict[str, Any] = {
        RELEVANCE: relevant,
        CATEGORIES: categories,
        SEVERITY: torch.tensor([max(0, row.risk.severity - 1) for row in rows]),
        KIND: torch.tensor([KINDS.index(row.risk.kind) if row.risk.relevant else 0 for row in rows]),
    }
    learned = torch.tensor(list(known))
    told = learned[relevant[learned, 0] > 0]
    weights = {RELEVANCE: yes_weights(relevant[learned]), CATEGORIES: yes_weights(categories[told])}
    heads = {
        RELEVANCE: _yes_or_no(("relevant",), weights[RELEVANCE]).model_copy(
            update={"shares": (round(float(relevant[learned].mean()), 6),)}
        ),
        CATEGORIES: _yes_or_no(codes, weights[CATEGORIES]),
        SEVERITY: Head(outputs=LEVELS, one_of=True),
        KIND: Head(outputs=tuple(str(kind) for kind in KINDS), one_of=True),
    }
    return Lesson(heads, Targets(truths), Loss(heads, weights))


def _yes_or_no(outputs: tuple[str, ...], weights: Any) -> Head:
    """Return a head whose scaling takes out what the weights put in: by Bayes' rule, the log of each."""
    scaling = tuple(Sigmoid(slope=1.0, offset=round(-log(weight), 6)) for weight in weights.tolist())
    return Head(outputs=outputs, one_of=False, scaling=scaling, thresholds=(0.5,) * len(outputs))


def split(task: Task, rows: Sequence[Row]) -> tuple[list[int], list[int]]:
    """Return the numbers of the rows to learn from and to hold out; no title stands on both sides.

    One group in HELD_OUT of each label is held out, at least one where a label has two.
    """
    labels: dict[str, str] = {}
    for row in rows:
        said = str(row.risk.relevant) if task is Task.RISK else row.label
        labels[row.group] = max(said, labels.get(row.group, said))
    draw, out = Random(SEED), set[str]()  # noqa: S311 (a draw of rows, not a secret)
    for label in sorted(set(labels.values())):
        groups = sorted(group for group, said in labels.items() if said == label)
        draw.shuffle(groups)
        out.update(groups[: max(len(groups) // HELD_OUT, len(groups) > 1)])
    known = [number for number, row in enumerate(rows) if row.group not in out]
    return known, [number for number, row in enumerate(rows) if row.group in out]
