"""The network: one encoder, one linear layer with the outputs of all heads, and their joint loss."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from nlp.card import Head
from nlp.risk import CATEGORIES, KIND, RELEVANCE, SEVERITY

DROPOUT = 0.1
RAREST = 20.0  # how much more a rare "yes" weighs at most: beyond, one row would steer everything


class Network(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Scores of all heads from the first token's state, columns in the order of the heads."""

    def __init__(self, encoder: Any, width: int, heads: Mapping[str, Head]) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(DROPOUT)
        self.outputs = nn.Linear(width, sum(len(head.outputs) for head in heads.values()))

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        """Return raw scores: texts × outputs."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return self.outputs(self.dropout(states[:, 0]))


@dataclass(frozen=True)
class Targets:
    """What the rows say: the truth of each head (rows × outputs for yes or no, labels for one of many)."""

    truths: dict[str, Any]

    def of(self, rows: Any) -> "Targets":
        """Return the targets of some rows."""
        return Targets({name: truth[rows] for name, truth in self.truths.items()})


def yes_weights(truth: Any) -> Any:
    """Return how much a "yes" of each column weighs: as much in all as the "no", up to RAREST."""
    yes = truth.sum(0)
    return ((len(truth) - yes) / yes.clamp(min=1)).clamp(min=1.0, max=RAREST)


@dataclass(frozen=True)
class Loss:
    """The joint loss. `weights`: of each "yes" for yes-or-no heads, of each label for heads of one label."""

    heads: Mapping[str, Head]
    weights: dict[str, Any]

    def __call__(self, scores: Any, targets: Targets) -> Any:
        """Return the sum of the heads' losses; categories, severity and kind count on relevant rows only."""
        low, total = 0, scores.new_zeros(())
        relevant = targets.truths.get(RELEVANCE)
        for name, head in self.heads.items():
            columns = scores[:, low : low + len(head.outputs)]
            low += len(head.outputs)
            truth = targets.truths[name]
            if relevant is not None and name in (CATEGORIES, SEVERITY, KIND):
                of = relevant[:, 0] > 0
                columns, truth = columns[of], truth[of]
            if not columns.numel():
                continue
            if head.one_of:
                total = total + functional.cross_entropy(
                    columns, truth, weight=self.weights.get(name), reduction="sum"
                ) / len(truth)
            else:
                total = total + functional.binary_cross_entropy_with_logits(
                    columns, truth, pos_weight=self.weights[name]
                )
        return total


def device() -> Any:
    """Return where to train: the GPU when there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
