"""On Mondays at six in Vietnam: the report of the week that has ended, as HTML and PDF.

Each run is for its data interval: the last whole week before the interval's end, as known by then.
"""

from airflow.sdk import CronDataIntervalTimetable, dag, task

from langnghe.scheduled import DEFAULTS, START, VIETNAM_TIME, at_work, interval_end


@dag(
    schedule=CronDataIntervalTimetable("0 6 * * MON", timezone=VIETNAM_TIME),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def weekly_report() -> None:
    """Make one report."""

    @task
    def report() -> str:
        from langnghe import pipeline

        with at_work() as (house, _):
            return pipeline.report(house, None, interval_end()).week

    report()


weekly_report()
