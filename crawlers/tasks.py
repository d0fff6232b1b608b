"""What the crawl asks of a reader, and what it gets back."""

import re
from datetime import date, datetime
from enum import StrEnum

from pydantic import AwareDatetime

from core.contracts import Contract, Page
from crawlers.extraction.result import Origin
from crawlers.scouting.sights import Sight
from crawlers.source import SourceSpec

# A year, month or day; a time may follow.
W3C_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}(?!\d)")


class Link(Contract):
    """An address found, with the publication time that feed or sitemap gives, if it has a zone."""

    url: str
    published_at: AwareDatetime | None = None


class Sitemap(Contract):
    """A sitemap that another names, with when it last changed as that says (a W3C date, or nothing)."""

    url: str
    lastmod: str = ""

    def changed_since(self, day: date) -> bool:
        """Say whether it may have changed on `day` or later: it says so, or does not say."""
        told = W3C_DAY.match(self.lastmod)
        return told is None or told[0] >= day.isoformat()[: len(told[0])]


class Found(Contract):
    """What a discovery page leads to: pages, further sitemaps (latest first), the next section page.

    `broken` says that it is no feed, sitemap or page at all.
    """

    links: tuple[Link, ...] = ()
    sitemaps: tuple[Sitemap, ...] = ()
    next_url: str | None = None
    broken: bool = False


class Under(Contract):
    """The article that comments stand under; `number` is what the source's comment end point knows it by."""

    id: str
    url: str
    canonical_url: str
    title: str
    section: str
    number: str = ""

    @classmethod
    def of(cls, page: Page, number: str = "") -> "Under":
        """Return what comments under the article `page` keep of it."""
        return cls(
            id=page.id,
            url=page.url,
            canonical_url=page.canonical_url,
            title=page.title,
            section=page.section,
            number=number,
        )


class What(StrEnum):
    """What a body is read as."""

    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"
    LISTING = "listing"
    ARTICLE = "article"
    COMMENTS = "comments"
    THREAD = "thread"
    ROBOTS = "robots"
    SIGHT = "sight"


class Task(Contract):
    """A body to read: as what, by which source's rules, where and when it was fetched.

    `place` is that of a section's or listing's rule in the source, `nth` counts the pages of a list from 0;
    `thread_url` is the thread's first page, `told_at` the publication time that a feed gave for an article,
    `under` the article of comments.
    """

    what: What
    spec: SourceSpec
    url: str
    content_type: str | None = None
    fetched_at: AwareDatetime
    place: int = 0
    nth: int = 0
    thread_url: str = ""
    told_at: datetime | None = None
    under: Under | None = None


class Shape(Contract):
    """How an article's page is made: where it tells of the article, and whether it bears a date itself."""

    origin: Origin
    dated: bool


class Reading(Contract):
    """What was read: pages of an article or thread, or what a discovery page found.

    `shape` is an article's; `under` is the article whose comments are to be had at `found.next_url`; `sight`
    what a page of an unknown site shows.
    """

    pages: tuple[Page, ...] = ()
    found: Found = Found()
    shape: Shape | None = None
    under: Under | None = None
    sight: Sight | None = None
