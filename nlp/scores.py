"""Figures of quality: precision, recall, F1, average precision, their means over labels."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Truths = NDArray[np.bool_]
Numbers = NDArray[np.floating]


def precision_recall_f1(said: Truths, truth: Truths, weight: Numbers | None = None) -> dict[str, float]:
    """Return precision, recall and F1 of `said` against `truth`; 0 where a figure has no denominator."""
    each = np.ones(len(truth)) if weight is None else weight
    hits, claims, needs = (float((each * what).sum()) for what in (said & truth, said, truth))
    return {
        "precision": hits / claims if claims else 0.0,
        "recall": hits / needs if needs else 0.0,
        "f1": 2 * hits / (claims + needs) if claims + needs else 0.0,
    }


def f1(said: Truths, truth: Truths) -> float:
    """Return F1 over all entries of two arrays of the same shape, 0 where neither says yes."""
    return precision_recall_f1(said.ravel(), truth.ravel())["f1"]


def average_precision(probability: Numbers, truth: Truths, weight: Numbers | None = None) -> float:
    """Return the mean of precision over the steps of recall, as scikit-learn's `average_precision_score`.

    Texts of equal probability make one step. 0 where nothing is true.
    """
    each = np.ones(len(truth)) if weight is None else np.asarray(weight, dtype=float)
    order = np.argsort(-probability, kind="stable")
    hits, all_ = np.cumsum((each * truth)[order]), np.cumsum(each[order])
    if not len(order) or hits[-1] <= 0:
        return 0.0
    ends = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
    precision = hits[ends] / np.where(all_[ends] > 0, all_[ends], 1)
    return float((np.diff(hits[ends], prepend=0.0) * precision).sum() / hits[-1])


def recall_at(least: float, probability: Numbers, truth: Truths, weight: Numbers) -> float:
    """Return the highest recall at a threshold where precision is at least `least`, 0 where it never is."""
    order = np.argsort(-probability, kind="stable")
    hits, all_ = np.cumsum((weight * truth)[order]), np.cumsum(weight[order])
    precise = hits / np.where(all_ > 0, all_, 1) >= least
    return float(hits[precise].max() / hits[-1]) if precise.any() and hits[-1] > 0 else 0.0


def per_1000(said: Truths | Numbers, weight: Numbers) -> float:
    """Return how many of 1,000 texts are so, where `said` says whether, or how probably, each is."""
    return float(1000 * (weight * said).sum() / weight.sum())


def calibration_error(probability: Numbers, truth: Truths, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal numbers of texts.

    Naeini, Cooper, Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning.
    """
    parts = np.array_split(np.argsort(probability, kind="stable"), bins)
    apart = [abs(probability[part].sum() - truth[part].sum()) for part in parts]
    return float(sum(apart) / max(1, len(truth)))


def intervals(
    figures: Callable[[NDArray[np.int64]], Mapping[str, float]], size: int, seed: int, draws: int = 500
) -> dict[str, list[float]]:
    """Return the 95 % bootstrap interval of each figure: `figures` of rows drawn with replacement.

    Efron (1979), Bootstrap methods: another look at the jackknife.
    """
    draw = np.random.default_rng(seed)
    drawn = [figures(draw.integers(0, size, size)) for _ in range(draws)]
    return {
        name: [round(float(edge), 4) for edge in np.quantile([one[name] for one in drawn], (0.025, 0.975))]
        for name in drawn[0]
    }


def by_label(said: Sequence[str], truth: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return precision, recall, F1 and `support` (how often it is true) of every label said or true."""
    says, is_ = np.array(said, dtype=object), np.array(truth, dtype=object)
    return {
        label: {**precision_recall_f1(says == label, is_ == label), "support": int((is_ == label).sum())}
        for label in sorted(set(said) | set(truth))
    }


def single_label(said: Sequence[str], truth: Sequence[str]) -> dict[str, object]:
    """Return accuracy, F1 averaged over labels (`macro_f1`) and by support (`weighted_f1`), and per label."""
    labels = by_label(said, truth)
    total = len(truth)
    return {
        "accuracy": sum(a == b for a, b in zip(said, truth, strict=True)) / total if total else 0.0,
        "macro_f1": sum(one["f1"] for one in labels.values()) / len(labels) if labels else 0.0,
        "weighted_f1": sum(one["f1"] * one["support"] for one in labels.values()) / total if total else 0.0,
        "per_label": labels,
    }
