"""Whether a new model may replace the one in use: both judge the same rows, and the difference counts.

A paired bootstrap: rows are drawn with replacement, both models are measured on the same draw, and the
differences of all draws say how sure the difference is (Efron and Tibshirani 1993, "An introduction to the
bootstrap"; paired for classifiers: Berg-Kirkpatrick, Burkett, Klein 2012, "An empirical investigation of
statistical significance in NLP"). Whole titles are drawn, with all that stands under them, since comments on
one case are not independent (Field and Welsh 2007, "Bootstrapping clustered data").
"""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.contracts import Contract
from core.errors import ModelRefused
from core.taxonomy import taxonomy
from nlp.engine import AnyModel
from nlp.evaluate import GRAVE, answers
from nlp.rows import Row, judgeable, row_hashes
from nlp.task import Task

SEED = 111
DRAWS = 2000
CHUNK = 100  # draws at a time: with 10,000 rows, 8 MB an array
# The least that figures can be told from chance by: of 100 rows a share of 0.8 is known to about 0.08.
LEAST = {"rows": 100, "relevant rows": 30, "rows that are not relevant": 30, "rows of severity 3": 10}
LEAST_OF_A_LABEL = 10
MAIN = {Task.RISK: "relevance F1", Task.SENTIMENT: "macro F1", Task.HOSTILITY: "macro F1"}
TOLERATED = -0.005

Weights = NDArray[np.float64]
Truths = NDArray[np.bool_]
# From how often each row was drawn (draws × rows) to a figure of each draw.
Measure = Callable[[Weights], Weights]


class Difference(Contract):
    """A figure of both models on all rows; the mean `difference` of all draws and its 95 % interval."""

    candidate: float
    in_use: float
    difference: float
    low: float
    high: float


class Comparison(Contract):
    """A candidate beside the model in use.

    `left_out`: rows not judged, by reason. `known_in_use`: texts that the model in use was trained on, which
    makes its figures too good.
    """

    task: Task
    candidate: str
    in_use: str
    rows: int
    left_out: dict[str, int]
    known_in_use: int
    figures: dict[str, Difference]


def compare(task: Task, candidate: AnyModel, in_use: AnyModel, rows: Sequence[Row]) -> Comparison:
    """Return both models' figures on `rows`. Raises ModelRefused where they can't be compared fairly.

    That is: rows that the candidate was trained on, or too few rows (`LEAST`). Rows without text, repeated
    ones, and those of one text with two verdicts are left out and counted.
    """
    kept, left_out = judgeable(rows)
    known = candidate.trained_on(row_hashes(kept)) if kept else 0
    if known:
        raise ModelRefused(
            f"refused: {candidate.card.name} {candidate.card.version} was trained on {known} of the "
            f"{len(kept)} rows; give rows that were kept out of training"
        )
    _enough(task, kept)
    measures = [_measures(task, model, kept) for model in (candidate, in_use)]
    drawn = _draws(kept)
    figures = {name: _difference(measures[0][name], measures[1][name], drawn) for name in measures[0]}
    return Comparison(
        task=task,
        candidate=candidate.card.version,
        in_use=in_use.card.version,
        rows=len(kept),
        left_out=left_out,
        known_in_use=in_use.trained_on(row_hashes(kept)),
        figures=figures,
    )


def worse(comparison: Comparison) -> list[str]:
    """Return what speaks against the candidate, in words; it may come into use if that is nothing.

    The rule: it is refused when the 95 % interval of the difference lies wholly below zero for any figure,
    or when the mean difference of the main figure (risk: relevance F1, else macro F1) is below -0.005.
    """
    main = MAIN[comparison.task]
    return [
        f"{name} {one.candidate:.3f} against {one.in_use:.3f}, {_change(one)}"
        for name, one in comparison.figures.items()
        if one.high < 0 or (name == main and one.difference < TOLERATED)
    ]


def refuse_worse(comparison: Comparison) -> None:
    """Raise ModelRefused, in one line with the figures, for a candidate that is `worse`."""
    if reasons := worse(comparison):
        raise ModelRefused(
            f"refused: {comparison.candidate} is worse than {comparison.in_use} on {comparison.rows} "
            f"held-out rows: {'; '.join(reasons)}"
        )


def _change(one: Difference) -> str:
    return f"{one.difference:+.3f} (95 % {one.low:+.3f} to {one.high:+.3f})"


