"""The spider: one source, driven by its spec, from discovery to pages with an outcome each."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urldefrag, urlsplit, urlunsplit

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from core.contracts import Page, PageType
from core.errors import LangngheError
from core.logs import log
from core.outcomes import Outcome, Result, Stage
from core.records import tombstones
from core.records.crawled import Seen, seen
from core.records.hosts import Spent, spent_on
from core.records.runs import quarantined
from core.records.visits import Visit
from core.urls import normalise, page_id
from crawlers.agenda import Agenda
from crawlers.batches import Crawl, Haul
from crawlers.budget import Purse
from crawlers.commenting import Commenting
from crawlers.discovery import Discovery
from crawlers.failures import Verdict, named, of_status, verdict, why
from crawlers.item import Item
from crawlers.limits import LEFT
from crawlers.novelty import (
    crawl_outcome,
    erased_outcome,
    gave_nothing,
    nothing_found,
    what_is_new,
    with_validators,
)
from crawlers.readers import ReadingFailed
from crawlers.revisit import postponed
from crawlers.schedule import Candidate
from crawlers.source import SourceSpec
from crawlers.tasks import Link, Reading, Task, What

THREAD_PAGES = 200
THREAD_ON, NEW, KNOWN = 20, 10, 0
Output = AsyncIterator[Request | Haul]


class SourceSpider(Spider):
    """Crawls one source. `urls` given: fetches just these, and finds nothing else."""

    name = "source"

    def __init__(self, spec: SourceSpec, crawl: Crawl, urls: Sequence[str] | None = None) -> None:
        """Crawl `spec` as part of `crawl`."""
        super().__init__(name=spec.id)
        self.spec = spec
        self.crawl = crawl
        self.urls = urls
        self.agenda = Agenda(spec, crawl)
        # What other runs have spent today is not known before `start`.
        self.purse = Purse(crawl.settings.crawl.budget, spec.budget, Spent())
        self.held: dict[str, str] = {}  # items in quarantine, with the address where each was found
        self.given: set[str] = set()  # ids of pages that have their outcome
        self.visited: set[str] = set()  # pages of threads
        self.halted: list[str] = []  # reasons for which requests were left for a later run
        self.counts: Counter[tuple[Result, str]] = Counter()  # outcomes written so far
        self.steps: dict[str, tuple[bool, str]] = {}  # robots.txt and discovery pages: read or not, in words
        self.failed: list[tuple[str, str]] = []  # discovery pages that could not be read, with the reason
        self.discovery = Discovery(self)
        self.commenting = Commenting(self)
        self.logs = log("crawlers").bind(run=crawl.run_id, source=spec.id)

    async def start(self) -> AsyncIterator[Any]:
        """Yield the requests that do not come from others: given addresses, or discovery and what is due."""
        try:
            async for output in self._beginnings():
                yield output
        except LangngheError as error:
            self.crawl.fail(error)

    async def _beginnings(self) -> Output:
        records = self.crawl.records
        held = await asyncio.to_thread(quarantined, records)
        self.purse.today = await asyncio.to_thread(spent_on, records, self.spec.id, datetime.now(UTC))
        self.held = {q.item: q.url for q in held if q.stage is Stage.CRAWL and q.source_id == self.spec.id}
        if self.urls is not None:
            links = [Link(url=self._found_at(urldefrag(url).url)) for url in self.urls]
            taken = await self.agenda.given(self.agenda.wanted(links, given=True))
            for output in self.requests(*taken):
                yield output
            return
        if self.crawl.dated is None:
            await self.agenda.open()
        for request in self.discovery.start():
            yield request
        await self.discovery.ended.wait()
        if self.crawl.dated is not None:
            return  # what is known comes in its turn
        for candidate in await self.agenda.due():
            yield self._request(candidate)

    def took_up_all(self) -> bool:
        """Say whether nothing that this run found waits for another."""
        held = any(result is Result.QUARANTINED for result, _ in self.counts)
        # Comments are found by way of their article, not by a walk through lists.
        unread = any(url not in self.commenting.visited for url, _ in self.failed)
        return not (self.agenda.passed_over or self.halted or unread or held)

    def requests(self, chosen: Sequence[Candidate], erased: Set[str]) -> list[Request | Haul]:
        """Return requests for what is `chosen`, and outcomes of what was `erased` and is not asked for."""
        dropped = [Haul(outcomes=(erased_outcome(self.spec.id, name),)) for name in sorted(erased)]
        return [*dropped, *map(self._request, chosen)]

    def _request(self, page: Candidate) -> Request:
        blank = page.visit is None and (page.before is None or gave_nothing(page.before))
        item = Item(normalise(page.url), page.url, blank, page.visit)
        if page.what is What.ARTICLE:
            told_at = page.told_at or (page.visit.published_at if page.visit else None)
            return self._page(page.url, page.what, {"item": item, "told_at": told_at}, page.before)
        # Posts are added at a thread's end, so it is read on from the page that was its last.
        url = (page.visit and page.visit.ended_at) or page.url
        return self._page(url, page.what, {"item": item, "url": url, "depth": 0}, page.before)

    def _page(self, url: str, what: What, facts: dict[str, Any], before: Seen | None) -> Request:
        headers = {}
        # Comments of an end point are found by way of their article, which stays the same when they change.
        leads_on = what is What.ARTICLE and self.spec.comment_api is not None
        if before is not None and before.etag and not leads_on:
            headers["If-None-Match"] = before.etag
        if before is not None and before.last_modified and not leads_on:
            headers["If-Modified-Since"] = before.last_modified
        return Request(
            url,
            callback=self.article if what is What.ARTICLE else self.thread,
            errback=self.page_failed,
            cb_kwargs=facts,
            headers=headers,
            meta={"page": True},
            priority=THREAD_ON if facts.get("depth") else KNOWN if before else NEW,
            dont_filter=True,
        )

    async def article(self, response: Response, item: Item, told_at: datetime | None) -> Output:
        """Give the article and its comments, or the outcome that says why not."""
        refusal = self._refusal(response)
        if refusal is not None:
            yield self._nothing(item, refusal)
            return
        try:
            reading = await self.read(response, What.ARTICLE, told_at=told_at)
            yield replace(await self.haul(response, item, item.name, reading.pages), shape=reading.shape)
        except Exception as error:
            yield self._nothing(item, self.broken(item.url, error))
            return
        more = reading.found.next_url
        if reading.under is not None and more is not None and more not in self.commenting.visited:
            yield self.commenting.ask(reading.under, more, item)

    async def thread(self, response: Response, item: Item, url: str, depth: int) -> Output:
        """Give the posts on the page `url` of the thread `item`, and go on to its next page.

        Posts have outcomes of their own. The thread itself, which is no text, has one only if it is held in
        quarantine, which that of its last page ends.
        """
        refusal = self._refusal(response)
        if refusal is not None:
            yield self._nothing(item, refusal)
            return
        try:
            reading = await self.read(response, What.THREAD, thread_url=item.name)
            more = reading.found.next_url
            if more and (more in self.visited or depth >= THREAD_PAGES or not self.near(more, url)):
                more = None
            haul = await self.haul(response, item, url, reading.pages, leads_on=more is not None)
            if more and reading.pages:
                yield haul
                self.visited.update((url, more))
                self.agenda.known.add(page_id(more))
                before = (await self._seen([page_id(more)])).get(page_id(more))
                facts = {"item": _after(item, haul, reading.pages), "url": more, "depth": depth + 1}
                yield self._page(more, What.THREAD, facts, before)
            elif reading.pages and item.name in self.held:
                healed = self._outcome(item, Verdict(Result.UNCHANGED, "", ""))
                yield replace(haul, outcomes=(*haul.outcomes, healed))
            else:
                yield haul
        except Exception as error:
            yield self._nothing(item, self.broken(item.url, error))

    def page_failed(self, failure: Failure) -> Iterable[Haul]:
        """Give the outcome of a page that could not be fetched."""
        item, reason = failure.request.cb_kwargs["item"], why(failure)  # type: ignore[attr-defined]
        yield self.left_for_later(reason) if reason.reason in LEFT else self._nothing(item, reason)

    def left_for_later(self, why: Verdict, pages: int = 1) -> Haul:
        """Count pages that are left for a later run; the first time that it is for this reason is told."""
        self.agenda.passed_over += pages
        if why.reason in self.halted:
            return Haul()
        self.halted.append(why.reason)
        item, dropped = f"source:{self.spec.id}:{why.reason}", why._replace(result=Result.DROPPED)
        return Haul(outcomes=(crawl_outcome(self.spec.id, item, self.spec.home, dropped),))

    def _refusal(self, response: Response) -> Verdict | None:
        if response.status == 304:
            return Verdict(Result.UNCHANGED, "", "")
        if not 200 <= response.status < 300:
            return of_status(response.status)
        if not response.body.strip():
            return Verdict(Result.DROPPED, "empty", "the page is empty")
        return None

    def _nothing(self, item: Item, why: Verdict) -> Haul:
        """Return the outcome of `item`, which gave no text; a dropped one is remembered as such."""
        now = datetime.now(UTC)
        texts: tuple[Seen, ...] = ()
        visits: tuple[Visit, ...] = ()
        if why.result is Result.DROPPED and item.blank:
            texts = (nothing_found(self.spec.id, item.name, now),)
        elif why.result is not Result.QUARANTINED:
            ended_at = item.visit.ended_at if item.visit and why.result is Result.UNCHANGED else None
            visits = (item.visited(self.spec.id, now, ended_at),)
        elif item.visit is not None:
            visits = (postponed(item.visit, now),)
        return Haul(texts=texts, outcomes=(self._outcome(item, why),), visits=visits)

    def broken(self, url: str, error: Exception) -> Verdict:
        """Return what becomes of what was to be read at `url` and ended in `error`."""
        if isinstance(error, LangngheError):
            self.crawl.fail(error)
        if isinstance(error, ReadingFailed):
            return Verdict(Result.QUARANTINED, "extraction_failed", str(error))
        self.logs.error("page failed", page=url, error=named(error))
        return verdict(error)

    async def haul(
        self, response: Response, item: Item, url: str, pages: Sequence[Page], *, leads_on: bool = False
    ) -> Haul:
        """Return what is new of `pages`, found at `url`, with one outcome each.

        What `leads_on` to a further page of the thread is asked for anew in each run: a server that answers
        `not modified` would end the thread there.
        """
        if not pages:
            why = Verdict(Result.DROPPED, "no_text", "the page has no text that could be found")
            return self._nothing(item, why)
        before, erased = await asyncio.to_thread(self._remembered, pages)
        new = [page for page in pages if page.id not in self.given]
        haul = what_is_new(item.name, new, before, erased)
        if pages[0].id in erased and pages[0].type is PageType.ARTICLE:
            visits = (postponed(item.visit, pages[0].fetched_at),) if item.visit is not None else ()
            return replace(haul, visits=visits)
        if pages[0].type is PageType.ARTICLE and pages[0].id in self.given:
            copy = self._outcome(item, Verdict(Result.DUPLICATE, "", ""))
            haul = replace(haul, outcomes=(copy, *haul.outcomes))
        self.given.update(page.id for page in pages)
        if leads_on:
            return haul
        ended_at = url if pages[0].type is PageType.POST else None
        visit = _after(item, haul, pages).visited(self.spec.id, pages[0].fetched_at, ended_at)
        haul = replace(haul, visits=(visit,))
        etag, changed_at = _header(response, "ETag"), _header(response, "Last-Modified")
        return with_validators(haul, self.spec.id, url, pages, before, etag, changed_at)

    async def read(self, response: Response, what: What, **facts: Any) -> Reading:
        """Return what a reader makes of the response. Raises ReadingFailed."""
        task = Task(
            what=what,
            spec=self.spec,
            url=response.url,
            content_type=_header(response, "Content-Type"),
            fetched_at=datetime.now(UTC),
            **facts,
        )
        return await self.crawl.readers.read(task, response.body)

    def _remembered(self, pages: Sequence[Page]) -> tuple[dict[str, Seen], set[str]]:
        """Return what is known of `pages`, by id, and the ids of those that were erased."""
        records = self.crawl.records
        return seen(records, [page.id for page in pages]), tombstones.erased(records, pages)

    async def _seen(self, names: list[str]) -> dict[str, Seen]:
        return await asyncio.to_thread(seen, self.crawl.records, names)

    def _outcome(self, item: Item, why: Verdict) -> Outcome:
        return crawl_outcome(self.spec.id, item.name, item.url, why)

    def near(self, url: str, item: str) -> bool:
        """Say whether `url` is of this source's site, or of the host that the discovery page `item` is on."""
        return self.spec.has(url) or urlsplit(url).netloc == urlsplit(item).netloc

    def _found_at(self, url: str) -> str:
        """Return where the item `url` was found, if the quarantine says so, else where it can be fetched."""
        return self.held.get(normalise(url)) or self._fetchable(url)

    def _fetchable(self, url: str) -> str:
        """Return `url` as it can be fetched: normalised ones of the source's host get its home's."""
        home, parts = urlsplit(self.spec.home), urlsplit(url)
        same = parts.netloc == urlsplit(normalise(self.spec.home)).netloc
        return urlunsplit(parts._replace(scheme=home.scheme, netloc=home.netloc)) if same else url


def _after(item: Item, haul: Haul, pages: Sequence[Page]) -> Item:
    return item.read(pages, changed=bool(haul.pages))


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip()[:500] if value else None
