"""Each hour: fetch what is new from every source whose turn it is, each source by itself."""

from datetime import timedelta
from typing import Any

from airflow.sdk import TriggerRule, dag, task

from langnghe.failures import ended, task_states
from langnghe.schedule import CRAWL_POOL
from langnghe.tasks import (
    DAYS,
    DEFAULTS,
    EACH,
    MOST_MAPPED,
    NEWS,
    announce,
    asked_days,
    at_work,
)


@dag(
    schedule="@hourly",
    dagrun_timeout=timedelta(hours=6),
    params=DAYS,
    default_args=DEFAULTS,
    doc_md=__doc__,
    **EACH,
)
def crawl() -> None:
    """Map over the sources; then hold what came against what should have."""

    @task
    def due() -> list[str]:
        from langnghe import pipeline

        with at_work() as (house, _):
            # Due within half an hour is nearer to this run than to the next.
            ahead = timedelta(minutes=30) if asked_days() is None else timedelta.max
            return pipeline.due(house, ahead, MOST_MAPPED)

    @task(
        pool=CRAWL_POOL,
        map_index_template="{{ source_id }}",
        execution_timeout=timedelta(minutes=55),  # the next run goes on
        outlets=[NEWS],
    )
    def source(source_id: str) -> None:
        from langnghe import pipeline

        with at_work() as (house, run_id):
            pipeline.crawl(house, run_id, [source_id], dated=asked_days())
            announce(any(path.startswith(f"source={source_id}/") for path in pipeline.waiting(house)))

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def reconcile(were_due: list[str] | None) -> dict[str, int]:
        from langnghe import pipeline

        with at_work() as (house, run_id):
            # A task that failed has told of its source.
            states = task_states()
            read = [s for n, s in enumerate(were_due or ()) if states.get(f"source_{n}") == "success"]
            return pipeline.reconcile(house, run_id, read if asked_days() is None else ())

    sources: Any = due()  # what it returns, Airflow gives to the next: the checker can't know
    source.expand(source_id=sources) >> reconcile(sources) >> ended()


crawl()
