"""Trying again, after a pause that grows, what another time may find well."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.failures import PASSING_ERRORS, PASSING_STATUS

# The first pause; each further one is twice as long. A server's own word (Retry-After) goes before.
PAUSE_S = 1.0
# What a run can wait for one page; a longer wish is met by the next run.
LONGEST_PAUSE_S = 60.0


class Retries:
    """Sends a failed request again up to `retries` times; after that the failure stands."""

    def __init__(self, retries: int) -> None:
        """Try again `retries` times."""
        self.retries = retries

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Retries":
        """Take the number from the crawler's settings."""
        return cls(crawler.settings.getint("RETRY_TIMES"))

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request again if the status may pass, else the response."""
        if response.status not in PASSING_STATUS:
            return response
        wish = _retry_after(response)
        if wish is not None and wish > LONGEST_PAUSE_S:
            return response
        return await self._again(request, wish) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Return the request again if the error may pass, else None."""
        return await self._again(request, None) if isinstance(exception, PASSING_ERRORS) else None

    async def _again(self, request: Request, wish: float | None) -> Request | None:
        tries = request.meta.get("tries", 0) + 1
        if tries > self.retries:
            return None
        pause = PAUSE_S * 2 ** (tries - 1)
        await asyncio.sleep(min(max(pause, wish or 0.0), LONGEST_PAUSE_S))
        return request.replace(meta={**request.meta, "tries": tries}, dont_filter=True)


def _retry_after(response: Response) -> float | None:
    """Return the seconds that the server asks to wait (RFC 9110, 10.2.3), or None."""
    text = (response.headers.get(b"Retry-After") or b"").decode("latin-1").strip()
    if not text:
        return None
    if text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
