"""What a failure under Airflow leaves behind: a try more or none, an alert, and a run that has failed.

A task leaves its own alert, unless its process was killed: then the run's last task, `ended`, does. A run
that took too long is told of by Airflow's DAG processor (`cut_off`).
"""

import errno
import os
import traceback
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowTaskTimeout

from core.contracts import VIETNAM, Alert, AlertKind
from core.errors import (
    ArchiveUnavailable,
    BadSettings,
    Busy,
    IndexUnavailable,
    IndexUnusable,
    LangngheError,
    RecordsUnavailable,
    RecordsUnusable,
    StageFailed,
)
from core.logs import log, masked, masking
from core.settings import Settings, load_settings

# What may be otherwise a little later.
PASSING: list[type[BaseException] | str] = [
    ArchiveUnavailable,
    RecordsUnavailable,
    IndexUnavailable,
    StageFailed,
    Busy,
]
# What stays as it is until a person has mended it, or is for the next run: who took too long once does again.
UNUSABLE: list[type[BaseException] | str] = [RecordsUnusable, IndexUnusable]
LASTING: list[type[BaseException] | str] = [LangngheError, AirflowTaskTimeout]
RETRIES = ExceptionRetryPolicy(
    [
        RetryRule(UNUSABLE, RetryAction.FAIL),  # the first that fits counts
        RetryRule(PASSING),
        RetryRule(LASTING, RetryAction.FAIL),
    ]
)
# Of what the system says: a full disk, a faulty one, too much open, a network out of reach.
PASSING_CODES = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE}
PASSING_CODES |= {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}
TOLD = "told"  # what a task that left an alert leaves for `ended` to find


def failed(context: Mapping[str, Any]) -> None:
    """Leave an alert of a task that failed for good: one a day for each task, source and error."""
    task, error = context["ti"], context.get("exception")
    if error is None:
        return  # killed, and Airflow asks elsewhere: `ended` tells of it
    why = masked(str(error)) if isinstance(error, (LangngheError, AirflowException)) else ""
    source_id = (task.task_id == "source" and task.rendered_map_index) or ""
    name = type(error).__name__
    try:
        _leave(task.dag_id, context["run_id"], name, task=task.task_id, source=source_id, why=why)
    except LangngheError as fault:
        with masking():
            log("dags").error("no alert could be left", task=task.task_id, error=str(fault))
    else:
        task.xcom_push(TOLD, True)


def cut_off(context: Mapping[str, Any]) -> None:
    """Leave an alert of a run that took too long, or that can't go on: its tasks tell of nothing."""
    reason = context["reason"]
    if reason != "task_failure":  # of that `ended` has told
        _leave(context["dag"].dag_id, context["run_id"], reason)


@task(trigger_rule=TriggerRule.ALL_DONE, on_failure_callback=[])
def ended() -> None:
    """Fail the run if any of its tasks has failed, and leave an alert of each that could not do so itself.

    Airflow lets a run succeed whose last task does, whatever became of those before.
    """
    context = get_current_context()
    here = context["ti"]
    lost = [name for name, state in task_states().items() if state == "failed"]
    sources = here.xcom_pull(task_ids="due") if "due" in context["dag"].task_ids else None
    for name in lost:
        one, index = _instance(name, context["dag"].task_ids)
        if here.xcom_pull(task_ids=one, map_indexes=index, key=TOLD):
            continue
        source_id = sources[index] if one == "source" and sources else ""
        try:
            _leave(here.dag_id, here.run_id, "Killed", task=one, source=source_id)
        except LangngheError as error:
            raise told(error) from None
    if lost:
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        raise AirflowFailException(f"failed: {', '.join(lost[:5])}{more}")


def task_states() -> dict[str, str | None]:
    """Return the state of each task of this run by name, of a mapped one as NAME_INDEX."""
    here = get_current_context()["ti"]
    found: dict[str, str | None] = here.get_task_states(dag_id=here.dag_id, run_ids=[here.run_id])[
        here.run_id
    ]
    return found


def _instance(name: str, known: list[str]) -> tuple[str, int]:
    if name in known:
        return name, -1
    task_id, _, index = name.rpartition("_")
    return task_id, int(index)


def _leave(dag_id: str, run_id: str, error: str, *, task: str = "", source: str = "", why: str = "") -> None:
    """Raise one alert. Raises the error of settings or records."""
    from core.records import notices, open_records
    from core.records.partners import source_names

    now = datetime.now(UTC)
    facts = {"dag": dag_id, "task": task, "run": run_name(dag_id, run_id), "error": error, "why": why}
    # What one run lost is not what another did.
    once = run_id if task == "reconcile" else str(now.astimezone(VIETNAM).date())
    key = f"task:{dag_id}:{task}:{source}:{error}:{once}"
    before = os.umask(0o077)
    try:
        with masking(), closing(open_records(settings())) as records:
            if source:
                facts |= {"source": source, "name": source_names(records).get(source, source)}
            notices.raise_alerts(records, [Alert(key=key, kind=AlertKind.TASK, at=now, facts=facts)])
    finally:
        os.umask(before)


def told(error: Exception) -> Exception:
    """Return what Airflow is to hear of `error`: no secret, and no word of a page.

    One that nobody foresaw becomes AirflowFailException, and the log says where it arose.
    """
    if isinstance(error, LangngheError):
        error.args = (masked(str(error)),)
        return error
    where = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    with masking():
        log("dags").error("unexpected", error=type(error).__name__, where=" > ".join(where))
    broken_off = isinstance(error, (ConnectionError, TimeoutError))
    if isinstance(error, OSError) and (broken_off or error.errno in PASSING_CODES):
        return StageFailed(
            f"{type(error).__name__}: {error.strerror or 'no reason given'}; it is tried again"
        )
    return AirflowFailException(f"unexpected {type(error).__name__}; the task's log says where")


def run_name(dag_id: str, run_id: str) -> str:
    """Return the id of a run in records and logs. Airflow's own is unique only within a DAG."""
    return f"{dag_id}:{run_id}"


def settings() -> Settings:
    """Return the settings.

    Raises BadSettings where they name no house: a part of Airflow that was not given them would otherwise
    make one in whatever folder it runs in.
    """
    given = load_settings()
    if given.model_fields_set.isdisjoint({"data_dir", "database_url"}):
        raise BadSettings(
            "no setting says where the data is; give LANGNGHE_DATA_DIR or LANGNGHE_DATABASE_URL"
            " to each part of Airflow that runs code of DAGs"
        )
    return given
