"""`langnghe train` and `langnghe evaluate`: models from labelled rows, and how good they are."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from langnghe.commands.console import errors, output, print_json, print_table
from nlp.task import Task

Data = Annotated[list[Path], typer.Option("--data", help="Labelled rows, .jsonl or .parquet; repeatable.")]


def train(
    task: Annotated[Task, typer.Argument(help="What to learn.")],
    data: Data,
    directory: Annotated[Path, typer.Option("--output", help="Folder for the model.")],
) -> None:
    """Train a model on labelled rows and write it to a folder."""
    from nlp.train import train as train_model

    with Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
    ) as bars:
        bar = bars.add_task("reading", total=1.0)
        card = train_model(
            task, data, directory, lambda name, done: bars.update(bar, description=name, completed=done)
        )
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
