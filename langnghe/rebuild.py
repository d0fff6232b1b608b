"""A new index from archive and records, by the models in use, made while the old one serves.

The long part holds no run up: partition by partition is analysed anew and written to a new generation, and
the records keep which ones it holds, so that a kill costs one partition. Copies and stories are those of the
signatures, which all generations share. The end is a run: what came in meanwhile is added, decisions are put
into force, all is counted, the new generation takes over, and is looked at once more before the old one goes.
"""

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import UTC, datetime

from core.archive import Name, Partition
from core.contracts import Contract, Page, Triage
from core.errors import Busy, IndexUnavailable, PartitionDamaged, StageFailed
from core.outcomes import Result, Stage
from core.records import crawled, decisions, runs, tombstones
from index.engine import Engine, Query
from langnghe import pipeline
from langnghe.house import House, running
from langnghe.indexing import index_documents

# How long the end waits for runs at first, before it looks for what they have brought; then ever longer, so
# that workers who follow each other without a gap don't keep it out. No run begins while it waits.
WAIT_S, LONGEST_WAIT_S = 5.0, 300.0
SAMPLE = 200  # documents that are asked for one by one

OnProgress = Callable[[int, int], None]


class Rebuilt(Contract):
    """What a rebuild made: the generation, of how many partitions and documents, by which model.

    `resumed` partitions an earlier try had done. `damaged` ones were set aside, and so were pages that could
    not be analysed (`quarantined`). `decided` documents have a decision in force.
    """

    run_id: str
    generation: str
    model: str
    partitions: int
    resumed: int
    damaged: tuple[str, ...]
    quarantined: int
    documents: int
    decided: int


def rebuild(house: House, on_progress: OnProgress | None = None) -> Rebuilt:
    """Make a new generation of the index and let it serve; go on where an earlier try was cut off.

    `on_progress` hears how many partitions are done, of how many. Raises Busy when another rebuild is under
    way, and StageFailed when the new generation is not what archive and records say: it is dropped then, and
    the old one serves on.
    """
    with house.alone("rebuild"):
        name, engine = _begin(house)
        try:
            return _Rebuild(house, name, engine, on_progress or (lambda done, of: None)).whole()
        finally:
            engine.close()


def _begin(house: House) -> tuple[str, Engine]:
    """Return the generation to work on: the one that was begun by the models in use, else a new one."""
    model = house.analyser.info
    by = hashlib.sha256(f"{model.name} {model.version} {model.threshold}".encode()).hexdigest()[:8]
    generations, records = house.generations, house.records
    with house.folding():  # a run must not take up what is dropped here
        serving = generations.serving()
        begun = generations.building()
        if begun is None and serving and crawled.partitions_built(records, serving):
            begun = serving  # cut off after the swap
        if begun is not None and begun.endswith(by):
            engine = _taken_up(house, begun)
            if engine is not None:
                return begun, engine
        for other in generations.names():
            if other != serving:
                generations.drop(other)
        crawled.forget_built(records)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{by}"
        return name, generations.build(name)


def _taken_up(house: House, name: str) -> Engine | None:
    """Return a generation that was begun, or None if it holds not what the records say that it does."""
    try:
        engine = house.generations.build(name)
        if engine.size() or not crawled.partitions_built(house.records, name):
            return engine
        engine.close()
    except IndexUnavailable:  # damaged, or laid out by another version
        pass
    return None


