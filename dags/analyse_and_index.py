"""When the archive has new pages: analyse and index the partitions that wait, group by group.

A manual run with `from` and `to` takes all anew that was fetched from the one day to the other (in Vietnam),
as after a new model came into use.
"""

from datetime import timedelta

from airflow.sdk import TriggerRule, dag, task

from langnghe.failures import ended
from langnghe.tasks import ARCHIVE, DAYS, DEFAULTS, EACH, MOST_MAPPED, asked_days, at_work


@dag(
    schedule=[ARCHIVE],
    dagrun_timeout=timedelta(hours=24),
    params=DAYS,
    default_args=DEFAULTS,
    doc_md=__doc__,
    **EACH,
)
def analyse_and_index() -> None:
    """Map over groups of partitions; then see that every page has been through."""

    @task
    def waiting() -> list[list[str]]:
        from langnghe import taking_up

        with at_work() as (house, _):
            return taking_up.groups(house, MOST_MAPPED, asked_days())

    @task(map_index_template="{{ paths[0] }}", max_active_tis_per_dagrun=4)
    def group(paths: list[str]) -> None:
        from langnghe import taking_up

        with at_work() as (house, run_id):
            taking_up.take_up(house, run_id, paths)

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def reconcile() -> dict[str, int]:
        from langnghe import pipeline

        with at_work() as (house, run_id):
            return pipeline.reconcile(house, run_id)

    group.expand(paths=waiting()) >> reconcile() >> ended()


analyse_and_index()
