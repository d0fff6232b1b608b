"""By hand: train a model on people's decisions, hold it against the one in use, promote what is not worse."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from langnghe.failures import ended
from langnghe.tasks import DEFAULTS, EACH, asked_files, at_work, files


@dag(
    schedule=None,
    dagrun_timeout=timedelta(hours=24),
    params={
        "data": files("rows to train on, besides people's decisions"),
        "held_out": files("rows to judge by, besides the decisions that are held out"),
    },
    default_args=DEFAULTS | {"execution_timeout": timedelta(hours=6)},
    doc_md=__doc__,
    **EACH,
)
def retrain() -> None:
    """Train, judge, promote."""

    @task
    def train() -> str:
        from langnghe import retraining

        with at_work() as (house, run_id):
            return str(retraining.train(house, run_id, asked_files("data")))

    @task
    def judge(candidate: str) -> dict[str, object]:
        from langnghe import retraining

        with at_work() as (house, _):
            return retraining.judge(house, Path(candidate), asked_files("held_out")).model_dump(mode="json")

    @task
    def promote(candidate: str, found: dict[str, object]) -> str:
        from core.errors import ModelRefused
        from langnghe import retraining
        from nlp.compare import Comparison

        with at_work(alone=True) as (house, _):
            try:
                return retraining.promote(house, Path(candidate), Comparison.model_validate(found))
            except ModelRefused as error:
                raise AirflowSkipException(str(error)) from None

    # What one task returns Airflow gives to the next: the checker can't know.
    candidate: Any = train()
    found: Any = judge(candidate)
    promote(candidate, found) >> ended()


retrain()
