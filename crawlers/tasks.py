"""What the crawl asks of a reader, and what it gets back."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from core.contracts import Contract, Page
from crawlers.extraction.result import Origin
from crawlers.source import SourceSpec


class Link(Contract):
    """An address found, with the publication time that feed or sitemap gives, if it has a zone."""

    url: str
    published_at: AwareDatetime | None = None


class Found(Contract):
    """What a discovery page leads to: pages, further sitemaps (latest first), the next section page.

    `broken` says that it is no feed, sitemap or page at all.
    """

    links: tuple[Link, ...] = ()
    sitemaps: tuple[str, ...] = ()
    next_url: str | None = None
    broken: bool = False


class What(StrEnum):
    """What a body is read as."""

    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"
    ARTICLE = "article"
    THREAD = "thread"


class Task(Contract):
    """A body to read: as what, by which source's rules, where and when it was fetched.

    `section` is the place of the section's rule in the source; `thread_url` the thread's first page;
    `told_at` the publication time that a feed gave for an article.
    """

    what: What
    spec: SourceSpec
    url: str
    content_type: str | None = None
    fetched_at: AwareDatetime
    section: int = 0
    thread_url: str = ""
    told_at: datetime | None = None


class Shape(Contract):
    """How an article's page is made: where it tells of the article, and whether it bears a date itself."""

    origin: Origin
    dated: bool


class Reading(Contract):
    """What was read: pages of an article or thread, or what a discovery page found; an article's shape."""

    pages: tuple[Page, ...] = ()
    found: Found = Found()
    shape: Shape | None = None
