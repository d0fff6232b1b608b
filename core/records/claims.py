"""Claims: who works on what, among all processes that share the records. No leases, no clocks.

A claim ends with the process that holds it, be it by `kill -9`. On PostgreSQL it is an advisory lock of a
session of its own; on SQLite a lock on one byte of a file beside the database, an "open file description
lock" of Linux (fcntl(2)). Both know names by a hash of 63 bits.

When a server session is gone, so are its claims, and another may have got them since: whoever held one hears
of it at its end, and work that is done under a claim has to be such that it may be done twice.
"""

import errno
import fcntl
import hashlib
import os
import struct
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from core.errors import RecordsUnavailable
from core.logs import log
from core.records.database import Records
from core.records.opening import shown

POLL_S = 0.05
# Who waits says for what after half a minute, and then each ten minutes.
TOLD_AFTER_S, TOLD_EVERY_S = 30.0, 600.0
_TAKE = {
    True: "SELECT pg_try_advisory_lock_shared(%s), pg_backend_pid()",
    False: "SELECT pg_try_advisory_lock(%s), pg_backend_pid()",
}
_LET_GO = "SELECT pg_advisory_unlock_all()"  # a session that ends may take its time
_HOLDERS = (
    "SELECT pid, client_addr, application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
    " AND objsubid = 1 AND (classid::int8 << 32) + objid::int8 = ANY(%s)"
)
_FLOCK = "hhqqi0q"  # struct flock on 64 bits: type, whence, start, length, process
_NO_LOCKS = {errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}

Take = Callable[[int, bool], bool]
Holders = Callable[[Collection[int]], str]

# What a child that is forked must not keep: its parent's claims would outlive the parent.
_descriptors: set[int] = set()


@contextmanager
def hold(
    records: Records, *names: str, shared: bool = False, wait_s: float = 0.0
) -> Iterator[frozenset[str]]:
    """Claim `names`, and give those that were got: all, but for what others still hold after `wait_s`.

    Shared claims on a name go together. Threads exclude each other as processes do, and so does who claims a
    name twice. To wait for several names is for those that nobody claims in another order. Raises
    RecordsUnavailable when claims can't be told, and at the end of a block that raised nothing if they were
    lost with the server session: someone else may have worked on the same.
    """
    start = time.monotonic()
    tell_at = start + TOLD_AFTER_S
    got: set[str] = set()
    with ExitStack() as opened:
        with _in_plain_words(records.engine):
            take, holders = opened.enter_context(_taking(records.engine))
        while True:
            with _in_plain_words(records.engine):
                got.update(name for name in names if name not in got and take(_key(name), shared))
                left = set(names) - got
                if not left or time.monotonic() >= start + wait_s:
                    break
                if time.monotonic() >= tell_at:
                    tell_at = time.monotonic() + TOLD_EVERY_S
                    by = holders([_key(name) for name in left])
                    waited = round(time.monotonic() - start)
                    log("claims").warning("waits for others", claims=sorted(left), by=by, seconds=waited)
            time.sleep(POLL_S)
        yield frozenset(got)
        with _in_plain_words(records.engine, f"the claim on {', '.join(names)} was lost: "):
            opened.close()


def held(records: Records, name: str) -> bool:
    """Say whether anyone, be it this process, holds a claim on `name`. Raises RecordsUnavailable."""
    with asking(records) as is_held:
        return is_held(name)


@contextmanager
def asking(records: Records) -> Iterator[Callable[[str], bool]]:
    """Give what says whether anyone holds a claim on a name.

    Open it before the transaction in which you ask: to connect takes its time. Raises RecordsUnavailable.
    """
    with ExitStack() as opened:
        with _in_plain_words(records.engine):
            _, holders = opened.enter_context(_taking(records.engine))

        def is_held(name: str) -> bool:
            with _in_plain_words(records.engine):
                return bool(holders([_key(name)]))

        yield is_held
        with _in_plain_words(records.engine):
            opened.close()


@contextmanager
def _taking(engine: Engine) -> Iterator[tuple[Take, Holders]]:
    """Give what takes a lock on a key, shared or not, that lasts until the end, and says whether it could;
    and what tells who holds any of some keys, in words; none if nobody does.
    """
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

            def holders(keys: Collection[int]) -> str:
                found = (fcntl.fcntl(file, fcntl.F_OFD_GETLK, _lock(fcntl.F_WRLCK, key)) for key in keys)
                taken = any(struct.unpack(_FLOCK, lock)[0] != fcntl.F_UNLCK for lock in found)
                return "a process of this machine" if taken else ""

            yield take, holders
    else:
        with _session(engine) as session:
            yield (
                lambda key, shared: _take(session, key, shared),
                lambda keys: ", ".join(
                    f"process {pid} of the server for {who} at {at or 'its own machine'}"
                    for pid, at, who in session.execute(_HOLDERS, [list(keys)])
                ),
            )


def _take(session: Any, key: int, shared: bool) -> bool:
    taken, process = session.execute(_TAKE[shared], [key]).fetchone()
    if process != session.info.backend_pid:
        raise RecordsUnavailable(
            "something stands between this program and PostgreSQL, by which claims get lost (PgBouncer?);"
            " name the server itself in LANGNGHE_DATABASE_URL"
        )
    return bool(taken)


@contextmanager
def _file(engine: Engine) -> Iterator[int]:
    if not hasattr(fcntl, "F_OFD_SETLK"):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    # One name, by whatever link the database is reached.
    path = f"{os.path.realpath(engine.url.database or '')}-claims"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    _descriptors.add(file)
    try:
        yield file
    finally:
        _descriptors.discard(file)
        os.close(file)


@contextmanager
def _session(engine: Engine) -> Iterator[Any]:
    """Give a connection of the driver's own, outside the pool and every transaction.

    Raises the driver's error at its end if the connection was lost, and the locks with it.
    """
    pooled = engine.raw_connection()
    connection: Any = pooled.driver_connection
    pooled.detach()
    descriptor = connection.fileno()
    _descriptors.add(descriptor)
    try:
        connection.rollback()
        connection.autocommit = True
        connection.execute("SET idle_session_timeout = 0")
        yield connection
    except BaseException:
        with suppress(engine.dialect.loaded_dbapi.Error):
            connection.execute(_LET_GO)
        raise
    else:
        connection.execute(_LET_GO)
    finally:
        _descriptors.discard(descriptor)
        connection.close()


def _let_go_in_child() -> None:
    for descriptor in _descriptors:
        with suppress(OSError):
            os.close(descriptor)
    _descriptors.clear()


os.register_at_fork(after_in_child=_let_go_in_child)


@contextmanager
def _in_plain_words(engine: Engine, what: str = "") -> Iterator[None]:
    try:
        yield
    except (OSError, SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        cause = getattr(error, "orig", error)
        why, hint = str(cause).partition("\n")[0], "check disk and server"
        if isinstance(error, OSError) and error.errno in _NO_LOCKS:
            hint = "use a disk of this machine under Linux (no NFS), or PostgreSQL"
        raise RecordsUnavailable(f"{what}records {shown(engine.url)}: {why}; {hint}") from error


def _lock(kind: int, key: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, key, 1, 0)


def _key(name: str) -> int:
    """Return a name's place among the bytes of a file, and among PostgreSQL's keys."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 1
