"""How good a model is: figures on labelled rows, by one command and in one shape."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.logs import log
from core.taxonomy import taxonomy
from nlp import scores, tone
from nlp.analyser import BATCH, PACKAGED
from nlp.engine import AnyModel, details, judge
from nlp.in_use import load
from nlp.language import vietnamese
from nlp.risk import KIND, SEVERITY
from nlp.rows import Row, judgeable, read, row_hashes
from nlp.task import Task

GRAVE = 3


def evaluate(task: Task, data: Sequence[Path], model: Path | None = None) -> dict[str, Any]:
    """Return the figures of a model folder (default: the packaged one) on the rows of `data` files.

    The shape for risk: `n`, `relevance` (with `weighted`), `categories`, `severity`, `kind`; for a
    single-label task: `n`, `accuracy`, `macro_f1`, `weighted_f1`, `per_label`. Rows that the model was
    trained on, and empty, repeated, contradictory or foreign ones, are counted in warnings. Raises
    BadInput and BadModel.
    """
    rows = read(task, data).rows
    loaded = load(task, model or PACKAGED / task)
    odd = judgeable(rows)[1] | {"not_vietnamese": sum(not vietnamese(row.words) for row in rows)}
    for reason, count in odd.items():
        if count:
            log("nlp").warning("rows that figures may not mean much for", reason=reason, rows=count)
    known = loaded.trained_on(row_hashes(rows))
    if known:
        log("nlp").warning(
            "texts the model was trained on: figures are too good", texts=known, rows=len(rows)
        )
    return figures(loaded, rows)


@dataclass(frozen=True)
class Answers:
    """What a model says of some rows: for risk all but `label`, for a single-label task `label` alone.

    `natural` is the probability of relevance among life's texts (not a number where the model does not know);
    `categories` are rows × taxonomy codes, as shown; `severity` and `kind` as if each text were relevant.
    """

    probability: NDArray[np.float64]
    natural: NDArray[np.float64]
    relevant: scores.Truths
    possibly_grave: scores.Truths
    categories: scores.Truths
    severity: NDArray[np.str_]
    kind: NDArray[np.str_]
    label: NDArray[np.str_]

    def at(self, places: NDArray[np.int64]) -> "Answers":
        """Return the answers for the rows at `places`."""
        return Answers(*(part[places] if len(part) else part for part in self._parts()))

    def _parts(self) -> tuple[NDArray[Any], ...]:
        return tuple(getattr(self, each.name) for each in fields(self))


def joined(parts: Sequence[Answers]) -> Answers:
    """Return the answers of several models, one after the other."""
    return Answers(*(np.concatenate(each) for each in zip(*(part._parts() for part in parts), strict=True)))


def answers(model: AnyModel, rows: Sequence[Row]) -> Answers:
    """Return what a model says of `rows`."""
    parts = [_answers(model, rows[low : low + BATCH]) for low in range(0, max(1, len(rows)), BATCH)]
    return joined(parts)


def _answers(model: AnyModel, rows: Sequence[Row]) -> Answers:
    codes = taxonomy().codes
    readings = [row.reading for row in rows]
    none, nobody = np.zeros(0), np.zeros(0, dtype=np.str_)
    if model.card.task is not Task.RISK:
        said = tone.labels(model, [reading.text for reading in readings]) if rows else []
        empty = np.zeros(0, dtype=bool)
        return Answers(none, none, empty, empty, empty, nobody, nobody, np.array(said, dtype=np.str_))
    judged = judge(model, readings)
    found = details(model, readings)
    levels, kinds = (np.array(model.head(name).outputs, dtype=np.str_) for name in (SEVERITY, KIND))
    given = [{label.code for label in one.categories} for one in judged]
    return Answers(
        np.array([one.relevance for one in judged], dtype=np.float64),
        np.array([one.natural_relevance for one in judged], dtype=np.float64),
        np.array([one.relevant for one in judged], dtype=bool),
        np.array([one.possibly_grave for one in judged], dtype=bool),
        np.array([[code in labels for code in codes] for labels in given], dtype=bool).reshape(
            -1, len(codes)
        ),
        levels[found.severity.argmax(axis=1)],
        kinds[found.kind.argmax(axis=1)],
        nobody,
    )


def figures(model: AnyModel, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the figures of a loaded model on `rows`; the shape is that of `evaluate`."""
    if model.card.task is not Task.RISK:
        model.head(tone.LABEL)
    return figures_of(answers(model, rows), rows)


