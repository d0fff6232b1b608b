"""The files of the DAGs: read quickly, without work, and with the schedules that they promise."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.dags.conftest import Airflow

DAGS = Path(__file__).parents[2] / "dags"
# Airflow's own is loaded first, by a DAG of no work that uses all that ours use.
READ = """
import importlib.util, json, os, sys, time
from airflow.sdk import Asset, AssetAlias, CronDataIntervalTimetable, CronTriggerTimetable, Param, TriggerRule
from airflow.sdk import ExceptionRetryPolicy, RetryRule, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

@dag(schedule=[Asset("a")], params={"a": Param(None, type="null")})
def nothing():
    @task(outlets=[AssetAlias("b")])
    def one(): ...
    @task
    def two(x): ...
    two.expand(x=one())

nothing()
read, write = os.pipe()
if os.fork() == 0:
    begun = time.process_time()
    spec = importlib.util.spec_from_file_location("read", sys.argv[1])
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    took = time.process_time() - begun
    heavy = [m for m in ("langnghe.pipeline", "langnghe.house", "scrapy", "nlp", "index") if m in sys.modules]
    os.write(write, json.dumps({"took": took, "heavy": heavy}).encode())
    os._exit(0)
os.wait()
print(os.read(read, 10000).decode())
"""


@pytest.mark.parametrize("file", sorted(DAGS.glob("[a-z]*.py")), ids=lambda file: file.stem)
def test_a_file_is_read_in_half_a_second_beyond_airflow_and_does_no_work(file: Path, tmp_path: Path) -> None:
    environment = os.environ | {"AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(
        [sys.executable, "-c", READ, str(file)], env=environment, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    assert told["took"] < 0.5
    assert told["heavy"] == []


def test_airflow_finds_each_dag(airflow: Airflow) -> None:
    assert airflow.found["errors"] == {}
    assert set(airflow.found["dags"]) == {file.stem for file in DAGS.glob("[a-z]*.py")}


def test_nothing_is_caught_up_with_by_itself_and_runs_follow_each_other(airflow: Airflow) -> None:
    assert set(map(tuple, airflow.found["dags"].values())) == {(False, 1)}
