"""A new model of the task `risk`: trained on people's decisions, held against the one in use, promoted."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path

from core.errors import BadUsage, ModelRefused
from core.records.claims import hold
from langnghe.house import House
from langnghe.labels import LabelRow, collect
from nlp import in_use
from nlp.compare import Comparison, compare, refuse_worse
from nlp.rows import read
from nlp.task import Task
from nlp.train import train as train_model

TASK = Task.RISK  # the one that people's decisions label
KEPT = 3  # candidates of earlier runs


def train(house: House, name: str, data: Sequence[Path]) -> Path:
    """Train a candidate on `data` and the labels of people's decisions; return its folder, named `name`.

    Labels that are held out (`langnghe.labels`) are left for `judge`. Of candidates before it the
    newest stay. Raises BadInput for too few rows.
    """
    candidates = house.settings.data_dir / "candidates"
    folder = candidates / name.replace("/", "_")
    labels = collect(house)
    shutil.rmtree(folder, ignore_errors=True)  # of a try that was cut off
    before = sorted(candidates.glob("*/"), key=lambda old: old.stat().st_mtime, reverse=True)
    for old in before[KEPT:]:
        shutil.rmtree(old)
    with _written(house, (row for row in labels.rows if row.id not in labels.held_out)) as rows:
        train_model(TASK, [*data, *rows], folder)
    return folder


def judge(house: House, candidate: Path, data: Sequence[Path]) -> Comparison:
    """Hold a candidate against the model in use, on `data` and the labels that are held out.

    Raises ModelRefused where that can't be done fairly (`nlp.compare`).
    """
    labels = collect(house)
    with _written(house, (row for row in labels.rows if row.id in labels.held_out)) as rows:
        if not (data or rows):
            raise BadUsage(
                "nothing is held out yet to judge a model by; decide on more texts, or give a file"
            )
        models = [in_use.load(TASK, folder) for folder in (candidate, house.shelf.folders()[TASK])]
        return compare(TASK, models[0], models[1], read(TASK, [*data, *rows]).rows)


def promote(house: House, candidate: Path, found: Comparison) -> str:
    """Put a candidate into use, and return its version.

    Raises ModelRefused if it was `found` to be worse, or held against another model than that in use now.
    """
    refuse_worse(found)
    now = in_use.load(TASK, house.shelf.folders()[TASK]).card.version
    if now not in (found.in_use, found.candidate):  # the latter after a promotion that was cut off
        raise ModelRefused(
            f"refused: {found.candidate} was held against {found.in_use}, and {now} is in use by now; "
            "judge it again"
        )
    return house.shelf.install(TASK, candidate).card.version


@contextmanager
def _written(house: House, rows: Iterable[LabelRow]) -> Iterator[list[Path]]:
    """Give a file with `rows`, gone afterwards, after a kill the next time; none where there are none."""
    folder = house.settings.data_dir / "retraining"
    with hold(house.records, "retraining", wait_s=inf):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        try:
            file = folder / "labels.jsonl"
            file.write_text("".join(f"{row.model_dump_json()}\n" for row in rows), "utf-8")
            yield [file] if file.stat().st_size else []
        finally:
            shutil.rmtree(folder)
