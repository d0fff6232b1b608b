"""`langnghe train` and `langnghe evaluate`: models from labelled rows, and how good they are."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from core.errors import BadUsage, MissingPart
from langnghe.commands.console import errors, output, print_json, print_table
from nlp.task import Task

if TYPE_CHECKING:
    from nlp.engine import Card
    from nlp.train import Progress as Told

Data = Annotated[list[Path], typer.Option("--data", help="Labelled rows, .jsonl or .parquet; repeatable.")]


class Engine(StrEnum):
    """Which kind of model is trained."""

    LINEAR = "linear"
    TRANSFORMER = "transformer"


def train(
    task: Annotated[Task, typer.Argument(help="What to learn.")],
    data: Data,
    directory: Annotated[Path, typer.Option("--output", help="Folder for the model.")],
    engine: Annotated[Engine, typer.Option(help="What kind of model.")] = Engine.LINEAR,
    base: Annotated[
        str | None, typer.Option(help="Transformer: the encoder to fine-tune, a folder or a name.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Transformer: at most so many epochs.")] = 5,
    patience: Annotated[
        int, typer.Option(min=0, help="Transformer: stop after so many epochs without gain; 0: never.")
    ] = 2,
    rate: Annotated[float, typer.Option(min=1e-8, max=1, help="Transformer: the rate of learning.")] = 3e-5,
    batch: Annotated[int, typer.Option(min=1, help="Transformer: texts in a step.")] = 16,
    longest: Annotated[int, typer.Option(min=8, help="Transformer: tokens read of a text.")] = 256,
    segmented: Annotated[
        bool | None,
        typer.Option(help="Transformer: the encoder reads words joined by _; default: as its vocabulary is."),
    ] = None,
) -> None:
    """Train a model on labelled rows and write it to a folder."""
    if engine is Engine.TRANSFORMER and base is None:
        raise BadUsage("--engine transformer needs --base, an encoder's folder or name")
    if engine is Engine.LINEAR and base is not None:
        raise BadUsage("--base is for --engine transformer")

    def work(told: "Told") -> "Card":
        if base is None:
            from nlp.train import train as train_model

            return train_model(task, data, directory, told)
        try:
            from nlp.transformer.training import train as fine_tune
        except ImportError as error:
            raise MissingPart(
                'training a transformer needs more to be installed: pip install "langnghe[transformer]"'
            ) from error
        from nlp.transformer.card import Options

        options = Options(
            epochs=epochs, patience=patience, rate=rate, batch=batch, longest=longest, segmented=segmented
        )
        return fine_tune(task, data, directory, base, options, told)

    with Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
    ) as bars:
        bar = bars.add_task("reading", total=1.0)
        card = work(lambda name, done: bars.update(bar, description=name, completed=done))
    for warning, count in card.warnings.items():
        errors.print(f"warning: {warning}: {count}", markup=False)
    output.print(
        f"{card.name} {card.version}: {card.counts['rows']} rows, written to {directory}", markup=False
    )


def evaluate(
    task: Annotated[Task, typer.Argument(help="What to measure.")],
    data: Data,
    model: Annotated[Path | None, typer.Option(help="Model folder; default: the packaged model.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure a model on labelled rows."""
    from nlp.evaluate import evaluate as evaluate_model

    figures = evaluate_model(task, data, model)
    if json:
        print_json(figures)
    else:
        print_table("", ("figure", "value"), list(_flat(figures)))


def _flat(figures: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((prefix + name, f"{value:.3f}" if isinstance(value, float) else str(value)))
    return rows


COMMANDS = (train, evaluate)
