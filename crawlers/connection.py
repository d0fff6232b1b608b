"""The download handler: addresses are checked as they are connected to, and headers are bounded.

The check stands between name resolution and connection, on the very addresses that are connected to, so that
a name that resolves to a public address once and to a private one next (DNS rebinding) gains nothing; and it
holds for each request anew, redirects included.
"""

from collections.abc import Collection, Hashable, Sequence
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.client import HTTPConnectionPool
from zope.interface import implementer  # type: ignore[import-untyped]

from crawlers.addresses import allowed
from crawlers.budget import Purse
from crawlers.failures import Refused
from crawlers.hosts import Hosts

# Chromium stops reading an answer's headers at 256 KiB (net/http/http_stream_parser.h).
HEADERS_LIMIT = 256 * 1024


class Door:
    """Whom the requests of one crawler may connect to besides public addresses, and whom they were kept from.

    `refused` has the address that a host name was found at and that may not be connected to.
    """

    def __init__(self, by_name: Collection[str] = ()) -> None:
        """Open to public addresses and to those of `by_name`."""
        self.by_name = by_name
        self.refused: dict[str, str] = {}

    def lets(self, host: str, address: str) -> bool:
        """Say whether `address`, of `host`, may be connected to, and remember one that may not."""
        if allowed(address, self.by_name):
            return True
        self.refused[host] = address
        return False


# The door of the connection that is being opened: resolution starts in the same context. Without one, only
# public addresses are connected to.
DOOR: ContextVar[Door | None] = ContextVar("door", default=None)


@implementer(IResolutionReceiver)
class _Filter:
    """Passes on the resolved addresses that the door lets through."""

    def __init__(self, receiver: IResolutionReceiver, door: Door, host: str) -> None:
        self.receiver = receiver
        self.door = door
        self.host = host

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self.receiver.resolutionBegan(resolution)  # type: ignore[call-arg, misc]

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if self.door.lets(self.host, getattr(address, "host", "")):
            self.receiver.addressResolved(address)  # type: ignore[call-arg, misc]

    def resolutionComplete(self) -> None:  # noqa: N802
        self.receiver.resolutionComplete()  # type: ignore[misc]


@implementer(IHostnameResolver)
class GuardedResolver:
    """The reactor's name resolver, giving out only addresses that the request at hand may connect to.

    It resolves IP literals too, and is asked for every connection.
    """

    def __init__(self, original: IHostnameResolver) -> None:
        """Guard the `original` resolver."""
        self.original = original

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve `hostName` and pass on what may be connected to."""
        door = DOOR.get() or Door()
        receiver = _Filter(resolutionReceiver, door, hostName)
        return self.original.resolveHostName(  # type: ignore[call-arg, misc]
            receiver,  # type: ignore[arg-type]
            hostName,  # type: ignore[arg-type]
            portNumber,  # type: ignore[arg-type]
            addressTypes,  # type: ignore[arg-type]
            transportSemantics,
        )


class GuardedPool(HTTPConnectionPool):
    """The connections of one crawler: each is opened through its door and hangs up on endless headers."""

    def __init__(self, reactor: object, door: Door, per_host: int, factory: Any) -> None:
        """Keep up to `per_host` connections open for each host; `factory` builds their protocols."""
        super().__init__(reactor, persistent=True)  # type: ignore[no-untyped-call]
        self.maxPersistentPerHost = per_host
        self._factory = _bounded(factory)
        self.door = door

    def _newConnection(  # noqa: N802
        self, key: Hashable, endpoint: IStreamClientEndpoint
    ) -> Deferred[HTTP11ClientProtocol]:
        token = DOOR.set(self.door)
        try:
            return super()._newConnection(key, endpoint)
        finally:
            DOOR.reset(token)


class GuardedHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind a door; the setting ALLOWED_ADDRESSES names who else may pass it."""

    def __init__(self, crawler: Crawler) -> None:
        """Make the handler of one crawler, with its own connections."""
        from twisted.internet import reactor

        super().__init__(crawler)
        self.crawler = crawler
        self.door = Door(crawler.settings.getlist("ALLOWED_ADDRESSES"))
        # Scrapy starts all that waits before it counts what is under way, so that more than
        # CONCURRENT_REQUESTS_PER_DOMAIN can be; a connection for each is kept, not opened anew.
        kept = crawler.settings.getint("CONCURRENT_REQUESTS")
        self._pool = GuardedPool(reactor, self.door, kept, self._pool._factory)

    async def download_request(self, request: Request) -> Response:
        """Download `request` when its host has a turn for it, among all sources that ask it.

        Raises Refused for a private address, a host that wants to be left alone and a budget that is spent,
        else as Scrapy's handler does.
        """
        hosts: Hosts = self.crawler.spider.crawl.hosts  # type: ignore[union-attr]
        purse: Purse = self.crawler.spider.purse  # type: ignore[union-attr]
        slot = self.crawler.engine.downloader.slots[request.meta["download_slot"]]
        source = self.crawler.spider.spec.id  # type: ignore[union-attr]
        turn = hosts.turn(urlsplit(request.url).netloc, source, slot.concurrency, slot.delay)
        try:
            async with turn:
                purse.check()
                purse.requests += 1
                return await super().download_request(request)
        except CannotResolveHostError as error:
            address = self.door.refused.get((urlsplit(request.url).hostname or "").strip("[]"))
            if address is None:
                raise
            raise Refused(
                "private_address", f"the host is at {address}, a private or reserved address"
            ) from error


def _bounded(base: Any) -> Any:
    """Return the protocol factory `base` whose protocols hang up on endless headers."""

    class BoundedFactory(base):  # type: ignore[misc]
        def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802
            protocol: HTTP11ClientProtocol = super().buildProtocol(addr)
            _bound_headers(protocol)
            return protocol

    return BoundedFactory


def _bound_headers(protocol: Any) -> None:
    receive = protocol.dataReceived
    parser, size = None, 0

    def data_received(data: bytes) -> None:
        nonlocal parser, size
        if protocol._parser is not None and protocol._parser.state in {STATUS, HEADER}:
            size = len(data) + (size if parser is protocol._parser else 0)
            parser = protocol._parser
            if size > HEADERS_LIMIT:
                protocol.transport.abortConnection()
                return
        receive(data)

    protocol.dataReceived = data_received
