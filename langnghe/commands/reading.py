"""What people read: search, serve, report, extract."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.contracts import VIETNAM
from core.errors import BadInput, BadQuery
from core.taxonomy import taxonomy
from index.engine import Query
from langnghe import pipeline
from langnghe.commands.console import house, output, print_json, print_table


def search(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(help='Words, "phrases", -without, tỉnh:"Hà Nội", mức>=2: docs/search.md has it all.'),
    ] = "",
    category: Annotated[list[str] | None, typer.Option(help="Category code; repeatable.")] = None,
    province: Annotated[list[str] | None, typer.Option(help="Province of today; repeatable.")] = None,
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    severity: Annotated[int, typer.Option(min=0, max=3, help="At least this severity.")] = 0,
    everything: Annotated[bool, typer.Option("--all", help="Irrelevant texts too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
    standing_out: Annotated[
        bool,
        typer.Option("--standing-out", help="Instead of texts, what stands out in their titles and leads."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Search the index."""
    codes = taxonomy().codes
    unknown = [c for c in category or () if c not in codes]
    if unknown:
        raise BadQuery(f"no category {unknown[0]!r}; there are: {', '.join(codes)}")
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError as error:
        raise BadQuery(f"--since {since!r} is no day; write YYYY-MM-DD") from error
    asked = Query(
        text=query,
        relevant=None if everything else True,
        categories=tuple(category or ()),
        provinces=tuple(province or ()),
        since=first,
        severity_min=severity,
        limit=limit,
        order="score" if query else "newest",
    )
    engine = house(context).engine
    if standing_out:
        found = engine.significant(asked, limit)
        if json:
            print_json([term.model_dump(mode="json") for term in found])
        else:
            counted = [(term.term, term.count, term.background) for term in found]
            print_table(f"{len(found)} stand out", ("words", "texts", "of all relevant"), counted)
        return
    results = engine.search(asked)
    if json:
        print_json([hit.model_dump(mode="json") for hit in results.hits])
        return
    rows = [
        (
            hit.severity,
            f"{hit.document.page.dated_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}",
            ", ".join(hit.categories),
            hit.document.page.title or hit.document.page.text[:80],
            hit.document.page.source_id,
        )
        for hit in results.hits
    ]
    print_table(f"{results.total} found", ("severity", "date", "categories", "text", "source"), rows)


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address; default: loopback.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
) -> None:
    """Serve the analysts' console."""
    from langnghe.serve import serve_console

    serve_console(house(context), host, port)


def report(
    context: typer.Context,
    week: Annotated[
        str | None, typer.Option(help="ISO week, 2026-W47; default: the last complete one.")
    ] = None,
    directory: Annotated[Path | None, typer.Option("--output", help="Folder for HTML and PDF.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make the weekly report, HTML and PDF."""
    made = pipeline.report(house(context), week, datetime.now(UTC), directory)
    if json:
        print_json(made.model_dump(mode="json"))
    else:
        output.print(f"{made.html}\n{made.pdf}")


def extract(
    files: Annotated[list[Path], typer.Argument(help="HTML files, .html or .html.gz.")],
    url: Annotated[str, typer.Option(help="Address that the page came from.")] = "",
) -> None:
    """Print title, lead, text and time of HTML files, one JSON line each.

    A file that can't be read is left out, and the exit code is 2.
    """
    from crawlers.extraction import extract_file

    refused: list[BadInput] = []
    for path in files:
        try:
            print_json(extract_file(path, url))
        except BadInput as error:
            refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        raise BadInput(f"{len(refused)} of {len(files)} files were left out, the first of them: {refused[0]}")


COMMANDS = (search, serve, report, extract)
