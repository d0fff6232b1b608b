"""Feeds: RSS, Atom and JSON Feed, also ill-formed. Pure functions of untrusted bytes."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import feedparser
from lxml import etree

from crawlers.links import LINKS_LIMIT, absolute, moment
from crawlers.tasks import Found, Link


def links_of_feed(body: bytes, url: str, content_type: str | None) -> Found:
    """Return what the feed `body` of `url` links to.

    A feed that feedparser makes nothing of (UTF-16, an open `<link>`) is read once more, tag by tag.
    """
    if body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return _of_json(body, url)
    headers = {"content-type": content_type or "application/xml", "content-location": url}
    # As a file: bytes alone it takes for the name of one on this machine, if there is such a file.
    feed = feedparser.parse(
        BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
    )
    atom = str(feed.get("version", "")).startswith("atom")
    found = [(_address(entry), _date(entry, atom)) for entry in feed.entries]
    known = bool(feed.get("version")) or bool(feed.entries)
    if not any(address for address, _ in found):
        found = list(_recovered(body))
        known = known or bool(found)
    return Found(links=_links(url, found), broken=not known)


def _address(entry: Any) -> str:
    """Return an entry's address: before FeedBurner's detour, its link, or a guid that is one."""
    address: str = entry.get("feedburner_origlink") or entry.get("link") or ""
    if address.strip():
        return address
    named = str(entry.get("id") or "").strip()
    return named if named.startswith(("http://", "https://", "/")) else ""


def _date(entry: Any, atom: bool) -> str:
    """Return when an entry was published; feedparser gives the `dc:date` of RSS as `updated`."""
    told = entry.get("published") or ("" if atom else dict.get(entry, "updated"))
    return str(told or "")


def _recovered(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield address and time of each item that can be told in what is nearly XML."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    for item in root.iter():
        if local_name(item) not in {"item", "entry"}:
            continue
        facts: dict[str, str] = {}
        for part in item.iter():
            said = (part.text or "").strip() or str(part.get("href") or "")
            facts.setdefault(local_name(part).lower(), said)
        yield facts.get("link", ""), facts.get("pubdate", facts.get("published", ""))


def _of_json(body: bytes, url: str) -> Found:
    """Return what a JSON Feed (jsonfeed.org, version 1.1) links to."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        return Found(broken=True)
    items = feed.get("items")
    if not isinstance(items, list) or "jsonfeed.org" not in str(feed.get("version")):
        return Found(broken=True)
    found = [
        (str(item.get("url") or ""), str(item.get("date_published") or ""))
        for item in items
        if isinstance(item, dict)
    ]
    return Found(links=_links(url, found))


def _links(url: str, found: list[tuple[str, str]]) -> tuple[Link, ...]:
    links = ((absolute(url, address), date) for address, date in found[:LINKS_LIMIT])
    return tuple(Link(url=address, published_at=moment(date)) for address, date in links if address)


def local_name(element: Any) -> str:
    """Return the name of an XML element without its namespace, declared or not; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""
