"""Generations as files: `index-NAME.db`, of which the one that serves is the target of the link `index.db`.

Links are replaced by renaming, which is one step to everyone who looks. Another link, `index.db.next`, leads
to the generation that is being built; renaming it is what lets that serve. (Linux: `rename(2)` replaces a
link, and does not follow it.)
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from core.errors import IndexUnavailable
from index.embedded.database import BUSY_S, Database, target
from index.embedded.engine import EmbeddedEngine
from index.embedded.removing import empty_journal

_FILE = re.compile(r"-([A-Za-z0-9-]+)\.db")
_PARTS = ("", "-wal", "-shm")  # a file and what SQLite keeps beside it


class EmbeddedGenerations:
    """`index.generations.Generations` in one folder."""

    def __init__(self, path: Path) -> None:
        """Look after the generations beside `path`, the link; nothing is touched yet."""
        self.path = path
        self._next = path.with_name(f"{path.name}.next")

    def open(self) -> EmbeddedEngine:
        """Open the serving generation, beginning a first one if there is none, and follow each swap."""
        with self._in_plain_words():
            if not self.path.is_symlink() and not self.path.exists():
                self._link(self.path, self._file(f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"))
        return EmbeddedEngine(self.path)

    def serving(self) -> str | None:
        """Return the name of the generation that serves; None for a file that is not one of several."""
        return self._name(target(self.path))

    def building(self) -> str | None:
        """Return the name of the generation that is being built, if any."""
        return self._name(target(self._next))

    def build(self, name: str) -> EmbeddedEngine:
        """Open the generation `name` for writing, beginning it if need be."""
        if name not in (self.building(), self.serving()):
            with self._in_plain_words():
                self._next.unlink(missing_ok=True)
                self._link(self._next, self._file(name))
        return EmbeddedEngine(self._file(name))

    def swap(self, name: str) -> None:
        """Let `name` serve; a file from before there were generations goes with this."""
        file = self._file(name)
        with self._in_plain_words():
            if not file.is_file():
                raise IndexUnavailable(f"the index {file} is not there; `langnghe rebuild` makes one anew")
            if self.building() != name:
                self._next.unlink(missing_ok=True)
                self._link(self._next, file)
            self._settle(file)
            plain = self.path.is_file() and not self.path.is_symlink()
            self._next.replace(self.path)
            self._sync_folder()
            for part in _PARTS[1:] if plain else ():
                self.path.with_name(self.path.name + part).unlink(missing_ok=True)

    def drop(self, name: str) -> None:
        """Remove a generation that does not serve."""
        if name == self.serving():
            raise IndexUnavailable(f"the index {self._file(name)} serves and can't be dropped")
        with self._in_plain_words():
            if name == self.building():
                self._next.unlink()
            for part in _PARTS:
                file = self._file(name)
                file.with_name(file.name + part).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Return all that there are, in order of name."""
        found = (self._name(file) for file in self.path.parent.glob(f"{self.path.stem}-*.db"))
        return sorted(name for name in found if name)

    def close(self) -> None:
        """Nothing is kept open."""

    def _file(self, name: str) -> Path:
        return self.path.with_name(f"{self.path.stem}-{name}.db")

    def _name(self, file: Path) -> str | None:
        found = _FILE.fullmatch(file.name.removeprefix(self.path.stem))
        return found.group(1) if found else None

    def _settle(self, file: Path) -> None:
        """Let all that is written in `file` outlast a power cut: what it is made from may go after this."""
        database = Database(file)
        try:
            if not empty_journal(database, BUSY_S):
                raise IndexUnavailable(f"the index {file} is being read, its journal stays; run again")
        finally:
            database.close()

    def _sync_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _link(self, link: Path, file: Path) -> None:
        link.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another process was first
            link.symlink_to(file.name)

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise IndexUnavailable(
                f"the index {self.path} can't be changed: {error.strerror or error}; check its folder"
            ) from error
