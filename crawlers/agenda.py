"""What one run of a source takes up: what is found fresh, then followed threads, then what is due."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from core.contracts import VIETNAM
from core.records import tombstones
from core.records.crawled import seen
from core.records.follows import followed_threads
from core.records.visits import begin_walk, due_visits, visits
from core.urls import page_id
from crawlers.batches import Crawl
from crawlers.schedule import Candidate, Plan, Turn, plan, turn
from crawlers.source import SourceSpec
from crawlers.tasks import Link, What


class Agenda:
    """What a run of one source asks for, and what it leaves: each address is taken up once."""

    def __init__(self, spec: SourceSpec, crawl: Crawl) -> None:
        """Plan for `spec` as part of `crawl`."""
        self.spec = spec
        self.records = crawl.records
        self.dated = crawl.dated
        self.known: set[str] = set()  # ids of addresses that this run has taken up or left
        self.left = crawl.settings.crawl.pages_per_run
        self.slack = timedelta(minutes=spec.every_minutes) / 2
        self.passed_over = 0
        self.waiting = 0  # pages that are listed and known, and not due
        self.resting = 0  # pages that gave nothing lately and are left alone for a while
        self.listed: dict[str, Candidate] = {}  # pages that are listed and due: their turn comes last
        self.follows: dict[str, str] = {}  # addresses of followed threads by id
        self.whole_before = False  # the run before took up all that it found

    async def open(self) -> None:
        """Learn how the run before ended, and which threads people follow."""
        self.whole_before = await asyncio.to_thread(begin_walk, self.records, self.spec.id)
        marks = await asyncio.to_thread(followed_threads, self.records, self.spec.id)
        self.follows = {mark.thread_id: mark.url for mark in marks}

    def wanted(self, links: Sequence[Link], *, given: bool = False) -> dict[str, Candidate]:
        """Return by id those of `links` that this source wants and this run has not taken up.

        What is `given` is wanted whatever its address looks like.
        """
        found: dict[str, Candidate] = {}
        for link in links:
            kind = self.spec.kind_of(link.url) or ("article" if given else None)
            if kind is None or not self.spec.has(link.url) or not self._of_its_days(link):
                continue
            name = page_id(link.url)
            if name not in self.known:
                found.setdefault(name, Candidate(name, link.url, What(kind), link.published_at))
        return found

    def _of_its_days(self, link: Link) -> bool:
        """Say whether the run wants pages of the day that a list gives for `link`, if it gives one."""
        if self.dated is None or link.published_at is None:
            return True
        return self.dated[0] <= link.published_at.astimezone(VIETNAM).date() <= self.dated[1]

    async def fresh(self, wanted: dict[str, Candidate]) -> tuple[Sequence[Candidate], set[str]]:
        """Return which of `wanted` are asked for at once, and which are never: they were erased."""
        candidates, erased = await self._remembered(wanted)
        # Another discovery page may have led to the same meanwhile.
        candidates = [c._replace(listed=True) for c in candidates if c.id not in self.known]
        now = datetime.now(UTC)
        due = {c.id: c for c in candidates if turn(c, now, self.slack) in {Turn.FOLLOWED, Turn.DUE}}
        self.listed |= due
        chosen = self._take(plan([c for c in candidates if c.id not in due], now, self.left))
        self.known |= wanted.keys() - due.keys()
        return chosen, erased

    async def given(self, wanted: dict[str, Candidate]) -> tuple[Sequence[Candidate], set[str]]:
        """Return what is asked for of `wanted`, which somebody named, due or not; and what was erased."""
        candidates, erased = await self._remembered(wanted)
        return self._take(Plan(tuple(candidates[: self.left]), len(candidates[self.left :]))), erased

    async def due(self) -> Sequence[Candidate]:
        """Return which known pages are asked for: call it when all that is fresh has been taken up."""
        now = datetime.now(UTC)
        links = await asyncio.to_thread(self._due_links, now)
        further = {name: c for name, c in self.wanted(links).items() if name not in self.listed}
        candidates = [*self.listed.values(), *(await self._remembered(further))[0]]
        self.known |= {c.id for c in candidates}
        return self._take(plan(candidates, now, self.left, self.slack))

    def _take(self, made: Plan) -> Sequence[Candidate]:
        self.passed_over += made.passed_over
        self.waiting += made.waiting
        self.resting += made.resting
        self.left -= len(made.chosen)
        return made.chosen

    def _due_links(self, now: datetime) -> list[Link]:
        known = visits(self.records, list(self.follows))
        threads = [known[name].url if name in known else url for name, url in self.follows.items()]
        due = due_visits(self.records, self.spec.id, now + self.slack, self.left + 1)
        return [Link(url=url) for url in (*threads, *(visit.url for visit in due))]

    async def _remembered(self, wanted: dict[str, Candidate]) -> tuple[list[Candidate], set[str]]:
        """Return `wanted` with what is remembered of them, without what was erased, and the ids of that."""
        names = list(wanted)
        erased = await asyncio.to_thread(tombstones.erased_ids, self.records, names)
        visited = await asyncio.to_thread(visits, self.records, names)
        asked = {name: page_id(v.ended_at) for name, v in visited.items() if v.ended_at}
        before = await asyncio.to_thread(seen, self.records, [*names, *asked.values()])
        self.known |= erased
        candidates = [
            c._replace(
                before=before.get(asked.get(name, name)),
                visit=visited.get(name),
                followed=name in self.follows,
            )
            for name, c in wanted.items()
            if name not in erased
        ]
        return candidates, erased
