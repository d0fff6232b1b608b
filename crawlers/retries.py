"""Trying again, after a pause that grows, what another time may find well."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.failures import PASSING_ERRORS, PASSING_STATUS
from crawlers.hosts import Hosts
from crawlers.waits import LONGEST_PAUSE_S, REFUSALS, pause_s, retry_after


class Retries:
    """Sends a failed request again up to `retries` times; after that the failure stands.

    A refusal (429, 503) concerns the whole host, which is left alone for as long as it asks for.
    """

    def __init__(self, retries: int, hosts: Hosts) -> None:
        """Try again `retries` times."""
        self.retries = retries
        self.hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Retries":
        """Take the number from the crawler's settings, the hosts from its spider."""
        hosts: Hosts = crawler.spider.crawl.hosts  # type: ignore[union-attr]
        return cls(crawler.settings.getint("RETRY_TIMES"), hosts)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request again if the status may pass in this run, else the response."""
        host = urlsplit(request.url).netloc
        if response.status in REFUSALS:
            wish = (response.headers.get(b"Retry-After") or b"").decode("latin-1")
            soon = await self.hosts.refused(host, retry_after(wish, datetime.now(UTC)))
            return (self._again(request) if soon else None) or response
        if response.status < 500 and not request.meta.get("is_robots"):  # one small file says little
            await self.hosts.answered(host)
        if response.status not in PASSING_STATUS:
            return response
        return await self._later(request) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Return the request again if the error may pass, else None."""
        return await self._later(request) if isinstance(exception, PASSING_ERRORS) else None

    async def _later(self, request: Request) -> Request | None:
        again = self._again(request)
        if again is not None:
            await asyncio.sleep(min(pause_s(None, again.meta["tries"]), LONGEST_PAUSE_S))
        return again

    def _again(self, request: Request) -> Request | None:
        tries = request.meta.get("tries", 0) + 1
        if tries > self.retries:
            return None
        meta = {k: v for k, v in request.meta.items() if k != "size"} | {"tries": tries}
        return request.replace(meta=meta, dont_filter=True)