def _enough(task: Task, rows: Sequence[Row]) -> None:
    if task is Task.RISK:
        relevant = sum(row.risk.relevant for row in rows)
        grave = sum(row.risk.severity == GRAVE for row in rows)
        have = dict(zip(LEAST, (len(rows), relevant, len(rows) - relevant, grave), strict=True))
        least = LEAST
    else:
        labels = Counter(row.label for row in rows)
        have = {"rows": len(rows), **{f"rows of {label!r}": n for label, n in sorted(labels.items())}}
        have |= {"labels": len(labels)}
        least = dict.fromkeys(have, LEAST_OF_A_LABEL) | {"rows": LEAST["rows"], "labels": 2}
    short = [f"{least[what]} {what} are needed, {n} are there" for what, n in have.items() if n < least[what]]
    if short:
        raise ModelRefused(
            f"refused: too few held-out rows to tell which model is better: {'; '.join(short)}"
        )


def _draws(rows: Sequence[Row]) -> list[Weights]:
    number: dict[str, int] = {}
    group = np.array([number.setdefault(row.group, len(number)) for row in rows])
    random = np.random.default_rng(SEED)
    chance = np.full(len(number), 1 / len(number))
    return [
        random.multinomial(len(number), chance, size=CHUNK)[:, group].astype(np.float64)
        for _ in range(DRAWS // CHUNK)
    ]


def _difference(candidate: Measure, in_use: Measure, drawn: Sequence[Weights]) -> Difference:
    differences = np.concatenate([candidate(weight) - in_use(weight) for weight in drawn])
    low, high = np.percentile(differences, (2.5, 97.5))
    whole = np.ones((1, drawn[0].shape[1]))
    return Difference(
        candidate=float(candidate(whole)[0]),
        in_use=float(in_use(whole)[0]),
        difference=float(differences.mean()),
        low=float(low),
        high=float(high),
    )


def _measures(task: Task, model: AnyModel, rows: Sequence[Row]) -> dict[str, Measure]:
    """Return the figures of a model by name, each as a function of how often each row counts."""
    said = answers(model, rows)
    if task is not Task.RISK:
        return {MAIN[task]: _macro_f1(said.label.tolist(), [row.label for row in rows])}
    codes = taxonomy().codes
    truth = np.array([row.risk.relevant for row in rows], dtype=bool)
    true = np.array([[code in row.risk.categories for code in codes] for row in rows])
    grave = np.array([row.risk.severity == GRAVE for row in rows])
    return {
        MAIN[task]: _f1(said.relevant[:, None], truth[:, None]),
        "average precision": _average_precision(said.probability, truth),
        "recall of severity 3": _ratio(grave & said.relevant, grave),
        "categories micro F1": _f1(said.categories, true),
    }


def _ratio(part: NDArray[np.generic], whole: NDArray[np.generic], times: float = 1) -> Measure:
    above, below = part.astype(np.float64), whole.astype(np.float64)

    def measure(weight: Weights) -> Weights:
        total = weight @ below
        return np.asarray(times * (weight @ above) / np.where(total > 0, total, 1))

    return measure


def _f1(said: Truths, truth: Truths) -> Measure:
    both, all_ = (said & truth).sum(axis=1), said.sum(axis=1) + truth.sum(axis=1)
    return _ratio(both, all_, times=2)


def _macro_f1(said: Sequence[str], truth: Sequence[str]) -> Measure:
    says, is_ = np.array(said, dtype=object), np.array(truth, dtype=object)
    each = [_f1((says == name)[:, None], (is_ == name)[:, None]) for name in sorted({*said, *truth})]
    return lambda weight: np.mean([one(weight) for one in each], axis=0)


def _average_precision(probability: NDArray[np.float64], truth: Truths) -> Measure:
    """Return average precision as `nlp.scores.average_precision`, for many weightings of the rows at once."""
    order = np.argsort(-probability, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
    true = truth[order].astype(np.float64)

    def measure(weight: Weights) -> Weights:
        drawn = weight[:, order]
        hits, all_ = np.cumsum(drawn * true, axis=1)[:, ends], np.cumsum(drawn, axis=1)[:, ends]
        precision = hits / np.where(all_ > 0, all_, 1)
        total = hits[:, -1]
        return np.asarray(
            (np.diff(hits, axis=1, prepend=0.0) * precision).sum(axis=1) / np.where(total > 0, total, 1)
        )

    return measure
