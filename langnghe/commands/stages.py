"""The pipeline's stages: run, crawl, analyse, index, watch."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BadUsage
from core.records import runs
from langnghe import pipeline
from langnghe.commands.console import house, output, print_json, print_outcomes, print_table, progress
from langnghe.house import House, running
from langnghe.pipeline import OnOutcome

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
RunId = Annotated[str | None, typer.Option("--run-id", help="Name of the run in logs and records.")]


def run(context: typer.Context, run_id: RunId = None, json: Json = False) -> None:
    """Crawl all due sources, analyse, index and watch, once."""
    _stage(house(context), "run", run_id, json, lambda place, name, tell: pipeline.run(place, name, (), tell))


def crawl(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Argument(help="Source ids; default: all that are due.")] = None,
    run_id: RunId = None,
    json: Json = False,
) -> None:
    """Fetch new and changed pages into the archive."""
    _stage(
        house(context),
        "crawl",
        run_id,
        json,
        lambda place, name, tell: pipeline.crawl(place, name, source or (), tell),
    )


def analyse(
    context: typer.Context,
    source: Annotated[
        str | None, typer.Argument(metavar="[IN.jsonl", help="Rows with at least text; - for standard input.")
    ] = None,
    target: Annotated[
        str | None, typer.Argument(metavar="OUT.jsonl]", help="The same rows with analysis; - for output.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Folder of models; default: those in use.")] = None,
    run_id: RunId = None,
    json: Json = False,
) -> None:
    """Judge archived pages; with two files, judge the rows of the first into the second."""
    if source is None:
        _stage(house(context), "analyse", run_id, json, pipeline.analyse)
    elif target is None:
        raise BadUsage("analyse takes no file (the stage) or two (IN.jsonl OUT.jsonl, or - )")
    else:
        from langnghe.filter import analyse_file
        from nlp.analyser import Analyser

        count = analyse_file(
            source, target, lambda: Analyser.load(model) if model else house(context).analyser
        )
        print(f"{count} rows analysed", file=sys.stderr)  # noqa: T201 - standard output may be the rows


def index(context: typer.Context, run_id: RunId = None, json: Json = False) -> None:
    """Put judged pages into the index."""
    _stage(house(context), "index", run_id, json, pipeline.index)


def watch(context: typer.Context, json: Json = False) -> None:
    """Raise alerts: fresh grave texts, rises, sources gone silent."""
    place = house(context)
    with running(place, "watch"):
        alerts = pipeline.watch(place, datetime.now(UTC))
    if json:
        print_json([a.model_dump(mode="json") for a in alerts])
    elif alerts:
        print_table("New alerts", ("kind", "key"), [(a.kind, a.key) for a in alerts])
    else:
        output.print("No new alert.")


def _stage(
    place: House,
    command: str,
    run_id: str | None,
    json: bool,
    work: Callable[[House, str, OnOutcome], object],
) -> None:
    with running(place, command, run_id) as name:
        with progress() as tell:
            work(place, name, tell)
        counts = runs.outcome_counts(place.records, name)
    if counts or json:
        print_outcomes(counts, as_json=json)
    else:
        output.print("Nothing to do: no source is due and nothing waits.")


COMMANDS = (run, crawl, analyse, index, watch)
