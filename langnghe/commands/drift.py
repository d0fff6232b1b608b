"""`langnghe drift`: the weekly check of texts against what the model in use learned from."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from langnghe.commands.console import house, output, print_json, print_table
from langnghe.house import running


def drift(
    context: typer.Context,
    week: Annotated[
        str | None, typer.Option(help="ISO week, 2026-W47; default: the last complete one.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Compare a week's texts with what the model in use learned from; raise an alert if they differ."""
    from langnghe.drift import check

    place = house(context)
    with running(place, "drift"):
        found = check(place, week, datetime.now(UTC))
    if json:
        print_json(found.model_dump(mode="json"))
        return
    rows = [
        (
            one.form,
            one.texts,
            f"{one.psi:.3f}",
            f"{one.flagged:.1%} ({one.flagged_expected:.1%})",
            f"{one.unknown:.1%} ({one.unknown_expected:.1%})",
            ", ".join(one.drifted) or "no",
        )
        for one in found.forms
    ]
    title = f"{found.week} beside the training rows of {found.model} (in brackets)"
    print_table(title, ("form", "texts", "stability index", "flagged", "unknown syllables", "drift"), rows)
    for form, count in found.too_few.items():
        output.print(f"{form}: {count} texts, too few to tell", markup=False)
    if found.other_model:
        output.print(f"{found.other_model} texts were judged by another model and not compared")
    if found.new_terms:
        terms = ", ".join(f"{one.term} ({one.texts})" for one in found.new_terms)
        output.print(f"Not learned and frequent (texts): {terms}", markup=False)


COMMANDS = (drift,)
