"""Each night: finish erasures that were cut off, remove what is older than it may get, merge small files."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, TriggerRule, dag, task

from langnghe.failures import ended
from langnghe.tasks import DEFAULTS, EACH, VIETNAM_TIME, at_work


@dag(
    schedule=CronTriggerTimetable("20 3 * * *", timezone=VIETNAM_TIME),
    dagrun_timeout=timedelta(hours=12),
    default_args=DEFAULTS | {"execution_timeout": timedelta(hours=4)},
    doc_md=__doc__,
    **EACH,
)
def maintenance() -> None:
    """One after the other, the second whatever became of the first."""

    @task
    def prune() -> dict[str, int]:
        from langnghe import maintaining

        with at_work(alone=True) as (house, _):
            return maintaining.prune(house, datetime.now(UTC))

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def compact() -> dict[str, int]:
        from langnghe import maintaining

        with at_work() as (house, _):
            return maintaining.compact(house, datetime.now(UTC))

    prune() >> compact() >> ended()


maintenance()
