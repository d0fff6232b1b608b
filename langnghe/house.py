"""The house: the settings and what they open, and the right to run in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout

from core.archive import Archive
from core.errors import BadUsage, Busy, RecordsUnavailable
from core.logs import log
from core.records import Records, open_records, runs
from core.settings import Settings
from core.spool import Spool
from crawlers.source import Sources, load_sources
from index import open_generations
from index.engine import Engine
from index.generations import Generations

if TYPE_CHECKING:
    from nlp.analyser import Analyser
    from nlp.in_use import Shelf


@dataclass(frozen=True)
class House:
    """The settings and what they open. Each part is opened when first used."""

    settings: Settings

    @cached_property
    def records(self) -> Records:
        """The records database."""
        return open_records(self.settings)

    @cached_property
    def archive(self) -> Archive:
        """The archive of pages."""
        return Archive.of(self.settings)

    @cached_property
    def spool(self) -> Spool:
        """Analysed documents that wait for the index."""
        return Spool(self.settings.data_dir / "analysed")

    @cached_property
    def engine(self) -> Engine:
        """The search engine."""
        return self.generations.open()

    @cached_property
    def generations(self) -> Generations:
        """The generations of the index."""
        return open_generations(self.settings)

    def close(self) -> None:
        """Close what was opened."""
        for part in ("engine", "records"):
            if part in self.__dict__:
                self.__dict__.pop(part).close()

    @contextmanager
    def building(self) -> Iterator[Engine | None]:
        """Give the generation that is being built beside the serving one, if any."""
        name = self.generations.building()
        if name is None:
            yield None
            return
        engine = self.generations.build(name)
        try:
            yield engine
        finally:
            engine.close()

    @contextmanager
    def engines(self) -> Iterator[list[Engine]]:
        """Give the serving index, and the one that is being built beside it, if any."""
        with self.building() as beside:
            yield [self.engine] if beside is None else [self.engine, beside]

    def drop_leftovers(self) -> None:
        """Drop the generations that a killed rebuild left: neither the serving nor the half-built one.

        Only for who is `alone` with a rebuild's right.
        """
        kept = {self.generations.serving(), self.generations.building()}
        for name in self.generations.names():
            if name not in kept:
                self.generations.drop(name)

    @contextmanager
    def folding(self) -> Iterator[None]:
        """Hold the right to fold copies and write them down, which a run and a rebuild take in turns.

        Between the two no other may change who leads, or one of the indices would keep what was so before.
        """
        with self._lock("folding"):
            yield

    @contextmanager
    def rearranging(self) -> Iterator[None]:
        """Hold the right to put partitions of the archive in the place of others, or to rely on their places.

        Whoever needs the data folder too (a run) takes that first.
        """
        with self._lock("archive"):
            yield

    @contextmanager
    def alone(self, what: Literal["run", "rebuild"], wait_s: float = 0.0) -> Iterator[None]:
        """Be the only run, or the only rebuild. Raises Busy when there is one for longer than `wait_s`."""
        lock = self._lock(what)
        try:
            lock.acquire(timeout=wait_s)
        except Timeout as error:
            folder = self.settings.data_dir
            raise Busy(f"another {what} works on {folder}; try again when it has ended") from error
        with lock:
            yield

    def _lock(self, name: str) -> FileLock:
        try:
            self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadUsage(
                f"data folder {self.settings.data_dir}: {error.strerror}; choose another"
            ) from error
        return FileLock(self.settings.data_dir / f"{name}.lock")

    @cached_property
    def analyser(self) -> Analyser:
        """The models in use."""
        from nlp.analyser import Analyser

        return Analyser.of(self.shelf.folders())

    @cached_property
    def shelf(self) -> Shelf:
        """Where models are: in `models_dir`, or in `models` of the data folder before the packaged ones."""
        from nlp.analyser import PACKAGED
        from nlp.in_use import Shelf

        given = self.settings.models_dir
        return Shelf(given) if given else Shelf(self.settings.data_dir / "models", PACKAGED)

    @cached_property
    def sources(self) -> Sources:
        """The source files, with what is wrong in any of them."""
        return load_sources(self.settings.sources_dir)


@contextmanager
def running(house: House, command: str, run_id: str | None = None, wait_s: float = 0.0) -> Iterator[str]:
    """Hold the data folder, open a run and close it as done or failed; give its id.

    Raises Busy when another run holds the folder for longer than `wait_s`.
    """
    with house.alone("run", wait_s):
        name = runs.start_run(house.records, command, run_id)
        try:
            yield name
        except BaseException:
            _close(house, name, "failed")
            raise
        _close(house, name, "done")


def _close(house: House, run_id: str, status: str) -> None:
    try:
        runs.finish_run(house.records, run_id, status)
    except RecordsUnavailable as error:
        log("pipeline").error("run not closed", run=run_id, error=str(error))
