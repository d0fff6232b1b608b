"""Every half hour: raise alerts for fresh grave texts, for what rises, and for sources in need of a look.

Each run is for its data interval: it sees what had been fetched by the interval's end, so that a back-fill
raises what a timely run would have.
"""

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task

from langnghe.failures import ended
from langnghe.schedule import WATCHED_EVERY
from langnghe.tasks import DEFAULTS, EACH, VIETNAM_TIME, at_work, interval_end


@dag(
    schedule=CronDataIntervalTimetable(f"*/{WATCHED_EVERY.seconds // 60} * * * *", timezone=VIETNAM_TIME),
    dagrun_timeout=timedelta(hours=2),
    default_args=DEFAULTS | {"execution_timeout": timedelta(minutes=20)},
    doc_md=__doc__,
    **EACH,
)
def watch() -> None:
    """Look once."""

    @task
    def alerts() -> list[str]:
        from langnghe import pipeline

        with at_work() as (house, _):
            return [alert.key for alert in pipeline.watch(house, interval_end())]

    alerts() >> ended()


watch()
