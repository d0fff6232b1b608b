"""A database URL made into an engine, with what can be wrong about it in plain words."""

import os
from pathlib import Path
from socket import gethostname

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from core.errors import RecordsUnusable

# A server that does not answer at all is told of after this, not after the system's minutes; one that
# vanishes later after a minute, not after the system's two hours.
CONNECT_S = 10
_PATIENCE = {
    "connect_timeout": CONNECT_S,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def engine_of(database_url: str) -> Engine:
    """Return an engine that has not connected yet; of a SQLite file the folder is made.

    Raises RecordsUnusable for a URL that can't be used; the message has no part of one that may hold a
    password.
    """
    url = _url(database_url)
    try:
        if url.drivername == "sqlite":
            if not url.database or url.database.startswith((":memory:", "file:")):
                raise _unusable(
                    "records in memory can't be shared; a file is written sqlite:////folder/records.db"
                )
            if not url.query:
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            return create_engine(url)
        name = {"application_name": f"langnghe {os.getpid()} {gethostname()}"[:63]}
        given = {key: value for key, value in (_PATIENCE | name).items() if key not in url.query}
        return create_engine(url, pool_pre_ping=True, connect_args=given)
    except ModuleNotFoundError as error:
        raise _unusable(f"{error}; install the extra `postgresql`") from error
    except ArgumentError as error:
        raise _unusable("a file is written sqlite:////folder/records.db") from error
    except OSError as error:
        raise RecordsUnusable(f"records {shown(url)}: {error.strerror}; check the path") from error


def shown(url: URL) -> str:
    """Return `url` without its password, wherever it stands."""
    return url.difference_update_query(["password", "sslpassword"]).render_as_string(hide_password=True)


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise _unusable(
            "it is not like postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
            " (where / : @ in a password are %2F %3A %40) or sqlite:////folder/records.db"
        ) from error
    if url.drivername not in _DRIVERS:
        raise _unusable(f"it begins with {url.drivername}:, not with postgresql: or sqlite:")
    return url.set(drivername=_DRIVERS[url.drivername])


def _unusable(why: str) -> RecordsUnusable:
    return RecordsUnusable(f"the database URL can't be used: {why}; see LANGNGHE_DATABASE_URL or --to")
