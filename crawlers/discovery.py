"""Discovery: a source's feeds, sitemaps, sections and listings are asked for and followed."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from core.outcomes import Result
from core.urls import page_id
from crawlers.batches import Haul
from crawlers.failures import Verdict, of_status, why
from crawlers.limits import LEFT
from crawlers.novelty import crawl_outcome
from crawlers.paging import address_of
from crawlers.tasks import Found, What

if TYPE_CHECKING:
    from crawlers.spider import SourceSpider

# Sitemap indexes of large papers list a file for each month; the latest are read first.
SITEMAPS_LIMIT = 200
SITEMAP_DEPTH = 3
# A sitemap says the day on which it changed by its own clock and zone, and may change while a run goes on.
CLOCKS = timedelta(days=2)
FIRST = 30  # before all pages
JSON = {"Accept": "application/json"}


class Discovery:
    """Looks for the pages of one source in one run, and knows how far it got."""

    def __init__(self, spider: "SourceSpider") -> None:
        """Look for the pages of the spider's source."""
        self.spider = spider
        self.asked = 0  # discovery pages that are asked for
        self.ended = asyncio.Event()  # none is
        self.visited: set[str] = set()
        self.listed: defaultdict[tuple[What, int], set[str]] = defaultdict(set)  # what each list has named
        self.sitemaps = min(SITEMAPS_LIMIT, spider.agenda.left)

    def start(self) -> list[Request]:
        """Return a request for each feed, sitemap, section and listing of the source."""
        found = self.spider.spec.discover
        requests = [
            *(self._request(What.FEED, url) for url in found.feeds),
            *(self._request(What.SITEMAP, url) for url in found.sitemaps),
            *(self._request(What.SECTION, address_of(s, 0), place) for place, s in enumerate(found.sections)),
            *(self._request(What.LISTING, address_of(s, 0), place) for place, s in enumerate(found.listings)),
        ]
        self.asked = len(requests)
        return requests

    def _request(self, what: What, url: str, place: int = 0, nth: int = 0) -> Request:
        self.visited.add(url)
        return Request(
            url,
            callback=self.discover,
            errback=self.failed,
            cb_kwargs={"what": what, "place": place, "nth": nth, "item": url},
            headers=JSON if what is What.LISTING else {},
            meta={"packed": what in {What.FEED, What.SITEMAP}, "any_host": True},
            priority=FIRST,
            dont_filter=True,
        )

    async def discover(
        self, response: Response, what: What, place: int, nth: int, item: str
    ) -> AsyncIterator[Request | Haul]:
        """Take up what a discovery page leads to; `nth` counts a list's pages, or levels of sitemaps."""
        try:
            outputs = await self._discovered(response, what, place, nth, item)
        except Exception as error:
            outputs = [self.undiscovered(what, item, self.spider.broken(item, error))]
        self.asked += sum(isinstance(o, Request) and o.callback == self.discover for o in outputs)
        for output in outputs:
            yield output
        self._one_ended()

    def _one_ended(self) -> None:
        self.asked -= 1
        if self.asked == 0:
            self.ended.set()

    async def _discovered(
        self, response: Response, what: What, place: int, nth: int, item: str
    ) -> list[Request | Haul]:
        spider = self.spider
        if response.status == 404 and nth and what in {What.SECTION, What.LISTING}:
            return []  # the list ended with the page before
        if response.status != 200:
            return [self.undiscovered(what, item, of_status(response.status))]
        found = (await spider.read(response, what, place=place, nth=nth)).found
        if found.broken:
            return [self.undiscovered(what, item, Verdict(Result.DROPPED, "", f"is no {what}"))]
        wanted = spider.agenda.wanted(found.links)
        unread, erased = await spider.agenda.fresh(wanted)
        requests = spider.requests(unread, erased)
        also = f", {len(found.sitemaps)} sitemaps" if found.sitemaps else ""
        told = f"{what}: {len(found.links)} addresses, {len(wanted)} wanted and new to this run{also}"
        spider.steps[item] = (True, told)
        # Where all is known, what follows is older and known too, unless the run before was cut off.
        goes_on = self._names_more(found, what, place) and (unread or spider.agenda.whole_at is None)
        if spider.agenda.left > 0:
            requests += self._sitemaps(found, item, nth)
        more = found.next_url
        if more and goes_on and more not in self.visited and spider.near(more, item):
            if spider.agenda.left > 0:
                requests.append(self._request(what, more, place, nth + 1))
            else:
                spider.agenda.passed_over += 1  # or more, of which nothing is known
        return requests

    def _names_more(self, found: Found, what: What, place: int) -> bool:
        """Say whether a page of a list names what the source wants and no page of this list named before.

        What feeds or other lists named counts too, so that a list goes on below its newest entries; threads
        that stick to the top of every page do not, so that a list without an end is left.
        """
        named = {page_id(link.url) for link in found.links if self.spider.spec.kind_of(link.url)}
        more = named - self.listed[what, place]
        self.listed[what, place] |= more
        return bool(more)

    def _sitemaps(self, found: Found, item: str, depth: int) -> list[Request]:
        whole_at = self.spider.agenda.whole_at
        further: list[Request] = []
        for sitemap in found.sitemaps if depth < SITEMAP_DEPTH else ():
            if whole_at is not None and not sitemap.changed_since((whole_at - CLOCKS).date()):
                continue
            url = sitemap.url
            if url not in self.visited and self.sitemaps > 0 and self.spider.near(url, item):
                self.sitemaps -= 1
                further.append(self._request(What.SITEMAP, url, nth=depth + 1))
        return further

    def failed(self, failure: Failure) -> Iterable[Haul]:
        """Say that a discovery page could not be fetched."""
        facts, reason = failure.request.cb_kwargs, why(failure)  # type: ignore[attr-defined]
        if reason.reason in LEFT:
            yield self.spider.left_for_later(reason, 0)
        else:
            yield self.undiscovered(facts["what"], facts["item"], reason)
        self._one_ended()

    def undiscovered(self, what: What, url: str, reason: Verdict) -> Haul:
        """Return the outcome of what could not be read, and remember it for the source's health."""
        detail = f"{what}: {reason.reason}: {reason.detail}" if reason.reason else f"{what}: {reason.detail}"
        self.spider.failed.append((url, reason.reason or f"{what}_failed"))
        self.spider.steps[url] = (False, detail)
        dropped = Verdict(Result.DROPPED, f"{what}_failed", detail)
        return Haul(outcomes=(crawl_outcome(self.spider.spec.id, url, url, dropped),))
