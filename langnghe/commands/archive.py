"""`langnghe archive …`: small partitions merged, and the archive held against the records."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from core.errors import BadUsage, StageFailed
from langnghe.commands.console import counted, errors, house, output, print_json, print_table

app = typer.Typer(help="The archive of pages: merge small partitions, verify all.", no_args_is_help=True)

Source = Annotated[list[str] | None, typer.Option("--source", help="Only this source; can be repeated.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")]


@app.command()
def compact(
    context: typer.Context,
    source: Source = None,
    before: Annotated[
        str,
        typer.Option(metavar="DAY", help="Days of fetching (UTC) before this one; default: before today."),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be merged.")] = False,
    json: Json = False,
) -> None:
    """Merge the small partitions of each source's day into few of up to 5,000 pages; runs may go on."""
    from langnghe.compacting import compact as merge_all

    place = house(context)
    last = _day(before) if before else datetime.now(UTC).date()
    with counted("compact", "days of sources") as tell:
        done = merge_all(place, last, tuple(source or ()), dry_run=dry_run, on_progress=tell)
    if json:
        print_json(done.model_dump(mode="json"))
    else:
        would = "would become" if dry_run else "became"
        output.print(
            f"{done.merged} partitions {would} {done.into}: {done.pages} pages, {done.days} days of sources"
        )
        if done.waiting:
            output.print(f"{done.waiting} wait to be analysed or indexed and were left alone")
    for path in done.damaged:
        errors.print(f"damaged and left alone: {path}; see `langnghe archive verify`", markup=False)


@app.command()
def verify(context: typer.Context, source: Source = None, json: Json = False) -> None:
    """Read every partition: its checksum, its columns, and whether archive and records name the same."""
    from langnghe.verifying import verify as verify_all

    with counted("verify", "partitions") as tell:
        found = verify_all(house(context), tuple(source or ()), tell)
    if json:
        print_json(found.model_dump(mode="json"))
    else:
        output.print(f"{found.partitions} partitions with {found.pages} pages are whole")
        if found.findings:
            rows = [(f.fault, f.path, f.to_do) for f in found.findings]
            print_table("", ("fault", "file", "what to do"), rows)
    if found.findings:
        raise StageFailed(f"{len(found.findings)} files of the archive are not as they must be")


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise BadUsage(f"--before {given!r} is no day; write YYYY-MM-DD") from error
