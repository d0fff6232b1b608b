"""The files of the DAGs: read quickly, without work, and with the schedules that they promise."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.dags.conftest import Airflow

FILES = sorted((Path(__file__).parents[2] / "dags").glob("[a-z]*.py"))
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
for file in sys.argv[1:]:
    read, write = os.pipe()
    if os.fork() == 0:
        begun = time.process_time()
        spec = importlib.util.spec_from_file_location("read", file)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        took = time.process_time() - begun
        heavy = [m for m in ("langnghe.pipeline", "scrapy", "nlp", "index") if m in sys.modules]
        os.write(write, json.dumps([file, took, heavy]).encode())
        os._exit(0)
    os.wait()
    print(os.read(read, 10000).decode())
"""


def test_each_file_is_read_in_half_a_second_beyond_airflow_and_does_no_work(tmp_path: Path) -> None:
    environment = os.environ | {"AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", READ, *map(str, FILES)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("[")]
    assert [file for file, _, _ in told] == [str(file) for file in FILES]
    assert {file: took for file, took, _ in told if took >= 0.5} == {}
    assert {file: heavy for file, _, heavy in told if heavy} == {}


def test_airflow_finds_each_dag(airflow: Airflow) -> None:
    assert airflow.found["errors"] == {}
    assert set(airflow.found["dags"]) == {file.stem for file in FILES}


def test_nothing_is_caught_up_with_by_itself_and_no_run_holds_up_the_next_for_ever(airflow: Airflow) -> None:
    assert set(map(tuple, airflow.found["dags"].values())) == {(False, 1, True)}


def test_what_does_not_pass_is_not_tried_again(airflow: Airflow) -> None:
    passing = ["RecordsUnavailable", "IndexUnavailable", "Busy", "ENOSPC", "EIO", "ECONNRESET", "ETIMEDOUT"]
    assert airflow.found["retried"] == passing
