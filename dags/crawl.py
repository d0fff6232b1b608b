"""Each hour: fetch what is new from every source whose turn it is, each source by itself."""

from datetime import timedelta
from typing import Any

from airflow.sdk import TriggerRule, dag, task

from langnghe.scheduled import (
    CRAWL_POOL,
    DAYS,
    DEFAULTS,
    MOST_MAPPED,
    NEWS,
    START,
    announce,
    asked_days,
    at_work,
)


@dag(
    schedule="@hourly",
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=DAYS,
    default_args=DEFAULTS,
    doc_md=__doc__,
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
        execution_timeout=timedelta(hours=3),
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
            expected = were_due if were_due and asked_days() is None else ()
            return pipeline.reconcile(house, run_id, expected)

    sources: Any = due()  # what it returns, Airflow gives to the next: the checker can't know
    source.expand(source_id=sources) >> reconcile(sources)


crawl()
