"""The packaged models, from the project's data files: what `make models` and `make evaluate` run."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from core.errors import LangngheError
from nlp import embedding, linear
from nlp.analyser import PACKAGED
from nlp.card import ModelCard
from nlp.held_out import quality
from nlp.project_rows import hostility_rows, risk_rows, sentiment_rows
from nlp.task import Task
from nlp.train import train_rows

USAGE = "usage: python -m nlp.models_from build|evaluate DATA-FOLDER"


def build(
    data_dir: Path, output: Path = PACKAGED, progress: Callable[[str, float], None] | None = None
) -> list[ModelCard]:
    """Learn the packaged embedding and three models from `data_dir`; return the models' cards.

    With another `output` the models go into its folders, and the embedding stays as it is packaged.

    Raises BadInput that names a file that is missing or a row that is wrong.
    """
    if output == PACKAGED:
        embedding.build(data_dir, output / embedding.NAME)
    cards = []
    for task, rows in (
        (Task.RISK, risk_rows),
        (Task.SENTIMENT, sentiment_rows),
        (Task.HOSTILITY, hostility_rows),
    ):
        model = train_rows(task, rows(data_dir), progress)
        linear.save(model, output / task)
        cards.append(model.card)
    return cards


def lines(figures: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield one line per figure: its path and its value to three places."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from lines(value, f"{prefix}{name}  ")
        else:
            yield f"{prefix}{name}  {value:.3f}" if isinstance(value, float) else f"{prefix}{name}  {value}"


def main(arguments: list[str]) -> int:
    """Build or evaluate as asked, print what came of it, and return the exit code."""
    match arguments:
        case ["build", folder]:
            work = _build
        case ["evaluate", folder]:
            work = _evaluate
        case _:
            sys.stderr.write(USAGE + "\n")
            return 2
    try:
        for line in work(Path(folder)):
            sys.stdout.write(line + "\n")
    except LangngheError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _build(folder: Path) -> Iterator[str]:
    for card in build(folder):
        yield f"{card.name} {card.version}: {card.counts['rows']} rows"


def _evaluate(folder: Path) -> Iterator[str]:
    yield "Five folds of cases, each judged by a model of all other cases (some 25 minutes on two cores)."
    yield from lines(quality(folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
