"""`langnghe records …`: the records moved from one database to another."""

from typing import Annotated

import typer

from core.errors import BadUsage
from core.records import open_records
from core.records.opening import shown
from langnghe.commands.console import counted, house, output, print_json, print_table

app = typer.Typer(help="The records: move them to another database.", no_args_is_help=True)


@app.callback()  # with a single command and none, Typer would leave out the command's name
def records() -> None:
    """The records: move them to another database."""


@app.command()
def copy(
    context: typer.Context,
    to: Annotated[
        str, typer.Option(metavar="URL", help="An empty database: postgresql://… or sqlite:////….")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Copy all records into an empty database; the settings say which are copied (`database_url`)."""
    from core.records.copying import copy as copy_all

    if not to.strip():
        raise BadUsage("--to is empty: give the URL of an empty database")
    place = house(context)
    with place.alone("run"), place.alone("rebuild"), place.rearranging():
        target = open_records(place.settings.model_copy(update={"database_url": to}))
        try:
            with counted("copy", "rows") as tell:
                copied = copy_all(place.records, target, tell)
        finally:
            target.close()
    where = shown(target.engine.url)
    if json:
        print_json({"target": where, "rows": copied})
        return
    print_table("", ("table", "rows"), list(copied.items()))
    output.print(
        f"copied to {where}; set LANGNGHE_DATABASE_URL to it before anything else runs", markup=False
    )
