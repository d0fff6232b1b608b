"""Redirects: followed a few times, within the source's site, never in a circle."""

from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from w3lib.url import safe_url_string

from crawlers.addresses import private_host
from crawlers.failures import Refused
from crawlers.source import SourceSpec

STATUS = frozenset({301, 302, 303, 307, 308})
# Fetch follows 20, RFC 9309 asks for at least five of robots.txt; news sites need two or three.
LIMIT = 5


class Redirects:
    """Follows a redirect with the same callback, or raises Refused."""

    def __init__(self, spec: SourceSpec) -> None:
        """Keep to the site of `spec`."""
        self.spec = spec

    @classmethod
    def from_crawler(cls, crawler: object) -> "Redirects":
        """Take the source from the crawler's spider."""
        return cls(crawler.spider.spec)  # type: ignore[attr-defined]

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the next request, or the response if it is no redirect."""
        location = response.headers.get(b"Location")
        if response.status not in STATUS or not location:
            return response
        try:
            target = urljoin(request.url, safe_url_string(location.decode("utf-8", "replace")))
            parts = urlsplit(target)
            host = parts.hostname or ""
        except ValueError as error:
            raise Refused("redirect", "it is redirected to what is no web address") from error
        if parts.scheme not in {"http", "https"} or not host:
            raise Refused("redirect", "it is redirected to what is no web address")
        by_name = [str(address) for address in self.spec.allow_addresses]
        if private_host(host, by_name):
            raise Refused(
                "private_address", f"it is redirected to {host[:80]}, a private or reserved address"
            )
        if not request.meta.get("any_host") and not self.spec.has(target):
            raise Refused("offsite", f"it is redirected to {host[:80]}, outside this source")
        been = [*request.meta.get("been", ()), request.url]
        if target in been or len(been) > LIMIT:
            raise Refused("redirect_loop", f"it is redirected in a circle or more than {LIMIT} times")
        meta = {k: v for k, v in request.meta.items() if k not in {"download_slot", "size"}} | {"been": been}
        return request.replace(url=target, meta=meta, dont_filter=True)
