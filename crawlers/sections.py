"""Section pages: what a list of articles or threads links to, and its next page."""

from urllib.parse import urljoin

from parsel import Selector

from crawlers.links import LINKS_LIMIT, absolute
from crawlers.source import SectionPages
from crawlers.tasks import Found, Link


def links_of_section(html: str, url: str, rule: SectionPages) -> Found:
    """Return what the section page `html` of `url` links to by `rule`, and its next page."""
    page = Selector(html, type="html")
    base = base_of(page, url)
    return Found(links=links_in(page, base, rule.links), next_url=next_page(page, base, rule.next))


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
    return urljoin(url, page.css("base::attr(href)").get("").strip())