class _Rebuild:
    """One generation on its way."""

    def __init__(self, house: House, name: str, engine: Engine, on_progress: OnProgress) -> None:
        self.house = house
        self.name = name
        self.engine = engine
        self.on_progress = on_progress
        self.run_id = f"rebuild-{name}"
        self.resumed = crawled.partitions_built(house.records, name)
        self.names: dict[str, list[Name]] = {}  # of the pages in each partition
        self.damaged: set[str] = set()
        # What could not be analysed before: only of this, and of what fails now, the analysis has to tell.
        self.failed = {q.item for q in runs.quarantined(house.records) if q.stage is Stage.ANALYSE}

    def whole(self) -> Rebuilt:
        """Build until nothing is left but what only a run may do, and do that."""
        wait_s = WAIT_S
        while True:
            self.build()
            self.read_names()
            try:
                with (
                    running(self.house, "rebuild", self.run_id, wait_s, alone=True),
                    self.house.rearranging(),
                ):
                    return self.finish()
            except Busy:  # a run goes on, and may bring more
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def build(self) -> None:
        """Bring in what the records know and the generation lacks; what can't be read is left for the end."""
        while self.build_known():
            pass

    def build_known(self) -> bool:
        """Bring in what is known now; say whether others took the place of some meanwhile."""
        missed = set()
        waiting = crawled.partitions_to_build(self.house.records, self.name)
        done = crawled.partitions_built(self.house.records, self.name)
        total = done + len(waiting)
        self.on_progress(done, total)
        for partition in waiting:
            try:
                pages = self.house.archive.read(partition.path)
            except PartitionDamaged:
                missed.add(partition.path)
                continue
            self.add(partition, pages)
            done += 1
            self.on_progress(done, total)
        return bool(missed and missed - crawled.known_partitions(self.house.records))

    def add(self, partition: Partition, pages: list[Page]) -> None:
        """Analyse the pages of a partition and write them down."""
        documents, judged = pipeline.analyse_pages(self.house, pages)
        written = index_documents(self.house, documents, self.engine)
        judged = [o for o in judged if o.result is Result.QUARANTINED or o.item in self.failed]
        crawled.partition_built(
            self.house.records, self.run_id, partition.path, self.name, [*judged, *written]
        )
        self.names[partition.path] = [Name(p.id, p.thread_id, p.parent_id) for p in pages]

    def read_names(self, tried: Set[str] | None = None) -> None:
        """Know the pages of all partitions, also of those that an earlier try had built.

        What was not `tried` and is not built has just been handed in by HTTP: it waits for the next run.
        """
        self.damaged.clear()
        while True:
            known = crawled.known_partitions(self.house.records)
            if tried is not None:
                left = {p.path for p in crawled.partitions_to_build(self.house.records, self.name)}
                known -= left - tried
            self.damaged &= known
            for path in self.names.keys() - known:
                del self.names[path]  # rewritten or merged meanwhile
            unread = known - self.names.keys() - self.damaged
            if not unread:
                return
            for path in unread:
                try:
                    self.names[path] = self.house.archive.names(path)
                except PartitionDamaged:
                    self.damaged.add(path)

    def finish(self) -> Rebuilt:
        """Catch up, verify, swap, and let the old generation go. Only within a run that holds the archive."""
        house, generations = self.house, self.house.generations
        pipeline.adopt(house, self.run_id)
        waiting = crawled.partitions_to_build(house.records, self.name)
        for partition in waiting:
            pages = pipeline.read_partition(house, self.run_id, Stage.INDEX, partition, None)
            if pages is not None:
                self.add(partition, pages)
        self.read_names(tried={partition.path for partition in waiting})
        triages = decisions.triages(house.records)
        self.engine.apply(triages)
        documents = self.pages_to_hold()
        before = generations.serving()
        if before != self.name:
            try:
                self.verify(self.engine, documents, triages)
            except StageFailed:
                self.give_up()
                raise
            generations.swap(self.name)
        triages = decisions.triages(
            house.records
        )  # whoever decided before the swap may have told the old one
        house.engine.apply(triages)
        try:
            decided = self.verify(house.engine, documents, triages)
        except StageFailed:
            if before is not None and before != self.name:
                generations.swap(before)
                self.give_up()
            crawled.forget_built(house.records)
            raise
        for other in generations.names():
            if other != self.name:
                generations.drop(other)
        built = crawled.partitions_built(house.records, self.name)
        crawled.finish_built(house.records, self.name)
        failed = runs.outcome_counts(house.records, self.run_id)
        return Rebuilt(
            run_id=self.run_id,
            generation=self.name,
            model=f"{house.analyser.info.name} {house.analyser.info.version}",
            partitions=built,
            resumed=self.resumed,
            damaged=tuple(sorted(self.damaged)),
            quarantined=failed[Stage.ANALYSE, Result.QUARANTINED, "analysis_failed"],
            documents=len(documents),
            decided=decided,
        )

    def give_up(self) -> None:
        """Drop the generation: trying again begins anew."""
        self.house.generations.drop(self.name)
        crawled.forget_built(self.house.records)

    def pages_to_hold(self) -> set[str]:
        """Return the ids of the pages that the generation must hold, and see that it holds no erased one."""
        stones = {t.page_id for t in tombstones.tombstones(self.house.records)}
        erased = {n.id for names in self.names.values() for n in names if stones.intersection(n)}
        held = [page_id for page_id in erased if self.engine.get(page_id)]
        self.engine.remove(held)
        pages = {n.id for names in self.names.values() for n in names} - erased
        failed = {q.item for q in runs.quarantined(self.house.records) if q.stage is not Stage.CRAWL}
        return pages - {page_id for page_id in failed & pages if self.engine.get(page_id) is None}

    def verify(self, engine: Engine, pages: set[str], triages: Mapping[str, Triage]) -> int:
        """Return how many documents have a decision. Raises StageFailed if something is not as it must be."""
        held = engine.size()
        if held != len(pages) and not (self.damaged and held > len(pages)):
            raise _failed(f"holds {held} documents, not the {len(pages)} of the archive")
        in_force = {hit.document.id: hit.triage for hit in engine.scan(Query(relevant=None, decided=True))}
        decided = pages & triages.keys()
        for page_id in decided:
            if page_id not in in_force or in_force[page_id].seq < triages[page_id].seq:
                raise _failed(f"lacks the decision on text {page_id}")
        for page_id in _sample(pages):
            if engine.get(page_id) is None:
                raise _failed(f"does not give text {page_id}")
        return len(decided)


def _sample(pages: Iterable[str]) -> list[str]:
    ordered = sorted(pages)
    return random.Random(0).sample(ordered, min(SAMPLE, len(ordered)))  # noqa: S311 - no secret


def _failed(why: str) -> StageFailed:
    return StageFailed(f"the new index {why}; it does not come into use; run `langnghe rebuild` again")
