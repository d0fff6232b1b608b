"""`langnghe sources test`: how a new source is added."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import BadUsage
from langnghe.commands.console import errors, house, output, print_json, print_table
from langnghe.commands.sources import Json
from langnghe.pipeline import named_contact

if TYPE_CHECKING:
    from crawlers.scouting.trial import Row


def try_new(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Address of the new site, or of a section of it.")],
    file: Annotated[
        Path | None, typer.Option("--output", help="Write the source file here; default: print it.")
    ] = None,
    allow_address: Annotated[
        list[str] | None, typer.Option(help="A private IP address that may be connected to.")
    ] = None,
    json: Json = False,
) -> None:
    """Look a new site over, crawl ten pages of it, and write a source file for it."""
    from crawlers.scouting.trial import try_source, unknown_source

    if file is not None and file.exists():
        raise BadUsage(f"{file}: is there already; name another file, or remove it")
    settings = house(context).settings
    named_contact(settings, [unknown_source(url, allow_address or ())])
    if errors.is_terminal:
        errors.print("Looking over the site, then crawling ten pages, with pauses ...", markup=False)
    found = try_source(url, settings, allow_address or ())
    if file is not None:
        _write(file, found.yaml)
    if json:
        rows = [row.model_dump(mode="json") for row in found.rows]
        print_json({"source": found.spec.model_dump(mode="json"), "pages": rows, "yaml": found.yaml})
        return
    columns = ("title", "published", "characters", "comments", "address")
    print_table("", columns, [_row(row) for row in found.rows])
    if file is None:
        output.print(found.yaml, markup=False)


def _row(row: "Row") -> tuple[str, str, int, int, str]:
    day = f"{row.published_at:%Y-%m-%d %H:%M}" if row.published_at else ""
    return row.title or row.problem, day, row.characters, row.comments, row.url


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadUsage(f"{file}: can't be written ({error.strerror}); name another file") from error
    errors.print(f"Wrote {file}; read the lines that say `check`", markup=False)
