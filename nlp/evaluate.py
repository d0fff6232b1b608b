"""How good a model is: figures on labelled rows, by one command and in one shape."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.logs import log
from core.taxonomy import taxonomy
from nlp import scores, tone
from nlp.analyser import BATCH, PACKAGED
from nlp.compare import judgeable
from nlp.engine import AnyModel, details, judge
from nlp.in_use import served
from nlp.language import vietnamese
from nlp.risk import KIND, SEVERITY
from nlp.rows import Row, read, row_hashes
from nlp.task import Task


def evaluate(task: Task, data: Sequence[Path], model: Path | None = None) -> dict[str, Any]:
    """Return the figures of a model folder (default: the packaged one) on the rows of `data` files.

    The shape for risk: `n`, `relevance` (with `weighted`), `categories`, `severity`, `kind`; for a
    single-label task: `n`, `accuracy`, `macro_f1`, `weighted_f1`, `per_label`. Rows that the model was
    trained on, and empty, repeated, contradictory or foreign ones, are counted in warnings. Raises
    BadInput and BadModel.
    """
    rows = read(task, data).rows
    loaded = served(task, model or PACKAGED / task)
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


def figures(model: AnyModel, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the figures of a loaded model on `rows`; the shape is that of `evaluate`."""
    if model.card.task is Task.RISK:
        return _risk(model, rows)
    model.head(tone.LABEL)
    said = [label for low in range(0, len(rows), BATCH) for label in _labels(model, rows[low : low + BATCH])]
    return {"n": len(rows), **scores.single_label(said, [row.label for row in rows])}


def _labels(model: AnyModel, rows: Sequence[Row]) -> list[str]:
    return tone.labels(model, [row.reading.text for row in rows])


def _risk(model: AnyModel, rows: Sequence[Row]) -> dict[str, Any]:
    judgements = [
        judgement
        for low in range(0, len(rows), BATCH)
        for judgement in judge(model, [row.reading for row in rows[low : low + BATCH]])
    ]
    truth = np.array([row.risk.relevant for row in rows], dtype=bool)
    said = np.array([one.relevant for one in judgements], dtype=bool)
    probability = np.array([one.relevance for one in judgements])
    given = [{label.code for label in one.categories} for one in judgements]
    return {
        "n": len(rows),
        "relevance": _relevance(rows, probability, said, truth),
        "categories": _categories(rows, given),
        **_of_relevant(model, [row for row in rows if row.risk.relevant]),
    }


def _relevance(
    rows: Sequence[Row], probability: scores.Numbers, said: scores.Truths, truth: scores.Truths
) -> dict[str, Any]:
    # The weight of a news text is how many articles it stands for; remarks were not sampled that way.
    weight = np.array([0.0 if row.reading.remark else row.weight for row in rows])
    weighted = None
    if weight.sum() > 0:
        weighted = {
            **scores.precision_recall_f1(said, truth, weight),
            "average_precision": scores.average_precision(probability, truth, weight),
        }
    return {
        **scores.precision_recall_f1(said, truth),
        "average_precision": scores.average_precision(probability, truth),
        "weighted": weighted,
    }


def _categories(rows: Sequence[Row], given: Sequence[set[str]]) -> dict[str, Any]:
    codes = taxonomy().codes
    said = np.array([[code in labels for code in codes] for labels in given], dtype=bool)
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


def _of_relevant(model: AnyModel, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the figures of severity and kind on truly relevant rows, whatever the screen says of them."""
    levels: list[str] = []
    kinds: list[str] = []
    for low in range(0, len(rows), BATCH):
        found = details(model, [row.reading for row in rows[low : low + BATCH]])
        levels += [model.head(SEVERITY).outputs[n] for n in found.severity.argmax(axis=1)]
        kinds += [model.head(KIND).outputs[n] for n in found.kind.argmax(axis=1)]
    return {
        "severity": scores.single_label(levels, [str(row.risk.severity) for row in rows]),
        "kind": scores.single_label(kinds, [str(row.risk.kind) for row in rows]),
    }
