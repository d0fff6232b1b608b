"""`rebuild`, `prune` and `erase`: the index made anew, old texts removed, single pages erased."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from core.errors import BadUsage, StageFailed
from langnghe.commands.console import account, counted, errors, house, output, print_json, print_table
from langnghe.house import running

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Wait = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", help="Wait for runs under way; no other begins meanwhile."),
]


def rebuild(context: typer.Context, json: Json = False) -> None:
    """Make a new index from archive and records by the models in use, while the old one serves."""
    from langnghe.rebuild import rebuild as rebuild_index

    with counted("rebuild", "partitions") as tell:
        made = rebuild_index(house(context), tell)
    if json:
        print_json(made.model_dump(mode="json"))
        return
    output.print(
        f"{made.documents} documents of {made.partitions} partitions by {made.model}, {made.decided} of them"
        f" with decisions; generation {made.generation} serves",
        markup=False,
    )
    if made.resumed:
        output.print(f"{made.resumed} partitions had been done before")
    if made.quarantined:
        output.print(f"{made.quarantined} pages could not be analysed: see `langnghe quarantine list`")
    for path in made.damaged:
        errors.print(f"damaged and left out: {path}; restore it from a backup", markup=False)


def prune(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much is due.")] = False,
    wait: Wait = 0.0,
    json: Json = False,
) -> None:
    """Remove texts older than their class may be (settings `retention`), from archive and index."""
    from langnghe.retention import prune as prune_old

    place = house(context)
    with running(place, "prune, tried" if dry_run else "prune", wait_s=wait, alone=True):
        pruned = prune_old(place, datetime.now(UTC), dry_run=dry_run)
    if json:
        print_json(pruned.model_dump(mode="json"))
        return
    days = place.settings.retention
    rows = [
        ("not relevant", days.irrelevant_days, pruned.irrelevant),
        ("relevant", days.relevant_days, pruned.relevant),
        ("with a decision", days.decided_days, pruned.decided),
        ("never judged", days.relevant_days, pruned.unjudged),
    ]
    print_table("", ("class", "days kept", "due" if dry_run else "removed"), rows)
    if not dry_run:
        output.print(f"{pruned.dropped} archive partitions dropped, {pruned.rewritten} rewritten")
    for path in pruned.unsearched:
        errors.print(f"damaged and left alone: {path}; restore it from a backup", markup=False)


def erase(
    context: typer.Context,
    page: Annotated[str, typer.Argument(metavar="PAGE_ID|URL", help="The page, with all that is under it.")],
    why: Annotated[str, typer.Option(help="Who asked and on what ground; no name of a child.")],
    wait: Wait = 0.0,
    json: Json = False,
) -> None:
    """Erase a page from archive, index, signatures and records for good, and never collect it again."""
    from langnghe.erasing import go_on, request

    place = house(context)
    if not why.strip():
        raise BadUsage("--why is empty: say who asked and on what ground")
    # At once: a run that goes on lets it in no more.
    asked, reports = request(place, page, account(), why.strip())
    with running(place, "erase", wait_s=wait, alone=True):
        erased = go_on(place)
    erased = erased.model_copy(update={"reports": tuple(sorted(reports.union(erased.reports)))})
    if json:
        print_json(erased.model_dump(mode="json"))
    else:
        output.print(
            f"{len(erased.pages)} pages erased ({len(asked)} asked for), {erased.partitions} partitions"
            " rewritten; they are not collected again",
            markup=False,
        )
        for week in erased.reports:
            output.print(f"the report of {week} showed it and was removed; `langnghe report --week {week}`")
        for copy in erased.copies:
            output.print(f"nearly the same text stays at page {copy}: `langnghe erase {copy}` erases it too")
    if erased.unsearched:
        raise StageFailed(
            f"archive partition {erased.unsearched[0]} is damaged and may hold the page: restore it from a"
            " backup or remove the file, and erase again"
        )


COMMANDS = (rebuild, prune, erase)
