"""By hand: train a model on people's decisions, hold it against the one in use, promote what is not worse."""

from datetime import timedelta
from pathlib import Path

from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from langnghe.scheduled import DEFAULTS, START, at_work

FILES = {"type": "array", "items": {"type": "string"}}


@dag(
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params={
        "data": Param(
            [], **FILES, description="files of labelled rows to train on, besides people's decisions"
        ),
        "held_out": Param([], **FILES, description="files of rows to judge by, besides held-out decisions"),
    },
    default_args=DEFAULTS | {"execution_timeout": timedelta(hours=6)},
    doc_md=__doc__,
)
def retrain() -> None:
    """Train, judge, promote."""

    @task
    def train(params: dict[str, list[str]]) -> str:
        from langnghe import retraining

        with at_work() as (house, run_id):
            return str(retraining.train(house, run_id, [Path(file) for file in params["data"]]))

    @task
    def judge(candidate: str, params: dict[str, list[str]]) -> dict[str, object]:
        from langnghe import retraining

        with at_work() as (house, _):
            held_out = [Path(file) for file in params["held_out"]]
            return retraining.judge(house, Path(candidate), held_out).model_dump(mode="json")

    @task
    def promote(candidate: str, found: dict[str, object]) -> str:
        from core.errors import ModelRefused
        from langnghe import retraining
        from nlp.compare import Comparison

        with at_work() as (house, _):
            try:
                return retraining.promote(house, Path(candidate), Comparison.model_validate(found))
            except ModelRefused as error:
                raise AirflowSkipException(str(error)) from None

    candidate = train()
    promote(candidate, judge(candidate))


retrain()
