"""Retention: what is older than its class may be goes, from archive, index and signatures.

Classes are those of the index, a person's word before the model's; ages count from the day a text is dated,
in Vietnam. First the archive, partition by partition, while the index still knows what is due, then
signatures, at last the index: cut off at any point, the next time finds what is left. What a source still
lists is remembered as seen, by address and hash, and not collected again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from core.contracts import VIETNAM, Contract
from core.errors import PartitionDamaged
from core.records import Records, decisions, notices
from index.engine import Query
from langnghe.erasing import forget
from langnghe.house import House
from langnghe.partitions import clear, rewrite


class Pruned(Contract):
    """How many texts of each class were due, and partitions dropped or rewritten; none of it if `dry_run`.

    `unjudged` are pages of the archive that the index does not hold, as old as relevant ones may get.
    `unsearched` are damaged partitions, which were left alone.
    """

    irrelevant: int
    relevant: int
    decided: int
    unjudged: int
    dropped: int = 0
    rewritten: int = 0
    unsearched: tuple[str, ...] = ()
    dry_run: bool


def prune(house: House, now: datetime, *, dry_run: bool = False) -> Pruned:
    """Remove what is due at `now`, or say how much that would be. Call it as a run that is alone.

    Raises Busy while an index is being rebuilt.
    """
    with house.alone("rebuild"):
        if not dry_run:
            house.drop_leftovers()
        with house.engines() as engines:
            for engine in engines:  # what people decided must be in force to count
                engine.apply(decisions.triages(house.records))
        due = _due(house, now.astimezone(VIETNAM).date())
        with house.rearranging():
            pruned = _out_of_archive(house, due, dry_run=dry_run)
        if not dry_run:
            _out_of_index(house, due)
        return pruned


@dataclass
class _Due:
    """What is due: page ids by class, and the questions that find the undecided in the index.

    `kept` are pages on which somebody decided, up to the decision number `seq`. A partition whose day is not
    after `old` holds no page that may be kept without a judgement.
    """

    irrelevant: set[str]
    relevant: set[str]
    decided: set[str]
    queries: tuple[Query, ...]
    sources: set[str]
    kept: set[str]
    seq: int
    old: date
    unjudged: set[str] = field(default_factory=set)

    def classes(self) -> tuple[set[str], ...]:
        """Return the page ids, class by class."""
        return self.irrelevant, self.relevant, self.decided, self.unjudged

    def of(self, names: Sequence[str]) -> set[str]:
        """Return those of `names` that are due."""
        return {name for name in names for pages in self.classes() if name in pages}

    def heed(self, records: Records) -> None:
        """Keep the pages on which somebody has decided meanwhile."""
        for decision in decisions.decisions(records, after=self.seq):
            self.seq = decision.seq
            self.kept.add(decision.page_id)
            for pages in self.classes():
                pages.discard(decision.page_id)


def _due(house: House, today: date) -> _Due:
    days = house.settings.retention
    irrelevant, relevant, decided = (
        today - timedelta(days=n + 1) for n in (days.irrelevant_days, days.relevant_days, days.decided_days)
    )
    queries = (
        Query(relevant=False, decided=False, until=irrelevant),
        Query(relevant=True, decided=False, until=relevant),
    )
    register = decisions.decisions(house.records)
    last = {d.page_id: d.at.astimezone(VIETNAM).date() for d in register}
    sources: set[str] = set()

    def found(query: Query) -> set[str]:
        ids = set()
        for hit in house.engine.scan(query):
            ids.add(hit.document.id)
            sources.add(hit.document.page.source_id)
        return ids

    old_decided = found(Query(relevant=None, decided=True, until=decided))
    return _Due(
        irrelevant=found(queries[0]),
        relevant=found(queries[1]),
        # One that the register does not know is the index's alone, as of records that were put back.
        decided={page_id for page_id in old_decided if last.get(page_id, date.max) <= decided},
        queries=queries,
        sources=sources,
        kept=set(last),
        seq=register[-1].seq if register else 0,
        old=relevant,
    )


def _out_of_archive(house: House, due: _Due, *, dry_run: bool) -> Pruned:
    if not dry_run:
        house.archive.sweep()
        clear(house)
    dropped, rewritten, unsearched = 0, 0, []
    for path in list(house.archive.partitions()):
        partition = house.archive.describe(path, 0)
        old = date.fromisoformat(partition.day) <= due.old
        if not old and partition.source_id not in due.sources:
            continue
        try:
            names = [name.id for name in house.archive.names(path)]
            if old:
                due.unjudged |= {n for n in names if n not in due.kept and house.engine.get(n) is None}
            if not dry_run:
                due.heed(house.records)
            gone = due.of(names)
            if gone and not dry_run:
                left = rewrite(house, path, gone)
                dropped, rewritten = dropped + (left is None), rewritten + (left is not None)
        except PartitionDamaged:
            unsearched.append(path)
    return Pruned(
        irrelevant=len(due.irrelevant),
        relevant=len(due.relevant),
        decided=len(due.decided),
        unjudged=len(due.unjudged),
        dropped=dropped,
        rewritten=rewritten,
        unsearched=tuple(unsearched),
        dry_run=dry_run,
    )


def _out_of_index(house: House, due: _Due) -> None:
    due.heed(house.records)
    pages = set().union(*due.classes())
    with house.folding(), house.engines() as engines:
        forget(house, engines, sorted(pages))
        for query in due.queries:
            house.engine.prune(query)
        house.engine.remove(due.decided)
        for beside in engines[1:]:  # by another model its classes may be others
            beside.remove(pages)
    notices.forget_alerts(house.records, pages)
