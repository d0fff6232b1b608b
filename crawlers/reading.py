"""Reading: what one fetched body says. All parsing of foreign bytes happens here, in a reader process."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from core.contracts import Contract, Page
from crawlers import discovery, pages
from crawlers.discovery import Found
from crawlers.extraction import decode
from crawlers.source import SourceSpec


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


class Reading(Contract):
    """What was read: pages of an article or thread, or what a discovery page found."""

    pages: tuple[Page, ...] = ()
    found: Found = Found()


def read(task: Task, body: bytes) -> Reading:
    """Return what `body` says. A pure function; may raise or hang on hostile input, so call it apart."""
    spec, url, kind = task.spec, task.url, task.content_type
    match task.what:
        case What.FEED:
            return Reading(found=discovery.links_of_feed(body, url, kind))
        case What.SITEMAP:
            return Reading(found=discovery.links_of_sitemap(body, url))
        case What.SECTION:
            rule = spec.discover.sections[task.section]
            return Reading(found=discovery.links_of_section(decode(body, kind), url, rule))
        case What.ARTICLE:
            return Reading(pages=pages.article(spec, body, url, kind, task.fetched_at, task.told_at))
        case What.THREAD:
            assert spec.threads is not None
            posts, next_url = pages.posts(
                spec, spec.threads, body, url, kind, task.fetched_at, task.thread_url
            )
            return Reading(pages=posts, found=Found(next_url=next_url))
