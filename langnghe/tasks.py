"""What the DAG files share: how a task enters the house, what a run may be asked for, what each DAG keeps to.

With `langnghe.failures` the only module here that knows Airflow. DAG files import both when they are read,
so they load nothing slow.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import (
    Asset,
    AssetAlias,
    Param,
    get_current_context,
)
from airflow.sdk.exceptions import AirflowException

from core.contracts import VIETNAM
from core.errors import BadUsage
from core.logs import masking
from langnghe.failures import RETRIES, cut_off, failed, run_name, settings, told

if TYPE_CHECKING:
    from langnghe.house import House

VIETNAM_TIME = str(VIETNAM)
# `analyse_and_index` waits for news of the archive. A task that may have some has NEWS as its outlet, and
# announces the archive only if it has.
ARCHIVE = Asset("archive")
NEWS = AssetAlias("news_of_the_archive")
# How long a task waits for one that has to be alone, or to be alone itself, before it is tried again later.
WAIT_S = 600.0
MOST_MAPPED = 1000  # Airflow maps over 1,024 at most, unless its own settings say otherwise
DAYS = {
    name: Param(
        None, type=["null", "string"], format="date", title=name, description=f"{which} day; both or none"
    )
    for name, which in (("from", "first"), ("to", "last"))
}


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
    run_id = run_name(task.dag_id, task.run_id)
    before = os.umask(0o077)  # archive, records and index hold what identifies children
    house = None
    try:
        with masking():
            house = House(settings())
            part = f"{task.task_id} {task.map_index}"
            with running(house, task.dag_id, run_id, WAIT_S, alone=alone, part=part):
                yield house, run_id
    except AirflowException:
        raise  # skips and the like
    except Exception as error:
        raise told(error) from None
    finally:
        if house is not None:
            house.close()
        os.umask(before)


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


# What each DAG is given: runs follow each other, and one that takes too long is told of.
EACH: dict[str, Any] = {
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),  # no interval before it can be back-filled
    "catchup": False,
    "max_active_runs": 1,
    "on_failure_callback": cut_off,
}
DEFAULTS: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": 2.0,  # after 2, 4 and 8 minutes
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=1),
    "retry_policy": RETRIES,
    "on_failure_callback": failed,
}
