"""The process that runs DAGs for the tests: what Airflow makes of logs and warnings stays in here.

One JSON line on standard input asks for one run by `dag.test`, one on standard output says what became of it.
"""

import errno
import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

DAGS = Path(__file__).parents[2] / "dags"


def main() -> None:
    """Make the database of Airflow, then run what is asked for until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from airflow.dag_processing.dagbag import DagBag
    from airflow.utils.db import initdb

    initdb()
    bag = DagBag(str(DAGS))
    dags = {dag.dag_id: [dag.catchup, dag.max_active_runs, limited(dag)] for dag in bag.dags.values()}
    found = {"errors": bag.import_errors, "dags": dags, "retried": retried()}
    print(json.dumps(found), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(run(bag, **json.loads(line))), file=answers, flush=True)


def retried() -> list[str]:
    """Return the errors, of some, after which a task is tried again."""
    from airflow.sdk import RetryAction
    from airflow.sdk.exceptions import AirflowFailException

    from core.errors import Busy, IndexUnavailable, IndexUnusable, RecordsUnavailable, RecordsUnusable
    from langnghe.failures import RETRIES, told

    ours = [RecordsUnavailable(), RecordsUnusable(), IndexUnavailable(), IndexUnusable(), Busy()]
    codes = [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EIO, errno.ECONNRESET, errno.ETIMEDOUT]
    systems = [OSError(code, errno.errorcode[code]) for code in codes]
    return [
        error.strerror if isinstance(error, OSError) else type(error).__name__
        for error in [*ours, *systems, ValueError()]
        if RETRIES.evaluate(told(error), try_number=1, max_tries=3).action is not RetryAction.FAIL
        and not isinstance(told(error), AirflowFailException)  # Airflow asks no policy about it
    ]


def limited(dag: Any) -> bool:
    """Return whether a run may not go on for ever, and nobody passes over its end or a failed task."""
    told = dag.dagrun_timeout is not None and dag.on_failure_callback is not None
    return told and [task.task_id for task in dag.leaves] == ["ended"]


def run(
    bag: Any,
    dag: str,
    env: dict[str, str],
    conf: dict[str, Any] | None = None,
    until: str | None = None,
    fault: str | None = None,
) -> dict[str, Any]:
    """Run a DAG with `env`, for the data interval that ends at `until` if given.

    With the `fault` "killed" a task that fails can't tell, as if its process had been killed; with "slow"
    each has no time. Any other is why Airflow ended a run before: the DAG is told so, and not run.
    """
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    chosen = bag.get_dag(dag)
    for task in chosen.tasks:
        task.retry_delay = timedelta(0)
    for name in [name for name in os.environ if name.startswith("LANGNGHE_")]:
        del os.environ[name]
    os.environ.update(env)
    if fault not in (None, "killed", "slow"):
        chosen.on_failure_callback({"dag": chosen, "run_id": "before", "reason": fault})
        return {"state": "failed", "run_id": "before", "tasks": [], "events": 0}
    kept = {task: (task.on_failure_callback, task.execution_timeout) for task in chosen.tasks}
    for task in chosen.tasks:
        if fault == "killed":
            task.on_failure_callback = []
        elif fault == "slow" and task.task_id != "ended":
            task.execution_timeout = timedelta(microseconds=1)
    when = {"logical_date": datetime.fromisoformat(until)} if until else {}
    with create_session() as session:
        before = session.scalar(select(func.count()).select_from(AssetEvent))
    made = chosen.test(run_conf=conf, **when)
    for task, (callback, timeout) in kept.items():
        task.on_failure_callback, task.execution_timeout = callback, timeout
    with create_session() as session:
        events = session.scalar(select(func.count()).select_from(AssetEvent)) - before
        tasks = [
            {"task": t.task_id, "index": t.map_index, "state": str(t.state), "try": t.try_number}
            for t in made.get_task_instances(session=session)
        ]
    return {"state": str(made.state), "run_id": made.run_id, "tasks": tasks, "events": events}


if __name__ == "__main__":
    main()
