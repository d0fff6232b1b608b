"""On Mondays at six in Vietnam: the report of the week that has ended, as HTML and PDF.

Each run is for its data interval: the last whole week before the interval's end, as known by then. It also
makes what was missed since the report before, as when Airflow stood still for weeks.
"""

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task

from langnghe.failures import ended
from langnghe.tasks import DEFAULTS, EACH, VIETNAM_TIME, at_work, interval_end


@dag(
    schedule=CronDataIntervalTimetable("0 6 * * MON", timezone=VIETNAM_TIME),
    dagrun_timeout=timedelta(hours=6),
    default_args=DEFAULTS,
    doc_md=__doc__,
    **EACH,
)
def weekly_report() -> None:
    """Make one report, and those that were missed before."""

    @task
    def report() -> list[str]:
        from langnghe import reporting

        with at_work() as (house, _):
            return reporting.reports_due(house, interval_end())

    report() >> ended()


weekly_report()
