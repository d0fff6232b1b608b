"""What ends the asking: a source's budget that is spent, a host that wants to be left alone."""

from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler

from crawlers.budget import Purse
from crawlers.hosts import Hosts

# Reasons by which a request is left for a later run; nothing was found out about its page.
LEFT = frozenset({"budget", "host_waits"})


class Limits:
    """Lets requests pass while their source's budget lasts and their host may be asked; counts bytes.

    What passes waits for its turn; `crawlers.connection` looks again when that comes, and counts requests.
    """

    def __init__(self, crawler: Crawler, purse: Purse, hosts: Hosts) -> None:
        """Count what `crawler` spends of `purse`."""
        self.purse = purse
        self.hosts = hosts
        crawler.signals.connect(self.received, signal=signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Limits":
        """Take purse and hosts from the crawler's spider."""
        spider = crawler.spider
        return cls(crawler, spider.purse, spider.crawl.hosts)  # type: ignore[union-attr]

    def process_request(self, request: Request) -> None:
        """Raise Refused for a request that has to be left for a later run."""
        self.purse.check()
        self.hosts.check(urlsplit(request.url).netloc)

    def received(self, data: bytes) -> None:
        """Count what came in."""
        self.purse.received += len(data)
