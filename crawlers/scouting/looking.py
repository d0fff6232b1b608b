"""Looking at a page of an unknown site, in a reader process: where it leads and what it seems to be."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement
from parsel import Selector

from crawlers.extraction import decode, extract
from crawlers.extraction.wording import line
from crawlers.links import absolute
from crawlers.scouting.sights import Items, Sight
from crawlers.sections import base_of, links_in

LINKS_LIMIT = 1_000
NAME_LIMIT = 200
ENOUGH_TEXT = 200
# Of the text of an article's page less than this lies in links; of a list's page more.
LINK_SHARE = 0.5
DECLARED = re.compile(
    r'property=["\']og:type["\'][^>]{0,40}article|"@type"\s*:\s*\[?\s*"(?:\w*Article|BlogPosting)"',
    re.IGNORECASE,
)
FEED_TYPES = "rss+xml", "atom+xml", "feed+json"
FEED_PATH = re.compile(r"/(?:rss|feeds?|atom)(?:[/.][^?]*)?$|\.(?:rss|atom)$", re.IGNORECASE)
# What names a post or comment, the steadiest first.
NAMING = ("data-id", "data-comment-id", "data-post-id", "data-cid", "id")
NAMED = re.compile(r"^([a-z_-]*?)[-_]?\d+$", re.IGNORECASE)
DATED = re.compile(r"date|time|ngay|thoi-gian|posted", re.IGNORECASE)
ONWARD = re.compile(r"^\W*(?:trang (?:sau|kế|tiếp)|sau|tiếp(?: theo)?|next|[»›>])\W*$", re.IGNORECASE)
PLAIN_CLASS = re.compile(r"^[A-Za-z_][\w-]{0,60}$")
MOST = 0.8  # of the items have what all should have


def look(body: bytes, url: str, content_type: str | None) -> Sight:
    """Return what the page `body` of `url` shows."""
    html = decode(body, content_type)
    page = Selector(html, type="html")
    base = base_of(page, url)
    links = tuple(link.url for link in links_in(page, base, "a[href]")[:LINKS_LIMIT])
    kinds = " or ".join(f"contains(@type, '{kind}')" for kind in FEED_TYPES)
    alternate = page.xpath(f"//link[contains(@rel, 'alternate')][{kinds}]/@href").getall()
    feeds = [address for href in alternate if (address := absolute(base, href))]
    feeds += [link for link in links if FEED_PATH.search(link)]
    name = page.xpath("//meta[@property='og:site_name']/@content").get() or _name(page)
    found = extract(body, url, content_type)
    text, linked = _lengths(page)
    declared = bool(DECLARED.search(html))
    own = bool(found.title) and len(found.full_text) >= ENOUGH_TEXT
    return Sight(
        url=url,
        name=line(name)[:NAME_LIMIT],
        language=found.language or line(page.xpath("/html/@lang").get("")).partition("-")[0].lower(),
        feeds=tuple(dict.fromkeys(feeds)),
        links=links,
        next=_next(page),
        article=own and (declared or linked < LINK_SHARE * max(1, text)),
        declared=declared,
        items=_items(page, max(1, text - linked)),
    )


def _name(page: Selector) -> str:
    """Return the part of the page's title that names the site: what stands last, behind a dash or bar."""
    return re.split(r"\s[-|–•]\s", line(page.css("title::text").get("")))[-1]


def _lengths(page: Selector) -> tuple[int, int]:
    """Return how many characters the page shows, and how many of them in links."""
    shown = "not(self::script or self::style or self::noscript)"
    everything = sum(len(line(t)) for t in page.xpath(f"//body//*[{shown}]/text()").getall())
    return everything, sum(len(line(t)) for t in page.xpath("//body//a//text()").getall())


def _next(page: Selector) -> str | None:
    """Return CSS of the link to the next page, if there is one that can be told."""
    for css in ("a[rel~=next]", "link[rel~=next]"):
        if page.css(css):
            return css
    for link in page.css("a[href][class]"):
        classes = [c for c in link.attrib["class"].split() if PLAIN_CLASS.match(c)]
        named = [c for c in classes if re.search(r"next|sau$|tiep", c, re.IGNORECASE)]
        if named or (classes and ONWARD.match(line("".join(link.css("::text").getall())))):
            return f"a.{(named or classes)[0]}"
    return None


def _items(page: Selector, text: int) -> Items | None:
    """Return the posts or comments of the page: elements of one make, each named by a number of its own."""
    groups: defaultdict[tuple[str, str, str], list[HtmlElement]] = defaultdict(list)
    for element in page.xpath("//body//*[@class]"):
        node = element.root
        name = next((n for n in NAMING if NAMED.match(node.get(n, ""))), None)
        if name and (kind := _class(node)):
            groups[f"{node.tag}.{kind}", name, NAMED.sub(r"\1", node.get(name, ""))].append(node)
    repeated = [(key, nodes) for key, nodes in groups.items() if len(nodes) > 1 and not _links(nodes)]
    if not repeated:
        return None
    (css, name, _), nodes = max(repeated, key=lambda group: sum(map(_length, group[1])))
    inner = _text_css(nodes)
    if inner is None:
        return None
    share = sum(map(_said, nodes)) / text
    return Items(
        item=css, text=inner, date=_date_css(nodes), id=name, count=len(nodes), share=min(share, 1.0)
    )


def _links(items: Sequence[HtmlElement]) -> bool:
    """Say whether `items` are mostly links: cards of other articles."""
    linked = sum(_length(link) for item in items for link in item.iter("a"))
    return linked > LINK_SHARE * sum(map(_length, items))


def _text_css(items: Sequence[HtmlElement]) -> str | None:
    """Return CSS of what holds most of what the items say, as deep down as it goes."""
    sizes: defaultdict[str, list[int]] = defaultdict(list)
    for item in items:
        for css, node in _first_of_each(item):
            sizes[css].append(_said(node))
    whole = sum(map(_said, items))
    holding = [
        css
        for css, found in sizes.items()
        if len(found) >= MOST * len(items) and sum(found) >= whole / 2 and not css.startswith(("a", "time"))
    ]
    return min(holding, key=lambda css: sum(sizes[css]), default=None)


def _date_css(items: Sequence[HtmlElement]) -> str | None:
    counts: defaultdict[str, int] = defaultdict(int)
    for item in items:
        for css, node in _first_of_each(item):
            if node.tag == "time":
                counts["time"] += 1
            elif DATED.search(css.partition(".")[2]):
                counts[css] += 1
    dated = [css for css, count in counts.items() if count >= MOST * len(items)]
    return "time" if "time" in dated else next(iter(dated), None)


def _first_of_each(item: HtmlElement) -> Iterable[tuple[str, HtmlElement]]:
    seen: set[str] = set()
    for node in item.iterdescendants():
        if not isinstance(node.tag, str):
            continue
        kind = _class(node)
        css = f"{node.tag}.{kind}" if kind else node.tag
        if css not in seen:
            seen.add(css)
            yield css, node


def _class(node: HtmlElement) -> str:
    return next((c for c in (node.get("class") or "").split() if PLAIN_CLASS.match(c)), "")


def _length(node: HtmlElement) -> int:
    return len(line(str(node.text_content())))


def _said(node: HtmlElement) -> int:
    """Return the length of the node's text outside of links and dates."""
    return _length(node) - sum(map(_length, node.iterdescendants("a", "time")))
