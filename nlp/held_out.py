"""Quality on texts kept out of training: what `make evaluate` measures, the same each time."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from nlp.cases import cases
from nlp.evaluate import Answers, answers, figures_of, joined
from nlp.project_rows import hostility_rows, invented_rows, risk_rows, sentiment_rows
from nlp.robustness_quality import Loss, losses, relevant_by
from nlp.rows import Row, Rows
from nlp.scores import intervals
from nlp.task import Task
from nlp.train import SEED, train_rows

FOLDS = 5


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to judge by; no case is in both (`nlp.cases`)."""

    known: list[Row]
    unseen: list[Row]


def held_out(rows: Sequence[Row], seed: int = SEED, also: frozenset[str] = frozenset()) -> Iterator[Split]:
    """Yield FOLDS splits: each row with `weight` above 0, or whose `where` is in `also`, is unseen in one.

    Other rows are learned from, but never those of an unseen case.
    """
    case = cases(rows)
    judged = np.array([row.weight > 0 or row.where in also for row in rows], dtype=bool)
    every = np.unique(case[judged])
    np.random.default_rng(seed).shuffle(every)
    for fold in range(FOLDS):
        out = np.isin(case, every[fold::FOLDS])
        yield Split(
            known=[row for row, gone in zip(rows, out, strict=True) if not gone],
            unseen=[row for row, gone in zip(rows, out & judged, strict=True) if gone],
        )


@dataclass(frozen=True)
class _Fold:
    rows: list[Row]
    answers: Answers
    spelled: Mapping[str, Loss]


def quality(data_dir: Path, seed: int = SEED) -> dict[str, Any]:
    """Return the figures of each task; each row is judged by a model that saw nothing of its case.

    Risk is also given for news, for comments, for the invented texts, and with `intervals` (95 % bootstrap);
    `spelled otherwise` are the means over the folds for each way of `nlp.robustness`. Folds run on all cores.
    Raises BadInput for missing or wrong files.
    """
    invented = frozenset(row.where for row in invented_rows(data_dir).rows)
    jobs = {
        Task.RISK: held_out(risk_rows(data_dir).rows, seed, invented),
        Task.SENTIMENT: held_out(sentiment_rows(data_dir).rows, seed),
        Task.HOSTILITY: held_out(hostility_rows(data_dir).rows, seed),
    }
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        running = {
            task: [pool.submit(_judged, task, split) for split in splits] for task, splits in jobs.items()
        }
        done = {task: [one.result() for one in folds] for task, folds in running.items()}
    found = _of_risk(done[Task.RISK], seed)
    for task in (Task.SENTIMENT, Task.HOSTILITY):
        rows = [row for fold in done[task] for row in fold.rows]
        found[task] = figures_of(joined([fold.answers for fold in done[task]]), rows)
    return found


def _judged(task: Task, split: Split) -> _Fold:
    model = train_rows(task, Rows(split.known, []))
    rows = [row for row in split.unseen if row.weight > 0]
    spelled = losses(relevant_by(model), rows) if task is Task.RISK else {}
    return _Fold(split.unseen, answers(model, split.unseen), spelled)


def _of_risk(folds: Sequence[_Fold], seed: int) -> dict[str, Any]:
    rows = [row for fold in folds for row in fold.rows]
    given = joined([fold.answers for fold in folds])
    sampled = np.array([row.weight > 0 for row in rows], dtype=bool)
    remark = np.array([row.reading.remark for row in rows], dtype=bool)
    found: dict[str, Any] = {}
    for name, chosen in (
        ("risk", sampled),
        ("risk of news", sampled & ~remark),
        ("risk of comments", sampled & remark),
        ("invented", ~sampled),
    ):
        places = np.flatnonzero(chosen)
        found[name] = figures_of(given.at(places), [rows[place] for place in places])
    kept = np.flatnonzero(sampled)
    found["risk"]["intervals"] = intervals(
        lambda drawn: _main(given.at(kept[drawn]), [rows[place] for place in kept[drawn]]), len(kept), seed
    )
    found["spelled otherwise"] = {
        way: {
            "f1": fmean(fold.spelled[way].f1 for fold in folds),
            "loss": fmean(fold.spelled[way].loss for fold in folds),
        }
        for way in folds[0].spelled
    }
    return found


def _main(given: Answers, rows: Sequence[Row]) -> dict[str, float]:
    """Return the figures that floors are set for."""
    of = figures_of(given, rows)
    weighted = of["relevance"]["weighted"]
    return {
        "relevance f1": of["relevance"]["f1"],
        "natural average precision": weighted["average_precision"],
        "natural recall at precision 0.7": weighted["recall_at_precision_0.7"],
        "recall of severity 3": of["relevance"]["recall_of_severity_3"],
        "recall of severity 3 as relevant": of["relevance"]["recall_of_severity_3_as_relevant"],
        "possibly grave of 1000": of["relevance"]["possibly_grave"]["weighted"]["per_1000"],
        "categories micro f1": of["categories"]["micro_f1"],
        "categories macro f1": of["categories"]["macro_f1"],
        "severity accuracy": of["severity"]["accuracy"],
        "kind accuracy": of["kind"]["accuracy"],
    }
