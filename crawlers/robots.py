"""robots.txt: asked for before the first request to a site, kept for a day, obeyed."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response

from core.outcomes import Result
from core.records.hosts import RobotsCopy, keep_robots, robots_copy
from crawlers.failures import Refused, Verdict, of_status, verdict
from crawlers.limits import LEFT
from crawlers.robots_rules import (
    AGENT,
    SIZE_LIMIT,
    current,
    failed,
    forbids_all,
    pause_s,
    rules_text,
    unavailable,
)

# A site that asks for more than this between two pages asks not to be crawled in one run; it is held at this.
LONGEST_DELAY_S = 60.0
FIRST = 1000  # before all other requests of its host
# What keeps the site from being asked at all: it is said as it is, and not remembered as the site's word.
UNASKED = frozenset({"private_address", "unreachable", "timeout", "tls"}) | LEFT


class Robots:
    """Asks robots.txt before the first request to a host, obeys it, and slows down to its Crawl-delay."""

    def __init__(self, crawler: Crawler) -> None:
        """Serve one crawler."""
        self.crawler = crawler
        crawler.signals.connect(self.bytes_received, signal=signals.bytes_received)
        self.records = crawler.spider.crawl.records  # type: ignore[union-attr]
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
            self.read[site] = asyncio.ensure_future(self._learn(site))
        return await asyncio.shield(self.read[site])

    async def _learn(self, site: str) -> Protego | Verdict:
        """Return the rules of `site`, as remembered or asked for anew, or why nothing may be fetched."""
        address = f"{site}/robots.txt"
        steps: dict[str, tuple[bool, str]] = self.crawler.spider.steps  # type: ignore[union-attr]
        copy = await asyncio.to_thread(robots_copy, self.records, site)
        if copy is None or not current(copy, datetime.now(UTC)):
            found = await self._fetch(site, copy)
            if isinstance(found, Verdict):
                steps[address] = (False, found.detail)
                return found
            copy = found
            await asyncio.to_thread(keep_robots, self.records, copy)
        if forbids_all(copy):
            detail = f"robots.txt: {copy.detail}, so nothing of the site may be fetched"
            steps[address] = (False, detail)
            return Verdict(Result.QUARANTINED, "robots_failed", detail)
        steps[address] = (True, "read")
        rules = Protego.parse(copy.text)
        self._slow_down(address, rules)
        return rules

    async def _fetch(self, site: str, before: RobotsCopy | None) -> RobotsCopy | Verdict:
        """Return what `site` says, or a verdict where it could not be asked at all."""
        meta = {"is_robots": True, "any_type": True, "any_host": True, "download_maxsize": 0}
        request = Request(f"{site}/robots.txt", meta=meta, priority=FIRST, dont_filter=True)
        now = datetime.now(UTC)
        try:
            response: Response = await self.crawler.engine.download_async(request)
        except Exception as error:
            found = verdict(error)
            if found.reason in UNASKED:
                return found._replace(detail=f"robots.txt: {found.detail}")
            if found.reason == "redirect_loop":  # section 2.3.1.2: more than five may count as none
                return RobotsCopy(site=site, checked_at=now)
            return failed(site, before, now, found.detail)
        if 200 <= response.status < 300:
            return RobotsCopy(site=site, checked_at=now, text=rules_text(response.body))
        if unavailable(response.status):
            return RobotsCopy(site=site, checked_at=now)
        return failed(site, before, now, of_status(response.status).detail)

    def _slow_down(self, address: str, rules: Protego) -> None:
        asked = pause_s(rules)
        if not asked:
            return
        downloader = self.crawler.engine.downloader
        key, slot = downloader._get_slot(Request(address))
        delay = max(slot.delay, min(asked, LONGEST_DELAY_S))
        slot.delay, slot.concurrency = delay, 1
        downloader.per_slot_settings[key] = {"delay": delay, "concurrency": 1}
