"""`langnghe labels`: people's decisions as rows to learn from, and which texts to label next."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BadUsage, NotAllowed
from core.logs import log
from core.records import people
from core.records.people import Role
from langnghe.commands.console import account, errors, house, output, print_json, print_table
from langnghe.house import House, running

app = typer.Typer(help="Decisions as labels: export them, see what to label next.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command()
def export(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="File for the rows, readable by you.")],
    held_out: Annotated[
        Path | None,
        typer.Option(help="Second file: a fixed fifth of the cases, to judge models by and never train on."),
    ] = None,
    original: Annotated[
        bool, typer.Option("--original/--masked", help="Original texts; needs --who and --why.")
    ] = False,
    who: Annotated[str, typer.Option(help="User name of the lead who answers for original texts.")] = "",
    why: Annotated[str, typer.Option(help="What the original texts are needed for.")] = "",
    json: Json = False,
) -> None:
    """Write the labels that people's decisions amount to, as rows for `langnghe train risk`."""
    from langnghe.labels import EXPORTED, collect

    place = house(context)
    what = _answered(place, who, why.strip()) if original else "masked"
    if held_out is not None and held_out.absolute() == target.absolute():
        raise BadUsage(f"--held-out {held_out}: the two files must be different ones")
    with running(place, f"labels export, {what}, by {account()}"):
        labels = collect(place, original=original)
        apart = labels.held_out if held_out is not None else set()
        _write(target, (row.model_dump_json() for row in labels.rows if row.id not in apart))
        if held_out is not None:
            _write(held_out, (row.model_dump_json() for row in labels.rows if row.id in apart))
        if original:
            log("labels").warning("original texts exported", rows=len(labels.rows), who=who, file=str(target))
    left_out = {str(f): n for f, n in labels.fates.items() if f not in EXPORTED}
    summary = {
        "decided": labels.fates.total(),
        "exported": {str(f): labels.fates[f] for f in EXPORTED},
        "left_out": left_out,
        "held_out": len(apart),
        "otherwise_before": labels.otherwise_before,
        "incomplete": labels.incomplete,
        "masked": not original,
    }
    if json:
        print_json(summary)
        return
    said = [f"{labels.fates.total()} texts decided on", f"{len(labels.rows)} exported"]
    said[-1] += f" ({', '.join(f'{labels.fates[f]} {f}' for f in EXPORTED)})"
    said += [f"{len(apart)} of them held out"] if held_out is not None else []
    said += [f"{sum(left_out.values())} left out"]
    said[-1] += f" ({', '.join(f'{n} {f}' for f, n in left_out.items())})" if left_out else ""
    if labels.otherwise_before:
        said.append(f"{labels.otherwise_before} decided otherwise on another revision, the newest counts")
    output.print("; ".join(said), markup=False)
    if labels.incomplete:
        named = ", ".join(f"/texts/{page_id}" for page_id in labels.incomplete)
        errors.print(f"Give labels in the console: {named}", markup=False, soft_wrap=True)


@app.command()
def queue(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many texts.")] = 20,
    json: Json = False,
) -> None:
    """List the texts whose label would teach the model most; decide on them in the console."""
    from langnghe.teaching import lessons

    found = lessons(house(context), limit)
    if json:
        print_json([lesson.model_dump(mode="json") for lesson in found])
    elif found:
        rows = [(f"{x.score:.3f}", f"{x.relevance:.2f}", x.why, x.title, f"/texts/{x.id}") for x in found]
        print_table("", ("score", "relevance", "why", "text", "console"), rows)
    else:
        output.print("Nothing to label: no indexed text waits without a verdict.")


def _answered(place: House, who: str, why: str) -> str:
    """Return what the record says of an export of original texts. Raises BadUsage and NotAllowed."""
    if not who or not why:
        raise BadUsage("original texts need --who (a lead's user name) and --why; masked ones train as well")
    leads = {u.username for u in people.users(place.records) if u.role is Role.LEAD and not u.disabled}
    if who not in leads:
        raise NotAllowed(f"{who!r} is no lead's account: only a lead may have original texts exported")
    return f"original texts for {who}: {why[:200]}"


def _write(target: Path, lines: Iterable[str]) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = None
    try:
        # mkstemp makes it readable by its owner only, whatever the umask
        number, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(target)
    except OSError as error:
        raise BadUsage(f"{target}: {error.strerror or error}; check folder and disk") from error
    finally:
        if draft is not None:
            with suppress(OSError):
                Path(draft).unlink(missing_ok=True)
