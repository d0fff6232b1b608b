"""robots.txt as RFC 9309 has it: missing means allowed, a failing server means disallowed."""

import asyncio
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload

from core.outcomes import Result
from crawlers.failures import Refused, Verdict, of_status, verdict

AGENT = "LangNghe"
# RFC 9309, section 2.5: parsers read at least 500 KiB.
SIZE_LIMIT = 500 * 1024
# A site that asks for more than this between two pages asks not to be crawled in one run; it is held at this.
LONGEST_DELAY_S = 60.0
FIRST = 1000  # before all other requests of its host


class Robots:
    """Asks robots.txt before the first request to a host, obeys it, and slows down to its Crawl-delay."""

    def __init__(self, crawler: Crawler) -> None:
        """Serve one crawler; what was read is kept for its run."""
        self.crawler = crawler
        crawler.signals.connect(self.bytes_received, signal=signals.bytes_received)
        self.read: dict[str, asyncio.Future[Protego | Verdict]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Robots":
        """Make the middleware of `crawler`."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let `request` pass, or raise Refused: forbidden, or robots.txt can't be had."""
        if request.meta.get("is_robots"):
            return
        parts = urlsplit(request.url)
        rules = await self._rules(f"{parts.scheme}://{parts.netloc}")
        if isinstance(rules, Verdict):
            raise Refused(rules.reason, rules.detail, passing=rules.result is Result.QUARANTINED)
        if not rules.can_fetch(request.url, AGENT):
            raise Refused("robots", "robots.txt forbids it")

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Stop the download of a robots.txt after what counts of it."""
        if request.meta.get("is_robots"):
            request.meta["size"] = request.meta.get("size", 0) + len(data)
            if request.meta["size"] > SIZE_LIMIT:
                raise StopDownload(fail=False)

    async def _rules(self, site: str) -> Protego | Verdict:
        if site not in self.read:
            self.read[site] = asyncio.ensure_future(self._fetch(site))
            rules = await asyncio.shield(self.read[site])
            steps: dict[str, tuple[bool, str]] = self.crawler.spider.steps  # type: ignore[union-attr]
            steps[f"{site}/robots.txt"] = (
                (False, rules.detail) if isinstance(rules, Verdict) else (True, "read")
            )
        return await asyncio.shield(self.read[site])

    async def _fetch(self, site: str) -> Protego | Verdict:
        meta = {"is_robots": True, "any_type": True, "any_host": True, "download_maxsize": 0}
        request = Request(f"{site}/robots.txt", meta=meta, priority=FIRST, dont_filter=True)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            found = verdict(error)
            if found.reason in {"private_address", "unreachable", "timeout", "tls"}:
                return found._replace(detail=f"robots.txt: {found.detail}")
            return _failed(found.detail)
        if response.status >= 500 or response.status == 429:
            return _failed(of_status(response.status).detail)
        body = response.body[:SIZE_LIMIT] if response.status == 200 else b""
        rules = Protego.parse(body.decode("utf-8", "replace"))
        self._slow_down(request, rules)
        return rules

    def _slow_down(self, request: Request, rules: Protego) -> None:
        asked = rules.crawl_delay(AGENT)
        if not asked:
            return
        downloader = self.crawler.engine.downloader
        key, slot = downloader._get_slot(request)
        delay = max(slot.delay, min(float(asked), LONGEST_DELAY_S))
        slot.delay, slot.concurrency = delay, 1
        downloader.per_slot_settings[key] = {"delay": delay, "concurrency": 1}


def _failed(detail: str) -> Verdict:
    return Verdict(
        Result.QUARANTINED, "robots_failed", f"robots.txt: {detail}, so nothing of the site may be fetched"
    )
