"""`langnghe import`: a partner's file, row by row."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from core.contracts import VIETNAM, Page
from core.errors import BadInput, StageFailed
from core.outcomes import Result
from langnghe.commands.console import errors, house, output, print_json, print_table, progress
from langnghe.house import running

if TYPE_CHECKING:
    from intake.importing import RowDone

SHOWN = 10  # rows shown of those refused, and of those a dry run would take
REFUSED = (Result.DROPPED, Result.QUARANTINED)


@dataclass
class Tally:
    """What became of the rows of a file."""

    report: TextIO | None
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[RowDone] = field(default_factory=list)
    taken: list[Page] = field(default_factory=list)

    def add(self, done: RowDone) -> None:
        """Count a row; a refused one goes into the report."""
        self.rows += 1
        self.counts[done.outcome.label] += 1
        if done.page is not None and len(self.taken) < SHOWN:
            self.taken.append(done.page)
        if done.outcome.result in REFUSED:
            if len(self.refused) < SHOWN:
                self.refused.append(done)
            if self.report is not None:
                csv.writer(self.report).writerow(_refusal(done))


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, JSON Lines or XLSX.")],
    mapping: Annotated[Path, typer.Option(help="YAML file: which column is what; see docs/intake.md.")],
    source: Annotated[str | None, typer.Option(help="Id of the source; default: the mapping's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be imported.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="CSV file for every refused row: row, column, reason, what to do.")
    ] = None,
    run_id: Annotated[
        str | None, typer.Option("--run-id", help="Name of the run in logs and records.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Take a partner's file into the archive; importing it again adds nothing."""
    from langnghe.importing import import_file as import_rows
    from langnghe.importing import try_file, work_on

    place = house(context)
    work = work_on(place, file, mapping, source)
    with _report(report) as rows_refused, progress() as tell:
        tally = Tally(rows_refused)

        def count(batches: Iterator[list[RowDone]]) -> None:
            for batch in batches:
                for done in batch:
                    tally.add(done)
                    tell(done.outcome)

        if dry_run:
            count(try_file(place, work))
        else:
            with running(place, "import", run_id) as name:
                count(import_rows(place, name, work))
    if json:
        print_json(_as_json(tally, dry_run))
    else:
        _print(tally, dry_run)
    if tally.rows and not any(label in tally.counts for label in (Result.ARCHIVED, Result.UNCHANGED)):
        raise StageFailed(f"{file.name}: no row could be taken; correct the mapping or the file")


@contextmanager
def _report(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8-sig", newline="")  # Excel knows UTF-8 by its mark
    except OSError as error:
        raise BadInput(f"--report {path}: {error.strerror}; choose another file") from error
    with file:
        csv.writer(file).writerow(("row", "column", "reason", "what to do"))
        yield file


def _refusal(done: RowDone) -> tuple[int, str, str, str]:
    # A column's name is the partner's; what begins like a formula must not be one in a spreadsheet.
    column = f"'{done.column}" if done.column.startswith(("=", "+", "-", "@")) else done.column
    return done.number, column, done.outcome.reason, done.outcome.detail


def _as_json(tally: Tally, dry_run: bool) -> dict[str, object]:
    names = ("row", "column", "reason", "detail")
    return {
        "dry_run": dry_run,
        "rows": tally.rows,
        "outcomes": dict(tally.counts),
        "refused": [dict(zip(names, _refusal(done), strict=True)) for done in tally.refused],
        "taken": [
            {"id": page.id, "type": page.type, "title": page.title, "url": page.url} for page in tally.taken
        ],
    }


def _print(tally: Tally, dry_run: bool) -> None:
    rows = [*sorted(tally.counts.items()), ("total", tally.rows)]
    print_table("What would become of the rows" if dry_run else "Rows", ("outcome", "rows"), rows)
    if dry_run and tally.taken:
        print_table(
            "The first that would be archived", ("id", "type", "date", "title", "text"), _shown(tally.taken)
        )
    if tally.refused:
        print_table(
            "The first refused",
            ("row", "column", "reason", "what to do"),
            [_refusal(d) for d in tally.refused],
        )
    if not tally.rows:
        errors.print("The file holds no rows.")
    elif dry_run:
        output.print(
            "Nothing was written. Without --dry-run the rows are archived; `langnghe run` analyses them."
        )


def _shown(pages: Sequence[Page]) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            page.id,
            page.type,
            f"{page.published_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}" if page.published_at else "–",
            page.title[:60],
            f"{page.text[:60]}…" if len(page.text) > 60 else page.text,
        )
        for page in pages
    ]