def figures_of(said: Answers, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the figures of what was said of `rows`; the shape is that of `evaluate`."""
    if len(said.label) or not len(said.probability):
        return {"n": len(rows), **scores.single_label(said.label.tolist(), [row.label for row in rows])}
    relevant = np.array([row.risk.relevant for row in rows], dtype=bool)
    true = [row.risk for row in rows if row.risk.relevant]
    return {
        "n": len(rows),
        "relevance": _relevance(rows, said, relevant),
        "categories": _categories(rows, said.categories),
        "severity": scores.single_label(
            said.severity[relevant].tolist(), [str(risk.severity) for risk in true]
        ),
        "kind": scores.single_label(said.kind[relevant].tolist(), [str(risk.kind) for risk in true]),
    }


def _relevance(rows: Sequence[Row], said: Answers, truth: scores.Truths) -> dict[str, Any]:
    # The weight of a news text is how many articles it stands for; remarks were not sampled that way.
    weight = np.array([0.0 if row.reading.remark else row.weight for row in rows])
    weighted = None
    if weight.sum() > 0:
        weighted = {
            **scores.precision_recall_f1(said.relevant, truth, weight),
            "average_precision": scores.average_precision(said.probability, truth, weight),
            "recall_at_precision_0.7": scores.recall_at(0.7, said.probability, truth, weight),
            "relevant_per_1000": scores.per_1000(truth, weight),
            "natural_relevance_per_1000": (
                None if np.isnan(said.natural).any() else scores.per_1000(said.natural, weight)
            ),
        }
    grave = np.array([row.risk.severity == GRAVE for row in rows], dtype=bool)
    looked_at = said.relevant | said.possibly_grave
    return {
        **scores.precision_recall_f1(said.relevant, truth),
        "average_precision": scores.average_precision(said.probability, truth),
        "recall_of_severity_3": float(looked_at[grave].mean()) if grave.any() else None,
        "recall_of_severity_3_as_relevant": float(said.relevant[grave].mean()) if grave.any() else None,
        "possibly_grave": _possibly_grave(said.possibly_grave, truth, grave, weight),
        "expected_calibration_error": scores.calibration_error(said.probability, truth),
        "weighted": weighted,
    }


def _possibly_grave(
    said: scores.Truths, relevant: scores.Truths, grave: scores.Truths, weight: NDArray[np.float64]
) -> dict[str, Any]:
    """Return how many texts are called possibly grave, and the share of them that are relevant and grave.

    The same among 1,000 texts of life, by `weight`; null where nothing has any.
    """
    each = {"relevant": relevant, "grave": grave}
    found: dict[str, Any] = {"n": int(said.sum())}
    found |= {name: scores.precision_recall_f1(said, truth)["precision"] for name, truth in each.items()}
    found["weighted"] = None
    if weight.sum() > 0:
        found["weighted"] = {"per_1000": scores.per_1000(said, weight)}
        found["weighted"] |= {
            name: scores.precision_recall_f1(said, truth, weight)["precision"] for name, truth in each.items()
        }
    return found


def _categories(rows: Sequence[Row], said: scores.Truths) -> dict[str, Any]:
    codes = taxonomy().codes
    truth = np.array([[code in row.risk.categories for code in codes] for row in rows], dtype=bool)
    each = {
        code: {
            **scores.precision_recall_f1(said[:, n], truth[:, n]),
            "support": int(truth[:, n].sum()),
        }
        for n, code in enumerate(codes)
    }
    return {
        "micro_f1": scores.f1(said, truth),
        "macro_f1": sum(one["f1"] for one in each.values()) / len(codes),
        "per_category": each,
    }
