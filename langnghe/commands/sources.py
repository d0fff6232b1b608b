"""`langnghe sources`: what is crawled, how it does, and whether it answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from core.contracts import VIETNAM
from core.errors import StageFailed
from core.records import crawled
from core.records.standing import Standing, standings
from langnghe.commands.console import errors, house, print_json, print_table
from langnghe.house import House
from langnghe.pipeline import declare, find_source, named_contact

if TYPE_CHECKING:
    from crawlers.check import Finding
    from dashboards.console.words import Names

app = typer.Typer(help="The sources: list them, say how they do.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command("list")
def list_sources(context: typer.Context, json: Json = False) -> None:
    """List all sources with their state."""
    place = house(context)
    health = {h.source_id: h for h in crawled.source_health(place.records)}
    names = english()
    rows = []
    for spec in place.sources.specs:
        known = health.get(spec.id)
        state = known.state if known else ("new" if spec.enabled else "disabled")
        reason = "; ".join(names.why(r) for r in known.reasons) if known else ""
        rows.append((spec.id, spec.name, state, reason, spec.home))
    if json:
        keys = ("id", "name", "state", "reason", "home")
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        print_table("", ("id", "name", "state", "reason", "home"), rows)
    _tell_faults(place)
    if place.sources.faults:
        raise typer.Exit(1)


@app.command()
def check(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Argument(help="Source ids; default: all enabled.")] = None,
    fetch: Annotated[
        bool, typer.Option(help="Fetch robots.txt, feeds, sitemaps and one page of each source.")
    ] = True,
    json: Json = False,
) -> None:
    """Say how each source does, against what its past weeks let expect, and whether it answers now."""
    from crawlers.check import check as check_source

    place = house(context)
    specs = [find_source(place, name) for name in source or ()] or [
        s for s in place.sources.specs if s.enabled
    ]
    if fetch:
        named_contact(place.settings, specs)
    declare(place)
    chosen = {spec.id for spec in specs}
    found = [s for s in standings(place.records, datetime.now(UTC)) if s.health.source_id in chosen]
    findings = [f for spec in specs for f in check_source(spec, place.settings)] if fetch else []
    if json:
        print_json([_as_json(s, [f for f in findings if f.source_id == s.health.source_id]) for s in found])
    else:
        _print_tables(found, findings)
    _tell_faults(place)
    bad = sum(not f.ok for f in findings) + len(place.sources.faults)
    if bad:
        raise StageFailed(f"{bad} of the checks failed; see above")


def english() -> "Names":
    """Return the words of the interface in English, which the command line speaks."""
    from dashboards.console.language import language
    from dashboards.console.words import Names

    return Names(language("en"))


def _print_tables(found: Sequence[Standing], findings: "Sequence[Finding]") -> None:
    columns = ("source", "state", "reason", "last success", "24 h", "expected", "make-up")
    print_table("Sources", columns, [_row(s) for s in found])
    if findings:
        rows = [(f.source_id, f.what, "ok" if f.ok else "FAILED", f.detail) for f in findings]
        print_table("What answers now", ("source", "what", "result", "detail"), rows)


def _row(s: Standing) -> tuple[str, ...]:
    names, e = english(), s.expected
    read_at = s.health.read_at
    return (
        s.health.source_id,
        s.health.state,
        "; ".join(names.why(reason) for reason in s.health.reasons),
        f"{read_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}" if read_at else "never",
        str(s.got),
        f"{e.usual} ({e.low} to {e.high})" if e else "not known yet",
        "; ".join(f"{names.changed(c.measure, c.before, c.after)} (since {c.since})" for c in s.changes),
    )


def _as_json(s: Standing, findings: "Sequence[Finding]") -> dict[str, object]:
    names = english()
    return {
        "id": s.health.source_id,
        "state": s.health.state,
        "since": s.health.since and s.health.since.isoformat(),
        "reasons": [{"said": names.why(r), **r.model_dump(mode="json")} for r in s.health.reasons],
        "last_success": s.health.read_at and s.health.read_at.isoformat(),
        "got_24h": s.got,
        "expected_24h": s.expected and s.expected.model_dump(),
        "makeup": [c.model_dump(mode="json") for c in s.changes],
        "checks": [f.model_dump(mode="json", exclude={"source_id"}) for f in findings],
    }


def _tell_faults(place: House) -> None:
    for fault in place.sources.faults:
        errors.print(f"{fault.path}: {fault.message}", markup=False)
