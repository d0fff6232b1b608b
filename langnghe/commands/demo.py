"""`langnghe demo`: the whole path on a small web of this machine."""

from pathlib import Path
from typing import Annotated

import typer

from core.outcomes import Stage
from langnghe.commands.console import errors, output, print_outcomes, progress
from langnghe.demo.run import LEAD, Demo
from langnghe.demo.run import demo as demo_run
from langnghe.demo.site.corpus import Corpus


def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Folder for everything the demo makes.")] = Path(
        "demo-data"
    ),
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the console afterwards.")] = True,
    port: Annotated[int, typer.Option(help="Port of the console; 0 takes a free one.")] = 8111,
    corpus: Annotated[
        Path | None, typer.Option(help="Parquet file of id, title, lead, body to crawl instead.")
    ] = None,
    pages: Annotated[int, typer.Option(min=1, help="How many texts of the corpus.")] = 2000,
) -> None:
    """Crawl a small web on this machine, analyse, index, report, and serve the console on it."""
    from langnghe.serve import bind, serve_console

    sock = bind("127.0.0.1", port) if serve else None
    if errors.is_terminal:
        errors.print(f"Crawling a small web on loopback into {directory} ...", markup=False)
    with progress() as tell, demo_run(directory, Corpus(corpus, pages) if corpus else None, tell) as done:
        _tell(done, directory)
        if sock is not None:
            serve_console(done.house, sock=sock)


def _tell(done: Demo, directory: Path) -> None:
    print_outcomes(done.counts, as_json=False)
    crawled = sum(n for (stage, _, _), n in done.counts.items() if stage is Stage.CRAWL)
    speed = crawled / done.seconds
    output.print(f"From crawl to index: {crawled} items in {done.seconds:.0f} s ({speed:.0f} a second).")
    output.print(f"Weekly report: {done.report.html} and {done.report.pdf}", markup=False)
    if done.password:
        output.print(f"Sign in as {LEAD} with password {done.password} (shown only now)", markup=False)
    else:
        output.print(
            f"Sign in as {LEAD} with the password of the first run; to set a new one: "
            f"langnghe --data-dir {directory} users passwd {LEAD}",
            markup=False,
        )


COMMANDS = (demo,)
