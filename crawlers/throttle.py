"""Scrapy's AutoThrottle, kept above what robots.txt asks for."""

from scrapy import Request, Spider
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response


class Throttle(AutoThrottle):
    """Asks a slow host less often: its pause is at least as long as it takes to answer.

    AutoThrottle knows the source's `delay_s` as its lower bound; it would undercut a Crawl-delay, which is
    the pause that robots.txt set for the host alone. A source whose owner wants no pause gets none.
    """

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        key, slot = self._get_slot(request, spider)
        if key is None or slot is None or slot.delay == 0:
            return
        super()._response_downloaded(response, request, spider)
        asked = self.crawler.engine.downloader.per_slot_settings.get(key, {}).get("delay", 0.0)
        slot.delay = max(slot.delay, asked)
