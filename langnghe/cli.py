"""The command line. Exit code 0 done, 1 failed, 2 wrong usage; errors are one line, without a traceback."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BadInput, BadQuery, BadSettings, BadUsage, LangngheError
from core.logs import set_up_logs
from langnghe.commands import (
    archive,
    demo,
    drift,
    handing_in,
    kibana,
    labels,
    models,
    new_source,
    people,
    quarantine,
    reading,
    records,
    sources,
    stages,
    tokens,
    upkeep,
)
from langnghe.commands.console import errors

WRONG_USAGE = (BadSettings, BadUsage, BadQuery, BadInput)

app = typer.Typer(
    name="langnghe",
    help="Lắng Nghe: listens to what is said in public about risks to children.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for room in (stages, reading, models, drift, upkeep, kibana, demo):
    for command in room.COMMANDS:
        app.command()(command)
sources.app.command("test")(new_source.try_new)
app.command("import")(handing_in.import_file)
app.add_typer(archive.app, name="archive")
app.add_typer(sources.app, name="sources")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(records.app, name="records")
app.add_typer(people.app, name="users")
app.add_typer(labels.app, name="labels")
app.add_typer(models.app, name="models")
app.add_typer(tokens.app, name="tokens")


@app.callback()
def common(
    context: typer.Context,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Folder with archive, records, index.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and all logs.")] = False,
) -> None:
    """Take what all commands share."""
    context.obj = {"data_dir": data_dir, "debug": debug}
    set_up_logs(debug=debug, json=not sys.stderr.isatty())


def main() -> None:
    """Run the command line: what the `langnghe` program calls."""
    os.umask(0o077)  # archive, records and index hold what identifies children
    try:
        app()
    except LangngheError as error:
        if "--debug" in sys.argv:
            raise
        errors.print(f"langnghe: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2 if isinstance(error, WRONG_USAGE) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        errors.print(
            f"langnghe: unexpected {type(error).__name__}; run it again with --debug and report it",
            markup=False,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("langnghe: stopped; run it again to go on")
        sys.exit(130)
