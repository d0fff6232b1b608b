"""Opening the records: connections, schema, and database errors in plain words."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import RecordsUnavailable, RecordsUnusable
from core.records.opening import engine_of, shown
from core.records.tables import SCHEMA
from core.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
LOOKUP = 500  # SQLite's limit on variables in one statement is 999 in old builds
# Long enough for another process's batch to be written, short enough for a person to wait.
BUSY_S = 30
# A server ends a transaction of someone who was stopped in the middle of it, or is gone, after this.
IDLE_S = 60
# What a server is told of each connection: how long who waits for another does, and when a client is gone.
_LIMITS = (
    f"SET lock_timeout = '{BUSY_S}s'; SET idle_in_transaction_session_timeout = '{IDLE_S}s';"
    " SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;"
    " SET tcp_user_timeout = 60000"
)
# The advisory lock of PostgreSQL by which writers take turns, as they do on SQLite: "LNGR".
WRITERS = 0x4C4E4752

# What opening says of faults that do not pass. At connecting psycopg gives the server's words and no code.
LASTING = re.compile(
    r"authentication failed|no password supplied|no pg_hba.conf entry|does not exist"
    r"|invalid connection option|not a database|malformed|readonly"
)

Name = TypeVar("Name")


class Records:
    """The records database. `read` and `write` give a session in one transaction each.

    Both raise RecordsUnavailable when the database can't be reached or written.
    """

    def __init__(self, engine: Engine) -> None:
        """Wrap an engine whose schema is up to date; use `open_records`."""
        self.engine = engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session for reading."""
        with self._session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose changes are committed together at the end, or not at all.

        Who writes takes turns, so that what is read in it can't change before the write.
        """
        with self._session(self.engine.execution_options(write=True)) as session:
            yield session
            session.commit()

    def pack(self) -> None:
        """Leave nothing of what was deleted in SQLite's files; a server sees to that by itself.

        Raises RecordsUnavailable while someone else reads or writes for longer than `BUSY_S`.
        """
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()  # SQLAlchemy would begin a transaction
        try:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            (busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except SqliteError as error:
            raise RecordsUnavailable(f"records {shown(self.engine.url)}: {error}; run again") from error
        finally:
            connection.close()
        if busy:
            raise RecordsUnavailable(f"records {shown(self.engine.url)}: someone reads them; run again")

    def close(self) -> None:
        """Release all connections."""
        self.engine.dispose()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine, expire_on_commit=False) as session:
                yield session
        except DBAPIError as error:
            raise RecordsUnavailable(
                f"records {shown(self.engine.url)}: {_first_line(error)}; check disk and server"
            ) from error


def open_records(settings: Settings) -> Records:
    """Open the records named by the settings, making or upgrading the schema.

    Raises RecordsUnavailable for a server that does not answer; RecordsUnusable for a wrong URL, user,
    password or database, a damaged file, or a schema from a newer program.
    """
    engine = engine_of(settings.database)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    elif engine.dialect.name == "postgresql":
        _prepare_postgresql(engine)
    try:
        with ExitStack() as undone:
            undone.callback(engine.dispose)
            _upgrade(engine)
            undone.pop_all()
    except DBAPIError as error:
        kind = RecordsUnusable if LASTING.search(_first_line(error)) else RecordsUnavailable
        raise kind(f"records {shown(engine.url)}: {_first_line(error)}; check file and server") from error
    return Records(engine)


def parts(names: Sequence[Name], size: int = LOOKUP) -> Iterator[Sequence[Name]]:
    """Yield `names` in parts that fit one statement."""
    for start in range(0, len(names), size):
        yield names[start : start + size]


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).partition("\n")[0]


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # SQLAlchemy begins; the driver must not
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={BUSY_S * 1000}",
            "synchronous=NORMAL",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get("write") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.autocommit = True  # or the end of the first transaction could take the limits back
        connection.execute(_LIMITS)
        connection.autocommit = False

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("write"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")


def _upgrade(engine: Engine) -> None:
    with engine.execution_options(write=True).begin() as connection:
        version = _schema(connection)
        if version is not None and not inspect(connection).has_table("runs"):
            raise RecordsUnusable(
                f"the database {shown(engine.url)} belongs to another program; name one of its own"
            )
        if version == SCHEMA:
            return
        from alembic import command  # slow to load, and seldom needed
        from alembic.config import Config
        from alembic.util.exc import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise RecordsUnusable(
                f"records {shown(engine.url)} were written by a newer version of Lắng Nghe;"
                " upgrade this program"
            ) from error


def _schema(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version
