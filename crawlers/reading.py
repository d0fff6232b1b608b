"""Reading: what one fetched body says. All parsing of foreign bytes happens here, in a reader process."""

from crawlers import pages
from crawlers.extraction import decode
from crawlers.feeds import links_of_feed
from crawlers.sections import links_of_section
from crawlers.sitemaps import links_of_sitemap
from crawlers.tasks import Found, Reading, Task, What


def read(task: Task, body: bytes) -> Reading:
    """Return what `body` says. A pure function; may raise or hang on hostile input, so call it apart."""
    spec, url, kind = task.spec, task.url, task.content_type
    match task.what:
        case What.FEED:
            return Reading(found=links_of_feed(body, url, kind))
        case What.SITEMAP:
            return Reading(found=links_of_sitemap(body, url))
        case What.SECTION:
            rule = spec.discover.sections[task.section]
            return Reading(found=links_of_section(decode(body, kind), url, rule))
        case What.ARTICLE:
            return Reading(pages=pages.article(spec, body, url, kind, task.fetched_at, task.told_at))
        case What.THREAD:
            assert spec.threads is not None
            posts, next_url = pages.posts(
                spec, spec.threads, body, url, kind, task.fetched_at, task.thread_url
            )
            return Reading(pages=posts, found=Found(next_url=next_url))
