"""The peers of the crawl in its benchmark: plain Scrapy spiders, each run in a process of its own.

`python -m tools.bench_spiders trafilatura|fetch SITEMAP TARGET.parquet`: the first calls trafilatura in
its callback and writes title, date and text to Parquet, 200 pages at a time as our archive does; the
second only fetches. Both obey robots.txt, ask with the same number of requests at once as our crawl, and
have no pause; the rest is Scrapy's default.
"""

import sys
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.spiders import SitemapSpider

from crawlers.project import AT_ONCE

BATCH = 200
SCHEMA = pa.schema([(name, pa.string()) for name in ("url", "title", "date", "text")])


class Fetching(SitemapSpider):
    """Fetches all that the sitemap names, and counts it."""

    name = "fetch"

    def parse(self, response: Response) -> Iterator[dict[str, str]]:
        """Give the address."""
        yield {"url": response.url}


class Extracting(SitemapSpider):
    """Fetches all that the sitemap names and lets trafilatura extract it."""

    name = "trafilatura"

    def parse(self, response: Response) -> Iterator[dict[str, str]]:
        """Give the article."""
        from trafilatura import bare_extraction

        found = bare_extraction(response.text, url=response.url, with_metadata=True)
        if found is not None:
            yield {"url": response.url, "title": found.title, "date": found.date, "text": found.text}


class Parquet:
    """The pipeline of both: writes items to one Parquet file."""

    def __init__(self, target: str) -> None:
        self.writer = pq.ParquetWriter(target, SCHEMA, compression="zstd")
        self.rows: list[dict[str, str]] = []

    @classmethod
    def from_crawler(cls, crawler: object) -> "Parquet":
        """Take the file from the settings."""
        return cls(crawler.settings["TARGET"])  # type: ignore[attr-defined]

    def process_item(self, item: dict[str, str]) -> dict[str, str]:
        """Take an item; write when there are enough."""
        self.rows.append(item)
        if len(self.rows) >= BATCH:
            self._write()
        return item

    def close_spider(self) -> None:
        """Write the rest."""
        self._write()
        self.writer.close()

    def _write(self) -> None:
        self.writer.write_table(pa.Table.from_pylist(self.rows, schema=SCHEMA))
        self.rows = []


SPIDERS: dict[str, type[Spider]] = {spider.name: spider for spider in (Fetching, Extracting)}


def main(name: str, sitemap: str, target: str) -> None:
    """Crawl."""
    process = AsyncCrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
            "ITEM_PIPELINES": {Parquet: 100},
            "TARGET": target,
        }
    )
    process.crawl(SPIDERS[name], sitemap_urls=[sitemap])
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
