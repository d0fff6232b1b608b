"""Reading: what one fetched body says. All parsing of foreign bytes happens here, in a reader process."""

from protego import Protego

from crawlers import pages
from crawlers.comments import comments, with_comments
from crawlers.extraction import decode
from crawlers.feeds import links_of_feed
from crawlers.links import absolute
from crawlers.scouting.looking import look
from crawlers.sections import links_of_listing, links_of_section
from crawlers.sitemaps import links_of_sitemap
from crawlers.tasks import Found, Reading, Sitemap, Task, What


def read(task: Task, body: bytes) -> Reading:
    """Return what `body` says. A pure function; may raise or hang on hostile input, so call it apart."""
    spec, url, kind = task.spec, task.url, task.content_type
    match task.what:
        case What.FEED:
            return Reading(found=links_of_feed(body, url, kind))
        case What.SITEMAP:
            return Reading(found=links_of_sitemap(body, url))
        case What.SECTION:
            section = spec.discover.sections[task.place]
            return Reading(found=links_of_section(decode(body, kind), url, section, task.nth))
        case What.LISTING:
            rule = spec.discover.listings[task.place]
            return Reading(found=links_of_listing(body, url, rule, task.nth))
        case What.ARTICLE:
            reading = pages.article(spec, body, url, kind, task.fetched_at, task.told_at)
            return with_comments(reading, spec.comment_api, body, kind) if spec.comment_api else reading
        case What.COMMENTS:
            assert spec.comment_api is not None
            assert task.under is not None
            return comments(spec, spec.comment_api, body, task.under, task.nth, task.fetched_at)
        case What.THREAD:
            assert spec.threads is not None
            posts, next_url = pages.posts(
                spec, spec.threads, body, url, kind, task.fetched_at, task.thread_url
            )
            return Reading(pages=posts, found=Found(next_url=next_url))
        case What.ROBOTS:
            return Reading(found=Found(sitemaps=_told_sitemaps(body, url)))
        case What.SIGHT:
            return Reading(sight=look(body, url, kind))


def _told_sitemaps(body: bytes, url: str) -> tuple[Sitemap, ...]:
    told = Protego.parse(body.decode("utf-8", "replace")).sitemaps
    return tuple(Sitemap(url=address) for line in told if (address := absolute(url, line)))
