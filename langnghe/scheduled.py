"""What the DAG files share: how a task enters the house, what is tried again, what a failure leaves behind.

The only module that knows Airflow. DAG files import it when they are read, so it loads nothing slow.
"""

import os
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import (
    Asset,
    AssetAlias,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    get_current_context,
)
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from core.contracts import VIETNAM, Alert, AlertKind
from core.errors import (
    ArchiveUnavailable,
    BadUsage,
    Busy,
    IndexUnavailable,
    LangngheError,
    RecordsUnavailable,
    StageFailed,
)
from core.logs import log, masked, masking
from core.settings import load_settings

if TYPE_CHECKING:
    from langnghe.house import House

START = datetime(2026, 1, 1, tzinfo=UTC)  # no interval before it can be back-filled
VIETNAM_TIME = str(VIETNAM)
# `analyse_and_index` waits for news of the archive. A task that may have some has NEWS as its outlet, and
# announces the archive only if it has.
ARCHIVE = Asset("archive")
NEWS = AssetAlias("news_of_the_archive")
# How many sources are crawled at the same time is how many slots this pool has.
CRAWL_POOL = "langnghe_crawl"
# How long a task waits for one that has to be alone, or to be alone itself, before it is tried again later.
WAIT_S = 600.0
MOST_MAPPED = 1000  # Airflow maps over 1,024 at most, unless its own settings say otherwise
DAYS = {
    name: Param(
        None, type=["null", "string"], format="date", title=name, description=f"{which} day; both or none"
    )
    for name, which in (("from", "first"), ("to", "last"))
}
# What may be otherwise a little later, and what stays as it is until a person has mended it.
PASSING: list[type[BaseException] | str] = [
    ArchiveUnavailable,
    RecordsUnavailable,
    IndexUnavailable,
    StageFailed,
    Busy,
]
RETRIES = ExceptionRetryPolicy(
    [RetryRule(PASSING), RetryRule(LangngheError, RetryAction.FAIL)]  # the first that fits counts
)


@contextmanager
def at_work(*, alone: bool = False) -> Iterator[tuple["House", str]]:
    """Open the house for one task, as part of the run named `DAG:AIRFLOW'S RUN ID`; give both.

    Tasks go on beside each other, but for one that has to be `alone`.

    No error leaves with a secret or with words of a page in its message. One that nobody foresaw leaves as
    AirflowFailException, and the log says where it arose.
    """
    from langnghe.house import House, running

    context = get_current_context()
    task = context["ti"]
    run_id = run_name(context)
    before = os.umask(0o077)  # archive, records and index hold what identifies children
    house = None
    try:
        with masking():
            house = House(load_settings())
            part = f"{task.task_id} {task.map_index}"
            with running(house, task.dag_id, run_id, WAIT_S, alone=alone, part=part):
                yield house, run_id
    except AirflowException:
        raise  # skips and the like
    except Exception as error:
        raise _told(error) from None
    finally:
        if house is not None:
            house.close()
        os.umask(before)


def run_name(context: Mapping[str, Any]) -> str:
    """Return the id of the run in records and logs. Airflow's own is unique only within a DAG."""
    return f"{context['ti'].dag_id}:{context['ti'].run_id}"


def interval_end() -> datetime:
    """Return the end of the data interval that the task is for; now, where a run has none."""
    end = get_current_context().get("data_interval_end")  # pendulum's
    return datetime.fromtimestamp(end.timestamp(), UTC) if end else datetime.now(UTC)


def asked_days() -> tuple[date, date] | None:
    """Return the first and the last day that a manual run asks for, None where it names none.

    Raises BadUsage for one without the other, and for a last day before the first.
    """
    given = get_current_context()["params"]
    first, last = given.get("from"), given.get("to")
    if not (first or last):
        return None
    if not (first and last) or last < first:
        raise BadUsage(f"from {first} to {last}: give both days, the earlier one first")
    return date.fromisoformat(first), date.fromisoformat(last)


def files(what: str) -> Param:
    """Return the parameter of a manual run that names files of labelled rows."""
    return Param([], type="array", items={"type": "string"}, description=f"files of {what}")


def asked_files(name: str) -> list[Path]:
    """Return the files that a manual run names by the parameter `name`."""
    return [Path(file) for file in get_current_context()["params"][name]]


def announce(news: bool) -> None:
    """Let those who wait for the archive know if there are `news`. For tasks with NEWS as their outlet."""
    if news:
        get_current_context()["outlet_events"][NEWS].add(ARCHIVE)


def failed(context: Mapping[str, Any]) -> None:
    """Leave an alert of a task that failed for good: one a day for each task and source."""
    from core.records import notices, open_records

    task, now = context["ti"], datetime.now(UTC)
    error = context.get("exception")
    facts = {
        "dag": task.dag_id,
        "task": task.task_id,
        "run": run_name(context),
        "error": type(error).__name__ if error else "Killed",
        "why": masked(str(error)) if isinstance(error, (LangngheError, AirflowException)) else "",
    }
    source_id = task.task_id == "source" and getattr(task, "rendered_map_index", None)
    if source_id:
        facts["source"] = source_id
    day = now.astimezone(VIETNAM).date()
    key = f"task:{task.dag_id}:{task.task_id}:{source_id or ''}:{day}"
    with masking():
        try:
            records = open_records(load_settings())
            notices.raise_alerts(records, [Alert(key=key, kind=AlertKind.TASK, at=now, facts=facts)])
            records.close()
        except LangngheError as fault:
            log("dags").error("no alert could be left", task=task.task_id, error=str(fault))


def _told(error: Exception) -> Exception:
    """Return what Airflow is to hear of `error`."""
    if isinstance(error, LangngheError):
        error.args = (masked(str(error)),)
        return error
    where = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    with masking():
        log("dags").error("unexpected", error=type(error).__name__, where=" > ".join(where))
    if isinstance(error, OSError):
        return StageFailed(
            f"{type(error).__name__}: {error.strerror or 'no reason given'}; it is tried again"
        )
    return AirflowFailException(f"unexpected {type(error).__name__}; the task's log says where")


DEFAULTS: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": 2.0,  # after 2, 4 and 8 minutes
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=1),
    "retry_policy": RETRIES,
    "on_failure_callback": failed,
}
