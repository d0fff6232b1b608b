"""The text-only gate at work: at the request, at the header, at the unpacked bytes."""

from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Headers, Response
from scrapy.utils.gz import gunzip

from core.gate import NEVER_REQUESTED, refused_address, refused_bytes, refused_type
from crawlers.failures import HeaderRefused, Refused

GZIP = b"\x1f\x8b"
PICTURES = ("jpg", "jpeg", "png", "gif", "webp", "avif", "bmp", "tif", "tiff", "ico", "heic", "svg", "svgz")
# Besides what core.gate lets pass for pages: an article is HTML or plain text, never a feed or JSON.
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})


class RequestGate:
    """Never asks for pictures, videos, archives and the like; tells the server what is wanted."""

    def process_request(self, request: Request) -> None:
        """Refuse what its address names as no text."""
        path = urlsplit(request.url).path
        if not refused_address(path):
            return
        found = NEVER_REQUESTED.search(path)
        assert found is not None
        picture = found.group(0).lstrip(".").lower() in PICTURES
        raise Refused("image" if picture else "type", "its address names no page of text; not asked for")


class HeaderGate:
    """Stops a download whose header says that it is no text, before the body comes."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "HeaderGate":
        """Listen to the headers of the crawler's downloads."""
        gate = cls()
        crawler.signals.connect(gate.headers_received, signal=signals.headers_received)
        return gate

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Raise HeaderRefused, on which Scrapy hangs up."""
        content_type = _content_type(headers)
        reason = _refused_header(content_type, request)
        if reason is None:
            return
        if b"Location" in headers:
            raise StopDownload(fail=False)  # of a redirect only the address is used; BytesGate has the rest
        raise HeaderRefused(reason, content_type)


class Unpacking(HttpCompressionMiddleware):
    """Scrapy's decompression, bounded by the size limit, with the refusal named."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Unpack the body. Raises Refused for one that grows beyond the limit, or is packed unknown to us."""
        # robots.txt has a limit of its own for what is received, and this one for what it unpacks to.
        limited = request.replace(meta={**request.meta, "download_maxsize": self._max_size})
        try:
            found = super().process_response(limited, response)
        except IgnoreRequest as error:
            raise Refused("too_large", "the page unpacks to more than crawl.max_bytes allows") from error
        if isinstance(found, Response) and found.headers.get(b"Content-Encoding"):
            raise Refused("broken", "the page is packed in a way that was not asked for", passing=True)
        return found


class BytesGate:
    """Refuses bodies that are no text, whatever their header says; unpacks gzipped sitemaps first.

    Redirects that are followed do not come here.
    """

    def __init__(self, max_bytes: int) -> None:
        """Allow unpacked sitemaps up to `max_bytes`."""
        self.max_bytes = max_bytes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "BytesGate":
        """Take the limit from the crawler's settings."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response, or raise Refused."""
        reason = _refused_header(_content_type(response.headers), request)
        if reason is not None:
            raise Refused(reason)
        body = response.body
        if request.meta.get("packed") and body.startswith(GZIP):
            try:
                body = gunzip(body, max_size=self.max_bytes)
            except ValueError as error:
                raise Refused(
                    "too_large", "the sitemap unpacks to more than crawl.max_bytes allows"
                ) from error
            response = response.replace(body=body)
        reason = refused_bytes(body) if body and 200 <= response.status < 300 else None
        if reason is not None:
            raise Refused(reason)
        return response


def _content_type(headers: Headers) -> str:
    return (headers.get(b"Content-Type") or b"").decode("latin-1")


def _refused_header(content_type: str, request: Request) -> str | None:
    """Return why the answer to `request` is refused by its Content-Type, or None."""
    if request.meta.get("any_type"):
        return None
    reason = refused_type(content_type, packed=bool(request.meta.get("packed")))
    kind = content_type.split(";")[0].strip().lower()
    if reason is None and request.meta.get("page") and kind and kind not in PAGE_TYPES:
        return "type"
    return reason
