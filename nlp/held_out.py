"""Quality on texts kept out of training: what `make evaluate` measures, the same each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from nlp.evaluate import figures
from nlp.project_rows import hostility_rows, risk_rows, sentiment_rows
from nlp.rows import Row, Rows
from nlp.task import Task
from nlp.train import SEED, train_rows


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to judge by; no title stands under both."""

    known: list[Row]
    unseen: list[Row]


def held_out_third(rows: Sequence[Row], seed: int = SEED, part: int = 0) -> Split:
    """Split off a third of the titles of the rows with `weight` above 0, and what stands under them.

    `part` 0, 1 and 2 are the three thirds of one draw. Rows of weight 0 under a kept-out title are neither
    learned from nor judged by.
    """
    judged = sorted({row.group for row in rows if row.weight > 0})
    Random(seed).shuffle(judged)  # noqa: S311 (a draw of test rows, not a secret)
    out = set(judged[part::3])
    return Split(
        known=[row for row in rows if row.group not in out],
        unseen=[row for row in rows if row.group in out and row.weight > 0],
    )


def quality(data_dir: Path, seed: int = SEED) -> dict[str, Any]:
    """Return the figures of each task: each third judged by a model of all other rows, means over the thirds.

    Counts are sums. Risk is also given for news and for comments alone. Raises BadInput for missing or
    wrong files.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    risk = risk_rows(data_dir).rows
    tones = {Task.SENTIMENT: sentiment_rows(data_dir).rows, Task.HOSTILITY: hostility_rows(data_dir).rows}
    for part in range(3):
        split = held_out_third(risk, seed, part)
        model = train_rows(Task.RISK, Rows(split.known, []))
        news = [row for row in split.unseen if not row.reading.remark]
        comments = [row for row in split.unseen if row.reading.remark]
        for name, rows in (("risk", split.unseen), ("risk of news", news), ("risk of comments", comments)):
            found.setdefault(name, []).append(figures(model, rows))
        for task, every in tones.items():
            split = held_out_third(every, seed, part)
            found.setdefault(task, []).append(figures(train_rows(task, Rows(split.known, [])), split.unseen))
    return {name: _together(parts) for name, parts in found.items()}


def _together(parts: Sequence[Any]) -> Any:
    if isinstance(parts[0], dict):
        names = dict.fromkeys(name for part in parts for name in part)
        return {name: _together([part[name] for part in parts if name in part]) for name in names}
    if parts[0] is None:
        return None
    return sum(parts) if isinstance(parts[0], int) else sum(parts) / len(parts)
