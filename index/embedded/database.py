"""The engine's file: connections for many threads and processes, transactions, and errors in plain words."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import IndexUnavailable, IndexUnusable
from index.embedded import schema

# A batch holds the write lock for well under a second; thirty of them may queue before anyone gives up.
BUSY_S = 30.0
# Pages kept in memory by a connection (KiB, negative by SQLite's convention): holds the narrow rows and
# indices of some 200,000 documents.
CACHE_KIB = -65_536
# Connections kept for the next who asks, each with such a cache.
IDLE = 4
# The journal is copied into the file when it holds this many pages (32 MB). Batches of 200 articles were
# written a tenth to a quarter faster than with SQLite's 1,000.
CHECKPOINT_PAGES = 8_000

_REASONS = {
    sqlite3.SQLITE_NOTADB: "is damaged or no index; `langnghe rebuild` makes it anew",
    sqlite3.SQLITE_CORRUPT: "is damaged; `langnghe rebuild` makes it anew",
    sqlite3.SQLITE_FULL: "can't grow, the disk is full; make room and run again, nothing is lost",
    sqlite3.SQLITE_IOERR: "can't be read or written, the disk may be full or failing; nothing is lost",
    sqlite3.SQLITE_BUSY: f"has been in use by another process for {BUSY_S:.0f} s; run again",
    sqlite3.SQLITE_LOCKED: f"has been in use by another process for {BUSY_S:.0f} s; run again",
    sqlite3.SQLITE_READONLY: "may not be written; check who owns the file and its folder",
    sqlite3.SQLITE_PERM: "may not be opened; check who owns the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "can't be opened; check that the folder exists and may be written",
    sqlite3.SQLITE_ERROR: "lacks a part; `langnghe rebuild` makes it anew",
}


class Database:
    """Connections to one file, lent to one thread at a time and kept for the next.

    WAL mode: readers never wait and see the state of the last commit; writers queue. A transaction cut off
    by a kill is gone as a whole at the next opening. `synchronous` is NORMAL: after a power cut the last
    commits may be missing, but the index is made from archive and records and catches up from them.

    The path may be a link (`index.embedded.generations`): it is read again with each lending, so that what
    is lent after it was changed leads to the new file. What is lent before keeps the old one to the end.
    """

    def __init__(self, path: Path) -> None:
        """Open `path`, laying the tables in a new file. Raises IndexUnavailable if it can't be used."""
        self.path = path
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexUnavailable(f"the index {path} can't be made: {error.strerror or error}") from error
        try:
            self._make()
        except IndexUnavailable:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees one unchanging state of the file."""
        with self.lent() as connection, _transaction(connection, "BEGIN"):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that alone may write; all is committed at the end, or nothing after an error."""
        with self.lent() as connection, _transaction(connection, "BEGIN IMMEDIATE"):
            yield connection

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection without a transaction."""
        with self._in_plain_words():
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Close what is not lent; what is lent is closed when it comes back."""
        with self._lock:
            self._closed = True
        self._drop_idle()

    def _make(self) -> None:
        with self._in_plain_words():
            connection = _connect(target(self.path), new=True)
            try:
                self._prepare(connection)
            finally:
                self._give_back(connection)

    def _take(self) -> "_Connection":
        while True:
            with self._lock:
                if self._closed:
                    raise IndexUnavailable(f"the index {self.path} has been closed")
                connection = self._idle.pop() if self._idle else None
            serving = target(self.path)
            if connection is not None and connection.file == serving:
                return connection
            if connection is not None:
                connection.close()
                self._drop_idle()  # they all lead to a file that serves no more
            try:
                made = _connect(serving, new=False)
            except sqlite3.OperationalError:
                if target(self.path) == serving:
                    raise
                continue  # it was replaced and dropped within this moment
            if fault := schema.fault(made):
                made.close()
                raise IndexUnusable(f"the index {self.path} {fault}")
            return made

    def _give_back(self, connection: "_Connection") -> None:
        with self._lock:
            if not self._closed and len(self._idle) < IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # A mistake of ours, not a fault of the file.
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            reason = _REASONS.get(code, "can't be used")
            raise IndexUnavailable(f"the index {self.path} {reason}") from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if schema.is_new(connection):
            _use_wal(connection)
            with _transaction(connection, "BEGIN IMMEDIATE"):
                if schema.is_new(connection):  # Another process may have been first.
                    schema.make(connection)
        if fault := schema.fault(connection):
            raise IndexUnusable(f"the index {self.path} {fault}")


class _Connection(sqlite3.Connection):
    """A connection that knows which file it leads to."""

    file: Path


def target(path: Path) -> Path:
    """Return the file that `path` leads to: what it links to, else itself."""
    try:
        return path.parent / path.readlink()
    except OSError:
        return path


def _connect(file: Path, *, new: bool) -> _Connection:
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={'rwc' if new else 'rw'}",
        uri=True,
        timeout=BUSY_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        factory=_Connection,
    )
    connection.file = file
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = {CACHE_KIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
        # Freed pages are not blanked, as Debian's SQLite would do: `removing` copies the file without them.
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Change a new file to WAL mode, which stays with it. Processes that make it at once take turns."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # For this one statement SQLite does not wait by itself.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some errors (disk full), and then refuses to do it again.
        with suppress(sqlite3.OperationalError):
            connection.execute("ROLLBACK")
        raise
