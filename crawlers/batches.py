"""Batches: what a source gave goes to the archive first, then to the records, all in one piece."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scrapy.crawler import Crawler

from core.archive import Archive
from core.contracts import Page
from core.errors import LangngheError, StageFailed
from core.outcomes import Outcome, Result
from core.records import Records
from core.records.crawled import Seen, record_batch
from core.records.hosts import Spent
from core.records.visits import Visit
from core.settings import Settings
from core.source_days import SourceDay
from crawlers.budget import Purse
from crawlers.failures import named
from crawlers.hosts import Hosts
from crawlers.profile import Profile
from crawlers.readers import Readers
from crawlers.run import Days
from crawlers.tasks import Shape


@dataclass(frozen=True)
class Haul:
    """What one answer of a server gave: pages, what to remember, and one outcome for each item.

    `visits` say when the pages that were asked for have their next turn, `fresh` are the ids of pages that
    were never seen before, `shape` is how an article's page is made.
    """

    pages: tuple[Page, ...] = ()
    texts: tuple[Seen, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    visits: tuple[Visit, ...] = ()
    fresh: frozenset[str] = frozenset()
    shape: Shape | None = None


@dataclass(frozen=True)
class Crawl:
    """What all sources of a crawl share: where things are written, who parses, and who is told.

    `tell` hears outcomes that are written down, `finished` what a source's robots.txt and discovery gave;
    `fail` ends the crawl with an error that concerns all sources: the archive or the records are gone.
    `dated` are the days of which pages are wanted, if not of all.
    """

    settings: Settings
    run_id: str
    archive: Archive
    records: Records
    readers: Readers
    hosts: Hosts
    tell: Callable[[Sequence[Outcome]], None]
    finished: Callable[[str, Mapping[str, tuple[bool, str]]], None]
    fail: Callable[[LangngheError], None]
    dated: Days | None = None
    told: set[str] = field(default_factory=set)  # items that have their outcome


@dataclass
class Batch:
    """Hauls of one source that wait to be written."""

    pages: list[Page] = field(default_factory=list)
    texts: list[Seen] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def add(self, haul: Haul) -> None:
        """Take in what one answer gave."""
        self.pages.extend(haul.pages)
        self.texts.extend(haul.texts)
        self.outcomes.extend(haul.outcomes)
        self.visits.extend(haul.visits)


class Batches:
    """The pipeline of one source: gathers hauls and writes them by number or time, whichever comes first.

    A kill loses only what was not yet archived; the next run fetches that again, as nothing remembers it.
    """

    def __init__(
        self, crawl: Crawl, source_id: str, counts: Counter[tuple[Result, str]], purse: Purse
    ) -> None:
        """Gather for one source of `crawl`; `counts` are its outcomes written so far, `purse` its costs."""
        self.crawl = crawl
        self.source_id = source_id
        self.profile = Profile(source_id)
        self.counts = counts
        self.purse = purse
        self.batch = Batch()
        self.clock: asyncio.Task[None] | None = None
        self.writing = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Batches":
        """Take crawl and counts from the crawler's spider."""
        spider = crawler.spider
        return cls(spider.crawl, spider.spec.id, spider.counts, spider.purse)  # type: ignore[union-attr]

    def open_spider(self) -> None:
        """Start the clock."""
        self.clock = asyncio.ensure_future(self._tick())

    async def process_item(self, item: Haul) -> Haul:
        """Take in a haul; write when the batch is full, so that a slow disk slows the crawl down."""
        fresh = [o for o in item.outcomes if o.item not in self.crawl.told]
        self.crawl.told.update(o.item for o in fresh)
        self.batch.add(replace(item, outcomes=tuple(fresh)))
        self.profile.add(item.pages, fresh, item.fresh, item.shape)
        if len(self.batch.pages) >= self.crawl.settings.crawl.batch_pages:
            await self._write()
        return item

    async def close_spider(self) -> None:
        """Write what is left, and how the source did."""
        if self.clock is not None:
            self.clock.cancel()
            with suppress(asyncio.CancelledError):
                await self.clock
        await self._write()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self.crawl.settings.crawl.batch_s)
            await asyncio.shield(self._write())

    async def _write(self) -> None:
        async with self.writing:
            batch, self.batch = self.batch, Batch()
            spent = self.purse.take()
            if batch == Batch() and spent == Spent():
                return
            try:
                await asyncio.to_thread(self._archive, batch, spent, self.profile.take(datetime.now(UTC)))
            except LangngheError as error:
                self.crawl.fail(error)
                return
            except Exception as error:  # pages that were fetched and not written must not pass for done
                why = f"what was fetched could not be written down ({named(error)}); run it again"
                self.crawl.fail(StageFailed(why))
                return
            self.counts.update((o.result, o.reason) for o in batch.outcomes)
            self.crawl.tell(batch.outcomes)

    def _archive(self, batch: Batch, spent: Spent, day: SourceDay) -> None:
        partitions = self.crawl.archive.write(batch.pages)
        record_batch(
            self.crawl.records,
            self.crawl.run_id,
            partitions,
            batch.texts,
            batch.outcomes,
            batch.visits,
            {self.source_id: spent},
            day,
        )
