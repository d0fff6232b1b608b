"""Claims: who works on what, among all processes that share the records. No leases, no clocks.

A claim ends with the process that holds it, be it by `kill -9`. On PostgreSQL it is an advisory lock of a
session of its own; on SQLite a lock on one byte of a file beside the database, an "open file description
lock" of Linux (fcntl(2)). Both know names by a hash of 63 bits.

When a server is gone, so are its claims, and who held one hears nothing of it: work that is done under a
claim has to be such that it may be done twice.
"""

import fcntl
import hashlib
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from sqlalchemy import Engine

from core.errors import RecordsUnavailable
from core.records.database import Records

POLL_S = 0.05
# A server hears nothing of a machine that vanished: it gives up after a minute, not after its two hours.
_PATIENCE = (
    "SET idle_session_timeout = 0; SET tcp_keepalives_idle = 30;"
    " SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"
)
_TAKE = {True: "SELECT pg_try_advisory_lock_shared(%s)", False: "SELECT pg_try_advisory_lock(%s)"}
_HELD = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
    " AND objsubid = 1 AND (classid::int8 << 32) + objid::int8 = %s"
)
_FLOCK = "hhqqi0q"  # struct flock on 64 bits: type, whence, start, length, process

Take = Callable[[int, bool], bool]


@contextmanager
def hold(
    records: Records, *names: str, shared: bool = False, wait_s: float = 0.0
) -> Iterator[frozenset[str]]:
    """Claim `names`, and give those that were got: all, but for what others still hold after `wait_s`.

    Shared claims on a name go together. Threads exclude each other as processes do, and so does who claims a
    name twice. To wait for several names is for those that nobody claims in another order. Raises
    RecordsUnavailable when claims can't be told; ending one raises nothing.
    """
    deadline = time.monotonic() + wait_s
    got: set[str] = set()
    with ExitStack() as opened:
        with _in_plain_words(records.engine):
            take = opened.enter_context(_taking(records.engine))
        while True:
            with _in_plain_words(records.engine):
                got.update(name for name in names if name not in got and take(_key(name), shared))
            if got.issuperset(names) or time.monotonic() >= deadline:
                break
            time.sleep(POLL_S)
        yield frozenset(got)


def held(records: Records, name: str) -> bool:
    """Say whether anyone, be it this process, holds a claim on `name`. Raises RecordsUnavailable."""
    with _in_plain_words(records.engine):
        if records.engine.dialect.name == "sqlite":
            with _file(records.engine) as file:
                found = fcntl.fcntl(file, fcntl.F_OFD_GETLK, _lock(fcntl.F_WRLCK, _key(name)))
                return bool(struct.unpack(_FLOCK, found)[0] != fcntl.F_UNLCK)
        with _session(records.engine) as session:
            return bool(session.execute(_HELD, [_key(name)]).fetchone()[0])


@contextmanager
def _taking(engine: Engine) -> Iterator[Take]:
    """Give what takes a lock on a key, shared or not, that lasts until the end, and says whether it could."""
    if engine.dialect.name == "sqlite":
        with _file(engine) as file:

            def take(key: int, shared: bool) -> bool:
                try:
                    fcntl.fcntl(
                        file, fcntl.F_OFD_SETLK, _lock(fcntl.F_RDLCK if shared else fcntl.F_WRLCK, key)
                    )
                except BlockingIOError:
                    return False
                return True

            yield take
    else:
        with _session(engine) as session:
            yield lambda key, shared: bool(session.execute(_TAKE[shared], [key]).fetchone()[0])


@contextmanager
def _file(engine: Engine) -> Iterator[int]:
    file = os.open(f"{engine.url.database}-claims", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        yield file
    finally:
        os.close(file)


@contextmanager
def _session(engine: Engine) -> Iterator[Any]:
    """Give a connection of the driver's own, outside the pool and every transaction."""
    arguments, options = engine.dialect.create_connect_args(engine.url)
    connection: Any = engine.dialect.connect(*arguments, **options)
    try:
        connection.autocommit = True
        connection.execute(_PATIENCE)
        yield connection
    finally:
        with suppress(engine.dialect.loaded_dbapi.Error):  # it may be lost, and the locks with it
            connection.execute("SELECT pg_advisory_unlock_all()")  # a session that ends may take its time
        connection.close()


@contextmanager
def _in_plain_words(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (OSError, engine.dialect.loaded_dbapi.Error) as error:
        why = str(error).partition("\n")[0]
        shown = engine.url.render_as_string(hide_password=True)
        raise RecordsUnavailable(f"records {shown}: {why}; check disk and server") from error


def _lock(kind: int, key: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, key, 1, 0)


def _key(name: str) -> int:
    """Return a name's place among the bytes of a file, and among PostgreSQL's keys."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 1
