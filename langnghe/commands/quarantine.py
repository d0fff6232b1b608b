"""`langnghe quarantine`: what failed for good, and trying it again."""

from typing import Annotated

import typer

from core.records import runs
from langnghe.commands.console import house, output, print_json, print_outcomes, print_table, progress
from langnghe.house import running

app = typer.Typer(help="What failed for good: list it, try it again.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command("list")
def list_quarantined(context: typer.Context, json: Json = False) -> None:
    """List what waits in quarantine, newest first."""
    held = runs.quarantined(house(context).records)
    if json:
        print_json([q.model_dump(mode="json") for q in held])
    elif held:
        rows = [
            (q.stage, q.source_id, q.item, q.reason, q.tries, f"{q.last_at:%Y-%m-%d %H:%M}Z") for q in held
        ]
        print_table("", ("stage", "source", "item", "reason", "tries", "last"), rows)
    else:
        output.print("The quarantine is empty.")


@app.command()
def replay(
    context: typer.Context,
    item: Annotated[list[str] | None, typer.Argument(help="Items; default: all.")] = None,
    json: Json = False,
) -> None:
    """Try quarantined items again; what fails again stays."""
    from langnghe.replaying import replay as replay_items

    place = house(context)
    with running(place, "quarantine replay") as name:
        with progress() as tell:
            count = replay_items(place, name, item or (), tell)
        counts = runs.outcome_counts(place.records, name)
    if not count:
        output.print("The quarantine is empty.")
    else:
        print_outcomes(counts, as_json=json)
