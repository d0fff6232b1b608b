"""Sitemaps: indexes, news sitemaps, texts of addresses, feeds that serve as one. Untrusted bytes."""

import re
from collections.abc import Iterator

from lxml import etree

from crawlers.feeds import links_of_feed, local_name
from crawlers.links import LINKS_LIMIT, absolute, moment
from crawlers.tasks import Found, Link, Sitemap

CHUNK = 65_536
# Where the sitemap itself begins: programs leave warnings and blank lines before it.
START = re.compile(rb"<(?:\?xml|!DOCTYPE|(?:\w+:)?(urlset|sitemapindex|rss|feed|rdf)\b)", re.IGNORECASE)
ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex|url|sitemap|rss|feed|rdf)\b", re.IGNORECASE)
ENCODING = re.compile(r"""^<\?xml[^>]{0,200}\?>""")
# An ampersand that begins none of XML's own references: written bare, or of an entity, which are not read.
BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")


def links_of_sitemap(body: bytes, url: str) -> Found:
    """Return the pages and sitemaps that the sitemap `body` of `url` lists, the latest of each first."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = ENCODING.sub("", body.decode("utf-16", "replace").lstrip("\ufeff")).encode()
    root = ROOT.search(body)
    if root is None:
        return _lines(body, url)
    if b"<!ENTITY" in body[: root.start()]:
        return Found(broken=True)  # no sitemap has entities of its own, but for harm
    if root[1].lower() in {b"rss", b"feed", b"rdf"}:
        return links_of_feed(body, url, None)
    start = START.search(body)
    pages: list[tuple[str, Link]] = []
    sitemaps: list[Sitemap] = []
    for kind, facts in _entries(BARE.sub(b"&amp;", body[start.start() if start else 0 :])):
        address = absolute(url, facts.get("loc", ""))
        told = facts.get("publication_date", "")
        if address and kind == "sitemap":
            sitemaps.append(Sitemap(url=address, lastmod=facts.get("lastmod", "")))
        elif address:
            pages.append((told or facts.get("lastmod", ""), Link(url=address, published_at=moment(told))))
        if len(pages) + len(sitemaps) >= LINKS_LIMIT:
            break
    # W3C dates sort as text, to the day at least.
    pages.sort(key=lambda page: page[0], reverse=True)
    sitemaps.sort(key=lambda sitemap: sitemap.lastmod, reverse=True)
    return Found(links=tuple(link for _, link in pages), sitemaps=tuple(sitemaps))


def _lines(body: bytes, url: str) -> Found:
    """Return the addresses of a text with one in each line."""
    lines = body.decode("utf-8-sig", "replace").splitlines()[:LINKS_LIMIT]
    addresses = [absolute(url, line) for line in lines if line.startswith(("http://", "https://"))]
    listed = tuple(Link(url=address) for address in addresses if address)
    return Found(links=listed, broken=not listed)


def _entries(body: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield `url` or `sitemap` with what it says: `loc`, `lastmod` and a news item's `publication_date`."""
    parser = etree.XMLPullParser(
        ("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    for start in range(0, len(body), CHUNK):
        parser.feed(body[start : start + CHUNK])
        for _, element in parser.read_events():
            kind = local_name(element)
            if kind not in {"url", "sitemap"}:
                continue
            assert isinstance(element, etree._Element)
            facts: dict[str, str] = {}
            for part in element:  # a picture below has a `loc` too
                facts.setdefault(local_name(part), (part.text or "").strip())
                if local_name(part) == "news":
                    facts.update((local_name(told), (told.text or "").strip()) for told in part)
            yield kind, facts
            element.clear()
