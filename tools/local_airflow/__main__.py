"""`python -m tools.local_airflow`: Airflow with our DAGs, a small web to crawl, a console, until Ctrl-C."""

import argparse
import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from shlex import quote
from typing import NoReturn

from filelock import FileLock, Timeout

from core.errors import Busy, LangngheError
from core.settings import load_settings
from langnghe.demo.run import LEAD, lead_account
from langnghe.demo.site.server import serving
from langnghe.house import House
from langnghe.schedule import CRAWL_POOL
from tools.local_airflow.airflow import Airflow, see_that_it_is_free
from tools.local_airflow.component import Component
from tools.local_airflow.configuration import PASSWORDS, USER, password
from tools.local_elasticsearch.node import free_port
from tools.local_postgresql import Server

ROOT = Path(__file__).parents[2]
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# It is started by an asset alone, and what happens to an asset while a DAG is paused never reaches it.
UNPAUSED = "analyse_and_index"
SLOTS = 4


def main() -> int:
    """Start everything, say where it is, and end it at the end. Returns the exit code."""
    arguments = argparse.ArgumentParser(prog="make airflow", description=__doc__)
    arguments.add_argument(
        "--folder", type=Path, default=ROOT / "demo-data" / "airflow", help="of all that it keeps"
    )
    arguments.add_argument("--port", type=int, default=0, help="of Airflow's page; default: a free one")
    given = arguments.parse_args()
    for ending in ENDINGS:
        signal.signal(ending, _end)
    try:
        with ExitStack() as stack:
            try:
                _start(given.folder.resolve(), given.port, stack).await_end()
            finally:
                _end_in_peace()
    except KeyboardInterrupt:
        return 0
    except LangngheError as error:
        print(f"airflow: {error}", file=sys.stderr)
        return 1


def _end(*_: object) -> NoReturn:
    _end_in_peace()
    raise KeyboardInterrupt


def _end_in_peace() -> None:
    """Let nothing but SIGKILL cut the end short: a second Ctrl-C would leave parts behind."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)


def _start(folder: Path, port: int, stack: ExitStack) -> Airflow:
    """Start all parts, to be ended with `stack`, and say where they are."""
    begun = time.monotonic()
    if port:
        see_that_it_is_free(port)
    folder.mkdir(parents=True, exist_ok=True)
    os.umask(0o077)  # all below is for its user alone; the folder itself PostgreSQL's user may have to pass
    try:
        stack.enter_context(FileLock(folder / "lock", timeout=0))
    except Timeout as error:
        raise Busy(f"another Airflow works on {folder}; end it, or choose another --folder") from error
    print("Starting PostgreSQL, a small web, the console and Airflow (half a minute or more) ...", flush=True)
    server = stack.enter_context(Server(folder / "postgresql"))
    ours = _house(folder / "langnghe", server, stack)
    os.environ.update(ours)
    lead = lead_account(House(load_settings()))
    airflow = Airflow(folder, ROOT / "dags", server.database("airflow"), ours, port=port)
    first = not (airflow.home / PASSWORDS).exists()
    console_port = free_port()
    airflow.components["console"] = _console(folder, console_port)
    stack.enter_context(airflow)
    airflow.await_port(console_port)
    with airflow.api() as api:
        api.pool(CRAWL_POOL, SLOTS)
        api.unpause(UNPAUSED)
    shell = _shell(folder, {**ours, "AIRFLOW_HOME": str(airflow.home)})
    admin = password(airflow.home) if first else None
    print(f"Airflow is up after {time.monotonic() - begun:.0f} s: {airflow.url}/")
    print(f"  sign in as {USER} {_known(admin, f'it is in {airflow.home / PASSWORDS}')}")
    print(f"The console: http://127.0.0.1:{console_port}/")
    print(f"  sign in as {LEAD} {_known(lead, f'a new one: langnghe users passwd {LEAD}')}")
    print("Press Trigger on `crawl`: `analyse_and_index` follows, and the console's queue fills.")
    print(f"For `langnghe` and `airflow` in another shell: . {shell}")
    print(f"All is kept in {folder}. Ctrl-C ends it.", flush=True)
    return airflow


def _house(data: Path, server: Server, stack: ExitStack) -> dict[str, str]:
    """Begin to serve the small web, and return the settings of a house that crawls it."""
    web = stack.enter_context(serving(data))
    return {
        "LANGNGHE_DATA_DIR": str(data),
        "LANGNGHE_ARCHIVE_URL": "",
        "LANGNGHE_DATABASE_URL": server.database("records"),
        "LANGNGHE_SOURCES_DIR": str(web.sources_dir),
        "LANGNGHE_CRAWL__DELAY_S": "0",
        "LANGNGHE_CRAWL__CONTACT": "http://127.0.0.1/",
    }


def _console(folder: Path, port: int) -> Component:
    """Return the console as a component, which is not started."""
    command = [str(Path(sys.executable).with_name("langnghe")), "serve", "--port", str(port)]
    return Component("console", command, folder / "logs" / "console.log")


def _shell(folder: Path, environment: dict[str, str]) -> Path:
    """Write the environment for a shell to read, for its owner alone; return the file."""
    path = folder / "environment"
    path.touch(0o600)
    path.write_text("".join(f"export {name}={quote(value)}\n" for name, value in environment.items()))
    return path


def _known(secret: str | None, otherwise: str) -> str:
    if secret is None:
        return f"with the password of the first start; {otherwise}"
    return f"with password {secret} (shown only now)"


if __name__ == "__main__":
    sys.exit(main())
