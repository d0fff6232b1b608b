"""What the commands print: tables for people, JSON for programs, progress on long work."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from core.outcomes import Outcome, Result, Stage
from core.records.runs import OutcomeCounts
from core.settings import load_settings
from langnghe.house import House
from langnghe.pipeline import OnOutcome

output = Console(soft_wrap=True, highlight=False)
errors = Console(stderr=True, highlight=False)

# What each stage calls done, in the order of the table.
GOOD = (Result.ARCHIVED, Result.ANALYSED, Result.INDEXED, Result.UNCHANGED, Result.DUPLICATE)


def house(context: typer.Context) -> House:
    """Return the house that the common options name."""
    data_dir = context.obj["data_dir"]
    return House(load_settings(**({"data_dir": data_dir} if data_dir else {})))


def account() -> str:
    """Return the name of the machine's account that runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def print_json(value: object) -> None:
    """Print one JSON value on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; numbers stand right."""
    table = Table(title=title or None, title_justify="left")
    for number, column in enumerate(columns):
        right = bool(rows) and isinstance(rows[0][number], int)
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    output.print(table)


@contextmanager
def progress() -> Iterator[OnOutcome]:
    """Show how many items each stage has handled; nothing when not at a terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<8}"),
        TextColumn("{task.completed:>7,.0f} items"),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
    ) as bars:
        tasks: dict[Stage, TaskID] = {}

        def advance(outcome: Outcome) -> None:
            if outcome.stage not in tasks:
                tasks[outcome.stage] = bars.add_task(outcome.stage, total=None)
            bars.advance(tasks[outcome.stage])

        yield advance


@contextmanager
def counted(what: str, things: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many `things` are done, of how many; nothing when not at a terminal."""
    with Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(things),
        TimeRemainingColumn(),
        console=errors,
        disable=not errors.is_terminal,
    ) as bars:
        task = bars.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield tell


def outcome_rows(counts: OutcomeCounts) -> list[tuple[str, str, int]]:
    """Return (stage, outcome, count) rows, the successes first, with a total for each stage that had any."""
    rows: list[tuple[str, str, int]] = []
    for stage in Stage:
        of_stage = {(result, reason): count for (at, result, reason), count in counts.items() if at is stage}
        order = sorted(of_stage, key=lambda key: (key[0] not in GOOD, key))
        rows += [(stage, f"{r}:{why}" if why else r, of_stage[r, why]) for r, why in order]
        rows += [(stage, "total", sum(of_stage.values()))] if of_stage else []
    return rows


def print_outcomes(counts: OutcomeCounts, *, as_json: bool) -> None:
    """Print the outcome table of a run."""
    rows = outcome_rows(counts)
    if as_json:
        print_json([{"stage": s, "outcome": o, "count": n} for s, o, n in rows])
    else:
        print_table("Outcomes", ("stage", "outcome", "items"), rows)
