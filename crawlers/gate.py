"""The text-only gate at work: at the request, at the header, at the unpacked bytes."""

from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Headers, Response
from scrapy.utils.gz import gunzip

from core.gate import refused_address, refused_bytes, refused_type
from crawlers.failures import HeaderRefused, Refused

GZIP = b"\x1f\x8b"
ASKED_FOR = frozenset({b"gzip", b"x-gzip", b"deflate"})  # the setting Accept-Encoding, and gzip's old name
# Besides what core.gate lets pass for pages: an article is HTML or plain text, never a feed or JSON.
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})


class RequestGate:
    """Never asks for pictures, videos, archives and the like; tells the server what is wanted."""

    def process_request(self, request: Request) -> None:
        """Refuse what its address names as no text, and addresses that would log us in."""
        parts = urlsplit(request.url)
        if "@" in parts.netloc:
            raise Refused("address", "its address holds a user name or password, which are never sent")
        reason = refused_address(parts.path)
        if reason is not None:
            raise Refused(reason, "its address names no page of text; not asked for")


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
        refused = _refused_header(headers, request)
        if refused is None:
            return
        if b"Location" in headers:
            raise StopDownload(fail=False)  # of a redirect only the address is used; BytesGate has the rest
        raise HeaderRefused(*refused)


class Unpacking(HttpCompressionMiddleware):
    """Scrapy's decompression, bounded by the size limit, with the refusal named."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Unpack the body. Raises Refused for one that grows beyond the limit, or is packed as not asked for.

        That is by what `Accept-Encoding` does not name, or several times over: such nests cost much to open.
        """
        packed = b",".join(response.headers.getlist(b"Content-Encoding")).lower().split(b",")
        named = [name.strip() for name in packed if name.strip() not in {b"", b"identity"}]
        if len(named) > 1 or not ASKED_FOR.issuperset(named):
            raise Refused("broken", "the page is packed in a way that was not asked for", passing=True)
        # robots.txt has a limit of its own for what is received, and this one for what it unpacks to.
        limited = request.replace(meta={**request.meta, "download_maxsize": self._max_size})
        try:
            found = super().process_response(limited, response)
        except IgnoreRequest as error:
            raise Refused("too_large", "the page unpacks to more than crawl.max_bytes allows") from error
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
        refused = _refused_header(response.headers, request)
        if refused is not None:
            raise Refused(refused[0])
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


def _refused_header(headers: Headers, request: Request) -> tuple[str, str] | None:
    """Return why the answer to `request` is refused by a Content-Type header, and that; or None.

    Of several each counts: which of them a client believes is not agreed on.
    """
    if request.meta.get("any_type"):
        return None
    for value in headers.getlist(b"Content-Type"):
        content_type = value.decode("latin-1")
        reason = refused_type(content_type, packed=bool(request.meta.get("packed")))
        kind = content_type.split(";")[0].strip().lower()
        if reason is None and request.meta.get("page") and kind and kind not in PAGE_TYPES:
            reason = "type"
        if reason is not None:
            return reason, content_type
    return None
