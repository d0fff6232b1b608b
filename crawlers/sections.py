"""Lists of articles or threads: section pages and "load more" end points. Pure functions."""

from parsel import Selector

from crawlers.links import LINKS_LIMIT, absolute
from crawlers.paging import answer_of, at, next_address, strings
from crawlers.rules import Listing, SectionPages
from crawlers.tasks import Found, Link


def links_of_section(html: str, url: str, rule: SectionPages, nth: int = 0) -> Found:
    """Return what page `nth` (from 0) of a section links to by `rule`, and the address of its next page."""
    page = Selector(html, type="html")
    base = base_of(page, url)
    links = links_in(page, base, rule.links)
    linked = next_page(page, base, rule.next) if nth + 1 < rule.pages else None
    return Found(links=links, next_url=linked or (next_address(rule, nth) if links else None))


def links_of_listing(body: bytes, url: str, rule: Listing, nth: int) -> Found:
    """Return what page `nth` of a "load more" end point links to, and the address of the next one."""
    try:
        answer = answer_of(body)
    except ValueError:
        return Found(broken=True)
    if rule.html is not None:
        page = Selector("\n".join(strings(at(rule.html, answer))) or "<p></p>", type="html")
        links = links_in(page, url, rule.css)
    else:
        found = strings(at(rule.links or "", answer))[:LINKS_LIMIT]
        links = tuple(Link(url=a) for a in dict.fromkeys(absolute(url, text) for text in found) if a)
    return Found(links=links, next_url=next_address(rule, nth, answer) if links else None)


def links_in(page: Selector, base: str, css: str) -> tuple[Link, ...]:
    """Return the links of the elements `css`, or of the first link in each, once each."""
    elements = page.css(css)[:LINKS_LIMIT]
    hrefs = [e.attrib.get("href") or e.css("a::attr(href)").get("") for e in elements]
    return tuple(Link(url=a) for a in dict.fromkeys(absolute(base, href) for href in hrefs) if a)


def next_page(page: Selector, base: str, css: str | None) -> str | None:
    """Return the address of the page's link to its next page, or None."""
    href = page.css(css).xpath("@href").get() if css else None
    return absolute(base, href) if href else None


def base_of(page: Selector, url: str) -> str:
    """Return the address that relative links of the page at `url` begin from."""
    return absolute(url, page.css("base::attr(href)").get("")) or url
