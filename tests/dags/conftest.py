"""Airflow in a process of its own, on a database of its own; and the demo's web, two small sources of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.settings import Settings, load_settings
from langnghe.demo.site.server import RunningWeb, serving

SOURCES = ("ben-song", "doi-gio")


class Task(NamedTuple):
    """What became of a task: `index` is its place among the mapped ones, -1 for one that is not mapped."""

    task: str
    index: int
    state: str
    tries: int


class Ran(NamedTuple):
    """What became of a run of a DAG; `events`: how often the archive was announced; `log`: of its tasks."""

    state: str
    run_id: str
    tasks: list[Task]
    events: int
    log: str

    def of(self, task: str) -> list[tuple[str, int]]:
        """Return state and tries of a task, or of each of its mapped instances."""
        return [(one.state, one.tries) for one in sorted(self.tasks) if one.task == task]


class Airflow:
    """Runs DAGs, one at a time."""

    def __init__(self, home: Path) -> None:
        """Start the process, on a new database in `home`."""
        self.home, self.log = home, home / "runner.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("LANGNGHE_", "AIRFLOW"))}
        environment |= {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(Path(__file__).parents[2] / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "NO_COLOR": "1",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("runner.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=home,
                env=environment,
            )
        self.found = self._answer()

    def run(
        self,
        dag: str,
        settings: Settings | None,
        conf: dict[str, Any] | None = None,
        until: str | None = None,
        fault: str | None = None,
    ) -> Ran:
        """Run a DAG on what `settings` name, for the data interval that ends at `until` if given.

        `fault`: what befalls it (`runner.run`). Without `settings` Airflow was not given ours.
        """
        assert self.process.stdin is not None
        start = self.log.stat().st_size
        asked = {"dag": dag, "conf": conf, "until": until, "fault": fault}
        asked["env"] = _environment(settings) if settings else {}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        told = self._answer()
        tasks = [Task(t["task"], t["index"], t["state"], t["try"]) for t in told["tasks"]]
        log = self.log.read_bytes()[start:].decode()
        return Ran(told["state"], told["run_id"], tasks, told["events"], log)

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()[-5000:]
        answer: dict[str, Any] = json.loads(line)
        return answer


def _environment(settings: Settings) -> dict[str, str]:
    """Return `settings` as the variables that say so."""
    variables = {
        "DATA_DIR": settings.data_dir,
        "SOURCES_DIR": settings.sources_dir,
        "ARCHIVE_URL": settings.archive_url,
        "DATABASE_URL": settings.database_url,
        "CRAWL__CONTACT": settings.crawl.contact,
        "CRAWL__DELAY_S": settings.crawl.delay_s,
        "CRAWL__PAGES_PER_RUN": settings.crawl.pages_per_run,
    }
    return {f"LANGNGHE_{name}": str(value) for name, value in variables.items() if value is not None}


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """Airflow, started once."""
    started = Airflow(tmp_path_factory.mktemp("airflow"))
    yield started
    started.process.kill()
    started.process.communicate()


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWeb]:
    """The demo's web."""
    with serving(tmp_path_factory.mktemp("web")) as running:
        yield running


def small(folder: Path, web: RunningWeb) -> Settings:
    """Return settings of a data folder that crawls a few pages of two sources of the demo's web."""
    sources = folder / "sources"
    sources.mkdir()
    for name in SOURCES:
        (sources / f"{name}.yaml").write_text((web.sources_dir / f"{name}.yaml").read_text("utf-8"), "utf-8")
    crawl = {"delay_s": 0, "pages_per_run": 20}
    return load_settings(data_dir=folder / "data", sources_dir=sources, crawl=crawl)
