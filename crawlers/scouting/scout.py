"""The scout: a spider that looks a site over through the crawl's own gate, robots rules and pauses."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler

from core.outcomes import Result
from core.records.hosts import Spent
from crawlers.batches import Crawl
from crawlers.budget import Purse
from crawlers.failures import verdict
from crawlers.project import project_settings
from crawlers.readers import ReadingFailed
from crawlers.scouting.looking import FEED_PATH
from crawlers.scouting.shapes import by_shape, detailed, folder_of
from crawlers.scouting.sights import Scouted, Section, Sight
from crawlers.source import SourceSpec
from crawlers.tasks import Reading, Task, What

# Where sites keep them that link to none: the paths of WordPress, of news systems common in Vietnam, of Hugo.
FEED_PLACES = ("rss", "rss.xml", "feed", "rss/home.rss", "atom.xml", "index.xml")
SITEMAP_PLACES = ("sitemap.xml", "sitemap_index.xml", "sitemap-news.xml", "news-sitemap.xml")
FEEDS, SITEMAPS, SECTIONS, SAMPLES = 12, 4, 4, 6
# Requests before the samples; a plain site takes 25.
REQUESTS = 50
SIBLINGS = 40
SECTION_TEXTS = 3  # a page that links to fewer lists none
TOLD = 2_000
SITEMAP_DEPTH = 3
# Pages of every site that list no texts.
NO_SECTION = re.compile(
    r"(?:^|/)(?:lien-he|gioi-thieu|dieu-khoan|dang-nhap|dang-ky|tim-kiem|quang-cao|toa-soan|thanh-vien|gui-bai"
    r"|tags?|rss|contact|about|login|register|search|terms|privacy|members|account|help|anh|video)(?:[./]|$)",
    re.IGNORECASE,
)


class Scout(Spider):
    """Looks over the site of `spec`, which says little more than its address; `scouted` is what it found."""

    name = "scout"

    def __init__(self, spec: SourceSpec, crawl: Crawl) -> None:
        """Look over the site of `spec`, beginning at its home, as part of `crawl`."""
        super().__init__(name=spec.id)
        self.spec = spec
        self.crawl = crawl
        self.purse = Purse(crawl.settings.crawl.budget, spec.budget, Spent())
        self.counts: Counter[tuple[Result, str]] = Counter()
        self.steps: dict[str, tuple[bool, str]] = {}
        self.failure = ""
        self.asked: set[str] = set()
        self.left = REQUESTS
        self.scouted = Scouted()

    async def start(self) -> AsyncIterator[Any]:
        """Look the site over, one request after the other; nothing goes to the archive."""
        first = await self._look(self.spec.home)
        if first is None:
            self.scouted = Scouted(failure=self.failure)
            return
        home = urljoin(first.url, "/")
        self.spec = self.spec.model_copy(update={"home": home})  # where it was redirected to
        front = first if first.url == home else await self._look(home) or first
        feeds, from_feeds = await self._feeds(home, [first, front])
        sitemaps, from_sitemaps = await self._sitemaps(home)
        sections, from_sections = await self._sections(home, [first, front], bool(feeds or sitemaps))
        linked = [link for sight in (first, front) for link in sight.links]
        told = [
            url
            for url in dict.fromkeys([*from_feeds, *from_sections, *linked, *from_sitemaps])
            if self._own(url) and detailed(url)
        ][:TOLD]
        self.scouted = Scouted(
            home=home,
            name=front.name,
            language=front.language,
            feeds=tuple(feeds),
            sitemaps=tuple(sitemaps),
            sections=tuple(sections),
            samples=tuple(await self._samples(told)),
            told=tuple(told),
        )
        return
        yield  # an asynchronous generator, as Scrapy has it

    async def _feeds(self, home: str, fronts: Sequence[Sight]) -> tuple[list[str], list[str]]:
        """Return the site's feeds that have entries, and the addresses in them."""
        given = [sight.url for sight in fronts if FEED_PATH.search(sight.url)]
        named = list(dict.fromkeys([*given, *(feed for sight in fronts for feed in sight.feeds)]))
        waiting = list(named) or [urljoin(home, place) for place in FEED_PLACES]
        feeds: list[str] = []
        links: list[str] = []
        while waiting and self.left > REQUESTS // 2 and len(feeds) < FEEDS:
            url = waiting.pop(0)
            if (url in self.asked and url not in given) or not self._own(url):
                continue
            reading = await self._read(url, What.FEED)
            found = [link.url for link in reading.found.links] if reading else []
            if any(map(self._own, found)):
                feeds.append(url)
                links += found
            elif reading is not None and reading.found.broken and url in named:  # a page that lists feeds
                page = await self._look(url)
                waiting += page.feeds if page else ()
            if feeds and not named:
                break
        return feeds, links

    async def _sitemaps(self, home: str) -> tuple[list[str], list[str]]:
        """Return the sitemaps that robots.txt names, or a common place has, and their addresses."""
        told = await self._read(urljoin(home, "/robots.txt"), What.ROBOTS)
        named = [sitemap.url for sitemap in told.found.sitemaps] if told else []
        sitemaps: list[str] = []
        links: list[str] = []
        for url in named or [urljoin(home, place) for place in SITEMAP_PLACES]:
            found = await self._in_sitemap(url)
            if any(map(self._own, found)):
                sitemaps.append(url)
                links += found
            if len(sitemaps) >= SITEMAPS or (sitemaps and not named) or self.left < REQUESTS // 4:
                break
        return sitemaps, links

    async def _in_sitemap(self, url: str) -> list[str]:
        for _ in range(SITEMAP_DEPTH):
            reading = await self._read(url, What.SITEMAP)
            if reading is None or reading.found.links or not reading.found.sitemaps:
                return [link.url for link in reading.found.links] if reading else []
            # A news sitemap lists the last two days only, and may be empty.
            further = [sitemap.url for sitemap in reading.found.sitemaps]
            url = next((s for s in further if "news" not in s), further[0])
        return []

    async def _sections(
        self, home: str, fronts: Sequence[Sight], fed: bool
    ) -> tuple[list[Section], list[str]]:
        """Return pages that list texts: a few that were looked at, and what stands beside them.

        A site with feeds or sitemaps is `fed`, and only its first sections are looked at.
        """
        candidates = [url for sight in fronts for url in sight.links if self._may_list(url, home)]
        beside: dict[str, list[str]] = {}
        for url in dict.fromkeys(candidates):
            folder, _, below = urlsplit(url).path.strip("/").partition("/")
            beside.setdefault(folder if below else "", []).append(url)
        sections: list[Section] = []
        links: list[str] = []
        for folder, urls in sorted(beside.items(), key=lambda group: -len(group[1])):
            good = []
            for url in urls[: 2 if fed else SECTIONS]:
                sight = await self._look(url)
                texts = [link for link in sight.links if self._own(link) and detailed(link)] if sight else []
                if sight is not None and len(set(texts)) >= SECTION_TEXTS:
                    good.append(Section(url=url, next=sight.next))
                    links += texts
            following = next((section.next for section in good if section.next), None)
            found = [section.url for section in good]
            if good and (folder or fed):
                found += [url for url in urls if url not in self.asked][:SIBLINGS]
            sections += [Section(url=url, next=following) for url in found]
            if len(sections) >= SECTIONS or self.left <= 0:
                break
        return sections, links

    async def _samples(self, told: Sequence[str]) -> list[Sight]:
        """Return a few pages that may be texts: of each shape of address, from different folders."""
        chosen: list[str] = []
        groups = by_shape(told)
        for group in groups:
            by_folder: dict[tuple[str, ...], list[str]] = {}
            for url in group:
                by_folder.setdefault(folder_of(url), []).append(url)
            spread = sorted(by_folder.values(), key=len, reverse=True)
            firsts = [urls[0] for urls in spread[:3]] + [url for urls in spread for url in urls[1:2]]
            chosen += firsts[:3]
        chosen = chosen[:SAMPLES]
        largest = [url for url in (groups[0] if groups else ()) if url not in chosen]
        chosen += largest[: SAMPLES - len(chosen)]
        self.left = SAMPLES
        sights = [await self._look(url, page=True) for url in chosen]
        return [sight for sight in sights if sight is not None]

    async def _look(self, url: str, *, page: bool = False) -> Sight | None:
        reading = await self._read(url, What.SIGHT, page=page)
        return reading.sight if reading else None

    async def _read(self, url: str, what: What, *, page: bool = False) -> Reading | None:
        """Fetch `url` and return what a reader makes of it, None for what can't be had."""
        if self.left <= 0:
            return None
        self.left -= 1
        self.asked.add(url)
        meta = {"any_host": what is not What.SIGHT or url == self.spec.home, "page": page}
        meta["packed"] = what in {What.FEED, What.SITEMAP}
        try:
            response = await self.crawler.engine.download_async(Request(url, meta=meta, dont_filter=True))
            if response.status != 200:
                raise ReadingFailed(f"the server answers with status {response.status}")
            task = Task(
                what=what,
                spec=self.spec,
                url=response.url,
                content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
                fetched_at=datetime.now(UTC),
            )
            return await self.crawl.readers.read(task, response.body)
        except Exception as error:
            self.failure = str(error) if isinstance(error, ReadingFailed) else verdict(error).detail
            self.steps[url] = (False, self.failure)
            return None

    def _own(self, url: str) -> bool:
        return self.spec.has(url)

    def _may_list(self, url: str, home: str) -> bool:
        path = urlsplit(url).path.strip("/")
        return (
            self._own(url)
            and url not in {home, self.spec.home}
            and 0 < len(path) < 80
            and path.count("/") < 3
            and not urlsplit(url).query
            and not detailed(url)
            and not NO_SECTION.search(path)
        )


async def scout(crawl: Crawl, spec: SourceSpec) -> Scouted:
    """Look over the site of `spec` and return what was found."""
    crawler = Crawler(Scout, project_settings(crawl.settings, spec))
    await AsyncCrawlerRunner().crawl(crawler, spec=spec, crawl=crawl)
    assert isinstance(crawler.spider, Scout)
    return crawler.spider.scouted
