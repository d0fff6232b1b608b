"""Finding pages: what feeds, sitemaps and section pages link to. Pure functions of untrusted bytes."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import feedparser
from lxml import etree
from parsel import Selector

from core.urls import TRACKING
from crawlers.extraction.dates import NO_YEAR, YEARS
from crawlers.source import SectionPages
from crawlers.tasks import Found, Link

# sitemaps.org: at most 50,000 addresses in one file, an address of at most 2,048 characters.
LINKS_LIMIT = 50_000
URL_LIMIT = 2_048


def links_of_feed(body: bytes, url: str, content_type: str | None) -> Found:
    """Return what the RSS or Atom feed `body` of `url` links to, also from an ill-formed one."""
    headers = {"content-type": content_type or "application/xml", "content-location": url}
    # As a file: bytes alone it takes for the name of one on this machine, if there is such a file.
    feed = feedparser.parse(
        BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
    )
    links = []
    for entry in feed.entries[:LINKS_LIMIT]:
        address = _absolute(url, entry.get("link") or entry.get("id") or "")
        if address:
            links.append(Link(url=address, published_at=_moment(entry.get("published") or "")))
    return Found(links=tuple(links), broken=not feed.get("version") and not links)


def links_of_sitemap(body: bytes, url: str) -> Found:
    """Return the pages and sitemaps that the sitemap `body` of `url` lists; a text of URLs is one too."""
    links: list[Link] = []
    sitemaps: list[tuple[str, str]] = []
    if not body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        lines = body.decode("utf-8", "replace").splitlines()[:LINKS_LIMIT]
        addresses = [_absolute(url, line) for line in lines if line.startswith(("http://", "https://"))]
        listed = [Link(url=address) for address in addresses if address]
        return Found(links=tuple(listed), broken=not listed)
    parser = etree.XMLPullParser(
        ("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    rooted = False
    for start in range(0, len(body), 65_536):
        parser.feed(body[start : start + 65_536])
        for _, element in parser.read_events():
            assert isinstance(element, etree._Element)
            name = _name(element)
            rooted = rooted or name in {"url", "sitemap", "urlset", "sitemapindex"}
            if name not in {"url", "sitemap"}:
                continue
            facts = {
                _name(child): (child.text or "").strip() for child in element.iter() if child is not element
            }
            address = _absolute(url, facts.get("loc", ""))
            if address and name == "sitemap":
                sitemaps.append((facts.get("lastmod", ""), address))
            elif address:
                links.append(Link(url=address, published_at=_moment(facts.get("publication_date", ""))))
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
        if len(links) + len(sitemaps) >= LINKS_LIMIT:
            break
    latest = [address for _, address in sorted(sitemaps, key=lambda s: s[0], reverse=True)]
    return Found(links=tuple(links[:LINKS_LIMIT]), sitemaps=tuple(latest), broken=not rooted)


def links_of_section(html: str, url: str, rule: SectionPages) -> Found:
    """Return what the section page `html` of `url` links to by `rule`, and its next page."""
    page = Selector(html, type="html")
    base = urljoin(url, page.css("base::attr(href)").get("").strip())
    elements = page.css(rule.links)[:LINKS_LIMIT]
    hrefs = [e.attrib.get("href") or e.css("a::attr(href)").get("") for e in elements]
    addresses = [_absolute(base, href) for href in hrefs]
    return Found(
        links=tuple(Link(url=a) for a in dict.fromkeys(addresses) if a),
        next_url=next_page(page, base, rule.next),
    )


def next_page(page: Selector, base: str, css: str | None) -> str | None:
    """Return the address of the page's link to its next page, or None."""
    href = page.css(css).xpath("@href").get() if css else None
    return _absolute(base, href) if href else None


def _absolute(base: str, address: str) -> str | None:
    """Return `address` as it is to be fetched, without what only follows readers, or None for no address."""
    address = address.strip()
    if not address or len(address) > URL_LIMIT:
        return None
    try:
        parts = urlsplit(urljoin(base, address))
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    query = "&".join(p for p in parts.query.split("&") if not TRACKING.fullmatch(p.partition("=")[0]))
    return parts._replace(query=query, fragment="").geturl()


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _moment(text: str) -> datetime | None:
    """Return the time that `text` gives with its zone (RFC 3339 or RFC 5322), else None: no guess.

    A year that no page can be of is no time either.
    """
    text = text.strip()[:60]
    if NO_YEAR.search(text):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, IndexError, OverflowError):
            continue
        zoned = found.tzinfo is not None and "GMT+" not in text and "GMT-" not in text
        return found if zoned and found.year in YEARS else None
    return None
