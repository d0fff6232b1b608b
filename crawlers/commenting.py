"""Commenting: comments that a site gives by an end point of its own are asked for after their article."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from core.outcomes import Result
from crawlers.batches import Haul
from crawlers.discovery import JSON
from crawlers.failures import Verdict, of_status, why
from crawlers.item import Item
from crawlers.limits import LEFT
from crawlers.tasks import Under, What

if TYPE_CHECKING:
    from crawlers.spider import SourceSpider

AFTER_ARTICLE = 20  # before further articles, so that what belongs together is archived together


class Commenting:
    """Asks for the comments under the articles of one source, page after page."""

    def __init__(self, spider: "SourceSpider") -> None:
        """Ask for comments on the articles of the spider."""
        self.spider = spider
        self.visited: set[str] = set()
        self.given: set[str] = set()  # ids of comments

    def ask(self, under: Under, url: str, item: Item, nth: int = 0) -> Request:
        """Return the request for page `nth` (from 0) of the comments at `url` under the article of `item`."""
        self.visited.add(url)
        return Request(
            url,
            callback=self.answered,
            errback=self.failed,
            cb_kwargs={"under": under, "url": url, "item": item, "nth": nth},
            headers=JSON,
            meta={"any_host": True},
            priority=AFTER_ARTICLE,
            dont_filter=True,
        )

    async def answered(
        self, response: Response, under: Under, url: str, item: Item, nth: int
    ) -> AsyncIterator[Request | Haul]:
        """Give the comments, and go on to their next page."""
        spider = self.spider
        if response.status != 200:
            yield spider.discovery.undiscovered(What.COMMENTS, url, of_status(response.status))
            return
        try:
            reading = await spider.read(response, What.COMMENTS, under=under, nth=nth)
            if reading.found.broken:
                no_json = Verdict(Result.DROPPED, "", "the answer is no JSON")
                yield spider.discovery.undiscovered(What.COMMENTS, url, no_json)
                return
            if reading.pages:
                haul = await spider.haul(response, item, url, reading.pages, leads_on=True)
                if haul.pages and item.visit is not None:  # comments on the article's own page count so too
                    visit = item._replace(changed=True).visited(spider.spec.id, reading.pages[0].fetched_at)
                    haul = replace(haul, visits=(visit,))
                yield haul
        except Exception as error:
            yield spider.discovery.undiscovered(What.COMMENTS, url, spider.broken(url, error))
            return
        new = {page.id for page in reading.pages} - self.given
        self.given |= new
        more = reading.found.next_url
        if new and more and more not in self.visited:
            yield self.ask(under, more, item, nth + 1)

    def failed(self, failure: Failure) -> Iterable[Haul]:
        """Say that comments could not be fetched."""
        url, reason = failure.request.cb_kwargs["url"], why(failure)  # type: ignore[attr-defined]
        if reason.reason in LEFT:
            yield self.spider.left_for_later(reason, 0)
        else:
            yield self.spider.discovery.undiscovered(What.COMMENTS, url, reason)
