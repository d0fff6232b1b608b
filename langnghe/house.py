"""The house: the settings and what they open, and the right to run in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Literal

import structlog

from core.archive import Archive
from core.errors import Busy, RecordsUnavailable
from core.logs import log
from core.records import Records, open_records, runs
from core.records.claims import hold
from core.records.opening import shown
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
        for part in ("engine", "generations", "records"):
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
        """Hold the right to fold copies and write them down, which runs and a rebuild take in turns.

        Nobody else may change meanwhile who leads, or one of the indices would keep what was so before.
        """
        with self._in_turn("folding"):
            yield

    @contextmanager
    def rearranging(self) -> Iterator[None]:
        """Hold the right to put partitions of the archive in the place of others, or to rely on their places.

        Whoever needs to be a run, or to collect, takes that first.
        """
        with self._in_turn("archive"):
            yield

    @contextmanager
    def collecting(self, *source_ids: str) -> Iterator[frozenset[str]]:
        """Bring in pages of sources, of each as the only one; give those that nobody else works on.

        Who waits for the right to rearrange the archive may hold this one alone (`nobody_collects`): take it
        first, or not at all.
        """
        with (
            hold(self.records, "collecting", shared=True, wait_s=inf),
            self.only_one_on(*source_ids) as free,
        ):
            yield free

    @contextmanager
    def only_one_on(self, *source_ids: str) -> Iterator[frozenset[str]]:
        """Work on sources as the only one; give those that nobody else works on."""
        names = {f"source:{source_id}": source_id for source_id in source_ids}
        with hold(self.records, *names) as got:
            yield frozenset(names[name] for name in got)

    @contextmanager
    def nobody_collects(self) -> Iterator[bool]:
        """Say whether no process brings in pages of any source, and let none begin until the end."""
        with hold(self.records, "collecting") as got:
            yield bool(got)

    @contextmanager
    def partition(self, path: str, wait_s: float = 0.0) -> Iterator[bool]:
        """Work on a partition of the archive as the only one; say whether that may be.

        Look again then what there is to do. Whoever rearranges the archive takes that right first, whoever
        folds copies takes it later.
        """
        with hold(self.records, f"partition:{path}", wait_s=wait_s) as got:
            yield bool(got)

    @contextmanager
    def alone(self, what: Literal["run", "rebuild"], wait_s: float = 0.0) -> Iterator[None]:
        """Be the only run, or the only rebuild. Who waits for that lets no other begin meanwhile.

        Raises Busy when there is one for longer than `wait_s`.
        """
        with self._claimed(what, f"next:{what}", wait_s=wait_s), self._claimed(what, what, wait_s=wait_s):
            yield

    @contextmanager
    def beside_others(self, run_id: str, wait_s: float = 0.0) -> Iterator[None]:
        """Be one of several runs, or of several that work in one. Raises Busy, as `alone` does."""
        with ExitStack() as claims:
            with self._claimed("run", "next:run", shared=True, wait_s=wait_s):
                names = ("run", runs.claimed(run_id))
                claims.enter_context(self._claimed("run", *names, shared=True, wait_s=wait_s))
            yield

    @contextmanager
    def _in_turn(self, name: str) -> Iterator[None]:
        """Hold a claim alone, however long that has to be waited for.

        Whoever waits stands at a gate, so that one who lets go and takes it again comes after.
        """
        with ExitStack() as claim:
            with hold(self.records, f"next:{name}", wait_s=inf):
                claim.enter_context(hold(self.records, name, wait_s=inf))
            yield

    @contextmanager
    def _claimed(self, what: str, *names: str, shared: bool = False, wait_s: float) -> Iterator[None]:
        with hold(self.records, *names, shared=shared, wait_s=wait_s) as got:
            if not got.issuperset(names):
                where = shown(self.records.engine.url)
                now = {run.command for run in runs.runs(self.records) if run.status == "running"}
                these = f" ({', '.join(sorted(now))})" if now else ""
                raise Busy(f"another {what} works on {where}{these}; try again when it has ended")
            yield

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
def running(
    house: House,
    command: str,
    run_id: str | None = None,
    wait_s: float = 0.0,
    *,
    alone: bool = False,
    part: str = "",
) -> Iterator[str]:
    """Open a run beside others, or `alone`, and close it as done or failed; give its id.

    Several processes may work in the run of one id at once, each at a `part` of its own. Raises Busy when a
    run that is alone goes on for longer than `wait_s`, or any run that this one can't be beside.
    """
    name, part = run_id or runs.new_id(), part or command
    begun, status = False, "failed"
    try:
        with ExitStack() as claims:
            if alone:
                claims.enter_context(house.alone("run", wait_s))
                claims.enter_context(hold(house.records, runs.claimed(name), shared=True))
            else:
                claims.enter_context(house.beside_others(name, wait_s))
            runs.start_run(house.records, command, name, part)
            begun = True
            with structlog.contextvars.bound_contextvars(run=name):
                yield name
        status = "done"
    finally:
        if begun:
            _close(house, name, status, part)


def _close(house: House, run_id: str, status: str, part: str) -> None:
    try:
        runs.finish_run(house.records, run_id, status, part)
    except RecordsUnavailable as error:
        log("pipeline").error("run not closed", run=run_id, error=str(error))
