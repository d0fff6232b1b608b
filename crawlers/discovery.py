"""Discovery: a source's feeds, sitemaps, sections and listings are asked for and followed."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from core.outcomes import Result
from core.urls import page_id
from crawlers.batches import Haul
from crawlers.failures import Verdict, of_status, why
from crawlers.novelty import crawl_outcome
from crawlers.paging import address_of
from crawlers.tasks import Found, What

if TYPE_CHECKING:
    from crawlers.spider import SourceSpider

# Sitemap indexes of large papers list a file for each month; the latest are read first.
SITEMAPS_LIMIT = 200
SITEMAP_DEPTH = 3
FIRST = 30  # before all pages
JSON = {"Accept": "application/json"}


class Discovery:
    """Looks for the pages of one source in one run, and knows how far it got."""

    def __init__(self, spider: "SourceSpider") -> None:
        """Look for the pages of the spider's source."""
        self.spider = spider
        self.visited: set[str] = set()
        self.listed: defaultdict[tuple[What, int], set[str]] = defaultdict(set)  # what each list has named
        self.sitemaps = SITEMAPS_LIMIT

    def start(self) -> Iterator[Request]:
        """Yield a request for each feed, sitemap, section and listing of the source."""
        found = self.spider.spec.discover
        for url in found.feeds:
            yield self._request(What.FEED, url)
        for url in found.sitemaps:
            yield self._request(What.SITEMAP, url)
        for place, section in enumerate(found.sections):
            yield self._request(What.SECTION, address_of(section, 0), place)
        for place, listing in enumerate(found.listings):
            yield self._request(What.LISTING, address_of(listing, 0), place)

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
            for output in await self._discovered(response, what, place, nth, item):
                yield output
        except Exception as error:
            yield self.undiscovered(what, item, self.spider.broken(item, error))

    async def _discovered(
        self, response: Response, what: What, place: int, nth: int, item: str
    ) -> list[Request | Haul]:
        spider = self.spider
        if response.status != 200:
            return [self.undiscovered(what, item, of_status(response.status))]
        found = (await spider.read(response, what, place=place, nth=nth)).found
        if found.broken:
            return [self.undiscovered(what, item, Verdict(Result.DROPPED, "", f"is no {what}"))]
        wanted = spider.wanted(found.links)
        requests = await spider.requests(wanted)
        also = f", {len(found.sitemaps)} sitemaps" if found.sitemaps else ""
        told = f"{what}: {len(found.links)} addresses, {len(wanted)} wanted and new to this run{also}"
        spider.steps[item] = (True, told)
        goes_on = self._names_more(found, what, place)
        if spider.left <= 0:
            return requests
        requests += self._sitemaps(found, item, nth)
        more = found.next_url
        if more and goes_on and more not in self.visited and spider.near(more, item):
            requests.append(self._request(what, more, place, nth + 1))
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
        further: list[Request] = []
        for url in found.sitemaps if depth < SITEMAP_DEPTH else ():
            if url not in self.visited and self.sitemaps > 0 and self.spider.near(url, item):
                self.sitemaps -= 1
                further.append(self._request(What.SITEMAP, url, nth=depth + 1))
        return further

    def failed(self, failure: Failure) -> Iterable[Haul]:
        """Say that a discovery page could not be fetched."""
        facts = failure.request.cb_kwargs  # type: ignore[attr-defined]
        yield self.undiscovered(facts["what"], facts["item"], why(failure))

    def undiscovered(self, what: What, url: str, reason: Verdict) -> Haul:
        """Return the outcome of what could not be read, and remember it for the source's health."""
        detail = f"{what}: {reason.reason}: {reason.detail}" if reason.reason else f"{what}: {reason.detail}"
        self.spider.failed.append((url, reason.reason or f"{what}_failed"))
        self.spider.steps[url] = (False, detail)
        dropped = Verdict(Result.DROPPED, f"{what}_failed", detail)
        return Haul(outcomes=(crawl_outcome(self.spider.spec.id, url, url, dropped),))
