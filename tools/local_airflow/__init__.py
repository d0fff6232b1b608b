"""A real Airflow on this machine, for trying things out and for tests: all its parts, on PostgreSQL."""

from tools.local_airflow.airflow import Airflow
from tools.local_airflow.component import AirflowFailed

__all__ = ["Airflow", "AirflowFailed"]
