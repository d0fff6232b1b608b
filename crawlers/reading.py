"""Reading: what one fetched body says. All parsing of foreign bytes happens here, in a reader process."""

from crawlers import discovery, pages
from crawlers.extraction import decode
from crawlers.tasks import Found, Reading, Task, What


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
            return pages.article(spec, body, url, kind, task.fetched_at, task.told_at)
        case What.THREAD:
            assert spec.threads is not None
            posts, next_url = pages.posts(
                spec, spec.threads, body, url, kind, task.fetched_at, task.thread_url
            )
            return Reading(pages=posts, found=Found(next_url=next_url))
