"""`train`, `evaluate` and `models`: models from labelled rows, how good they are, and which one is in use."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from core.errors import BadUsage, MissingPart
from langnghe.commands.console import errors, house, output, print_json, print_table
from langnghe.house import running
from nlp.task import Task

if TYPE_CHECKING:
    from nlp.engine import Card
    from nlp.train import Progress as Told

app = typer.Typer(help="The models in use: list them, replace one, take it back.", no_args_is_help=True)
Data = Annotated[list[Path], typer.Option("--data", help="Labelled rows, .jsonl or .parquet; repeatable.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


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
        try:
            card = work(lambda name, done: bars.update(bar, description=name, completed=done))
        except OSError as error:
            raise BadUsage(
                f"{directory}: {error.strerror or error}; the model can't be written there"
            ) from error
    for warning, count in card.warnings.items():
        errors.print(f"warning: {warning}: {count}", markup=False)
    output.print(
        f"{card.name} {card.version}: {card.counts['rows']} rows, written to {directory}", markup=False
    )


def evaluate(
    context: typer.Context,
    task: Annotated[Task, typer.Argument(help="What to measure.")],
    data: Data,
    model: Annotated[Path | None, typer.Option(help="Model folder; default: the model in use.")] = None,
    json: Json = False,
) -> None:
    """Measure a model on labelled rows."""
    from nlp.evaluate import evaluate as evaluate_model

    figures = evaluate_model(task, data, model or house(context).shelf.folders()[task])
    if json:
        print_json(figures)
    else:
        print_table("", ("figure", "value"), list(_flat(figures)))


@app.command("list")
def list_models(context: typer.Context, json: Json = False) -> None:
    """List the model in use for each task, the previous one, and others that are kept."""
    kept = house(context).shelf.listed()
    if json:
        print_json([model.model_dump(mode="json") for model in kept])
        return
    rows = [
        (
            model.task,
            model.version,
            model.state,
            model.trained_on,
            model.rows,
            ", ".join(f"{name} {value:.3f}" for name, value in model.figures.items()),
        )
        for model in kept
    ]
    print_table("", ("task", "version", "state", "trained", "rows", "figures"), rows)


@app.command()
def promote(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Folder of the new model.")],
    data: Data,
    task: Annotated[Task | None, typer.Option(help="Its task; default: what its card says.")] = None,
    json: Json = False,
) -> None:
    """Put a model into use if it is no worse than the one in use on rows that were kept out of training."""
    from nlp import engine, in_use
    from nlp.compare import compare, refuse_worse
    from nlp.rows import read

    place = house(context)
    of = task or engine.load(directory).card.task
    candidate = in_use.load(of, directory)
    current = in_use.load(of, place.shelf.folders()[of])
    if candidate.card == current.card:
        raise BadUsage(f"{directory}: this model of {of} is in use already")
    found = compare(of, candidate, current, read(of, data).rows)
    if json:
        print_json(found.model_dump(mode="json"))
    else:
        rows = [
            (
                name,
                f"{one.in_use:.3f}",
                f"{one.candidate:.3f}",
                f"{one.difference:+.3f}",
                f"{one.low:+.3f} to {one.high:+.3f}",
            )
            for name, one in found.figures.items()
        ]
        title = f"{found.candidate} beside {found.in_use} on {found.rows} held-out rows"
        print_table(title, ("figure", "in use", "candidate", "difference", "95 %"), rows)
    for reason, count in found.left_out.items():
        errors.print(f"warning: {count} rows left out: {reason}", markup=False, soft_wrap=True)
    if found.known_in_use:
        errors.print(
            f"warning: the model in use was trained on {found.known_in_use} of these rows: "
            "its figures are too good",
            markup=False,
            soft_wrap=True,
        )
    refuse_worse(found)
    with running(place, f"models promote {of} {found.candidate}, was {found.in_use}", alone=True):
        place.shelf.install(of, directory)
    if not json:
        output.print(f"In use for {of}: {found.candidate}", markup=False)


@app.command()
def rollback(
    context: typer.Context,
    task: Annotated[Task, typer.Option(help="Whose model to take back.")] = Task.RISK,
) -> None:
    """Put the previous model back into use."""
    place = house(context)
    with running(place, f"models rollback {task}", alone=True):
        card = place.shelf.rollback(task).card
    output.print(f"In use for {task}: {card.version}", markup=False)


def _flat(figures: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((prefix + name, f"{value:.3f}" if isinstance(value, float) else str(value)))
    return rows


COMMANDS = (train, evaluate)
