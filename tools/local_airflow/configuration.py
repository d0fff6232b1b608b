"""What Airflow is told: its `airflow.cfg`, and the environment of its processes."""

import configparser
import io
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

USER = "admin"
PASSWORDS = "passwords.json"


def password(home: Path) -> str:
    """Return the password of `USER`, made the first time. Airflow wants it in a file as it is."""
    path = home / PASSWORDS
    if not path.exists():
        _write(path, json.dumps({USER: secrets.token_urlsafe(12)}))
    return str(json.loads(path.read_text())[USER])


def settings(home: Path, dags: Path, database: str, port: int) -> dict[str, str]:
    """Return the settings of an Airflow on loopback, by `section.name`."""
    base = f"http://127.0.0.1:{port}"
    # The driver is named: SQLAlchemy's own choice for asyncio would be another one.
    url = database.replace("postgresql:", "postgresql+psycopg:", 1)
    return {
        "core.dags_folder": str(dags),
        "core.load_examples": "False",
        "core.executor": "LocalExecutor",
        "core.parallelism": "4",
        "core.execution_api_server_url": f"{base}/execution/",
        # Airflow's default asks the name server, which may not be there.
        "core.hostname_callable": "socket.gethostname",
        "core.simple_auth_manager_users": f"{USER}:admin",
        "core.simple_auth_manager_passwords_file": str(home / PASSWORDS),
        # Nothing is encrypted that lives longer than the database of this folder.
        "core.fernet_key": "",
        "database.sql_alchemy_conn": url,
        "database.sql_alchemy_conn_async": url,
        "api.host": "127.0.0.1",
        "api.port": str(port),
        "api.base_url": base,
        "api.secret_key": secrets.token_urlsafe(32),
        "api_auth.jwt_secret": secrets.token_urlsafe(64),
        # By default 5 s, after which a task has failed before it began; the API server's first answer alone
        # takes longer than that where two cores have more to do.
        "workers.execution_api_timeout": "60",
        # A task whose process has not been heard of for so long is tried again; by default 300.
        "scheduler.task_instance_heartbeat_timeout": "60",
        "logging.colored_console_log": "False",
        "logging.file_task_handler_new_folder_permissions": "0o700",
        "logging.file_task_handler_new_file_permissions": "0o600",
    }


def write(home: Path, given: Mapping[str, str]) -> None:
    """Write `airflow.cfg`, and the password if there is none, into `home`, for its owner alone."""
    written = configparser.RawConfigParser()
    for name, value in given.items():
        section, option = name.split(".")
        if not written.has_section(section):
            written.add_section(section)
        written.set(section, option, value.replace("%", "%%"))
    text = io.StringIO()
    written.write(text)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(home / "airflow.cfg", text.getvalue())
    password(home)


def _write(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)


def environment(home: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with `given` in it, and nothing of another Airflow or house."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "LANGNGHE_"))
    }
    return {**kept, **given, "AIRFLOW_HOME": str(home)}
