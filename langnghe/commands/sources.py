"""`langnghe sources`: what is crawled, whether it answers, and how a new one is added."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import BadUsage, StageFailed
from core.records import crawled
from langnghe.commands.console import errors, house, output, print_json, print_table
from langnghe.pipeline import find_source, named_contact

if TYPE_CHECKING:
    from crawlers.scouting.trial import Row

app = typer.Typer(help="The sources: list them, check that they answer, add one.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command("list")
def list_sources(context: typer.Context, json: Json = False) -> None:
    """List all sources with their state."""
    place = house(context)
    health = {h.source_id: h for h in crawled.source_health(place.records)}
    rows = []
    for spec in place.sources.specs:
        known = health.get(spec.id)
        state = known.state if known else ("new" if spec.enabled else "disabled")
        rows.append((spec.id, spec.name, state, known.reason if known else "", spec.home))
    if json:
        names = ("id", "name", "state", "reason", "home")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table("", ("id", "name", "state", "reason", "home"), rows)
    for fault in place.sources.faults:
        errors.print(f"{fault.path}: {fault.message}", markup=False)
    if place.sources.faults:
        raise typer.Exit(1)


@app.command()
def check(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Argument(help="Source ids; default: all enabled.")] = None,
    json: Json = False,
) -> None:
    """Fetch robots.txt, feeds, sitemaps and one page of each source, and say what works."""
    from crawlers.check import check as check_source

    place = house(context)
    specs = [find_source(place, name) for name in source or ()] or [
        s for s in place.sources.specs if s.enabled
    ]
    named_contact(place.settings, specs)
    findings = [finding for spec in specs for finding in check_source(spec, place.settings)]
    if json:
        print_json([f.model_dump(mode="json") for f in findings])
    else:
        rows = [(f.source_id, f.what, "ok" if f.ok else "FAILED", f.detail) for f in findings]
        print_table("", ("source", "what", "result", "detail"), rows)
    for fault in place.sources.faults:
        errors.print(f"{fault.path}: {fault.message}", markup=False)
    bad = sum(not f.ok for f in findings) + len(place.sources.faults)
    if bad:
        raise StageFailed(f"{bad} of the checks failed; see above")


@app.command("test")
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
