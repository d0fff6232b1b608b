"""Pages from what was read: an article with the comments below it, the posts of a thread's page."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree
from parsel import Selector

from core.contracts import Page, PageType, content_hash
from core.gate import without_data_uris
from core.text import nfc
from core.urls import normalise, page_id
from crawlers.discovery import next_page
from crawlers.extraction import Extract, dates, decode, extract
from crawlers.extraction.result import TITLE_LIMIT
from crawlers.extraction.wording import block, cut, line
from crawlers.source import Comments, SourceSpec, Threads
from crawlers.tasks import Reading, Shape

# The longest of 8,572 readers' comments (UIT-ViCTSD) has 1,494 characters; forum posts run to ten times that.
POST_LIMIT = 20_000
# More comments on one page than any paged site shows at once.
POSTS_LIMIT = 5_000
ANCHOR_LIMIT = 100
# What has no title and is shorter than a paragraph is a menu or a notice, not an article.
UNTITLED_LENGTH = 200
BLOCKS = frozenset(
    ["p", "div", "li", "br", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "ul", "ol", "pre"]
)
SKIPPED = frozenset(["script", "style", "template", "noscript", "blockquote", "button", "form"])
# The channels of Vietnamese papers have names of up to four words ("Khoa học công nghệ"); what is longer is a
# headline in the wrong place, and may name a child.
SECTION_WORDS = 4
WORD = re.compile(r"\w+")
# A run of digits this long in an address is an article's number, not a day or a page.
NUMBER = re.compile(r"\d{4,}")


def article(
    spec: SourceSpec,
    body: bytes,
    url: str,
    content_type: str | None,
    fetched_at: datetime,
    told_at: datetime | None = None,
) -> Reading:
    """Return the article at `url`, the comments below it, and its shape; nothing if there is no text.

    `told_at` is the publication time its feed gave; it counts when the page has none.
    """
    found = extract(body, url, content_type)
    if not found.text or (not found.title and len(found.text) < UNTITLED_LENGTH):
        return Reading()
    canonical = _canonical(spec, found, url)
    page = Page(
        id=page_id(canonical),
        url=url,
        canonical_url=normalise(canonical),
        source_id=spec.id,
        type=PageType.ARTICLE,
        section=found.section if len(WORD.findall(found.section)) <= SECTION_WORDS else "",
        title=found.title,
        lead=found.lead,
        text=found.text,
        language=found.language or spec.language,
        published_at=found.published_at or told_at,
        modified_at=found.modified_at,
        fetched_at=fetched_at,
        content_hash=content_hash(found.title, found.lead, found.text),
    )
    shape = Shape(origin=found.origin, dated=found.published_at is not None)
    if spec.comments is None:
        return Reading(pages=(page,), shape=shape)
    tree = Selector(decode(body, content_type), type="html")
    return Reading(pages=(page, *_below(spec, spec.comments, tree, page)), shape=shape)


def posts(
    spec: SourceSpec,
    rule: Threads,
    body: bytes,
    url: str,
    content_type: str | None,
    fetched_at: datetime,
    thread_url: str,
) -> tuple[tuple[Page, ...], str | None]:
    """Return the posts on one page of a thread, and the address of its next page.

    `thread_url` is the address of the thread's first page, from which all ids come.
    """
    tree = Selector(decode(body, content_type), type="html")
    title = cut(without_data_uris(line(_text(tree.css(rule.title)[:1]))), TITLE_LIMIT)
    found = []
    for anchor, text, date in _items(tree.css(rule.post), rule.text, rule.date, rule.id, spec.language):
        found.append(
            Page(
                id=page_id(thread_url, anchor),
                url=f"{url}#{anchor}",
                canonical_url=f"{normalise(thread_url)}#{anchor}",
                source_id=spec.id,
                type=PageType.POST,
                thread_id=page_id(thread_url),
                thread_title=title,
                text=text,
                language=spec.language,
                published_at=date,
                fetched_at=fetched_at,
                content_hash=content_hash(title, "", text),
            )
        )
    base = urljoin(url, tree.css("base::attr(href)").get("").strip())
    return tuple(found), next_page(tree, base, rule.next)


def _below(spec: SourceSpec, rule: Comments, tree: Selector, page: Page) -> Iterable[Page]:
    for anchor, text, date in _items(tree.css(rule.item), rule.text, rule.date, rule.id, spec.language):
        yield Page(
            id=page_id(page.canonical_url, anchor),
            url=f"{page.url}#{anchor}",
            canonical_url=f"{page.canonical_url}#{anchor}",
            source_id=spec.id,
            type=PageType.COMMENT,
            parent_id=page.id,
            thread_id=page.id,
            thread_title=page.title,
            section=page.section,
            text=text,
            language=spec.language,
            published_at=date,
            fetched_at=page.fetched_at,
            content_hash=content_hash("", "", text),
        )


def _items(
    elements: Sequence[Selector], text_css: str, date_css: str | None, id_attribute: str, language: str
) -> Iterable[tuple[str, str, datetime | None]]:
    """Yield anchor, text and date of each comment or post; one without an id is named by its text."""
    taken: set[str] = set()
    for element in elements[:POSTS_LIMIT]:
        text = cut(block(without_data_uris(_text(element.css(text_css)[:1]))), POST_LIMIT)
        if not text:
            continue
        date = _date(element.css(date_css)[:1], language) if date_css else None
        anchor = line(element.attrib.get(id_attribute, ""))[:ANCHOR_LIMIT]
        if not anchor or anchor in taken:
            stamp = date.isoformat() if date else ""
            anchor = "t" + hashlib.sha256(f"{stamp} {text}".encode()).hexdigest()[:16]
        if anchor not in taken:
            taken.add(anchor)
            yield anchor, text, date


def _text(elements: Sequence[Selector]) -> str:
    """Return the text of `elements`, block elements on lines of their own, quoted posts left out."""
    parts: list[str] = []
    for element in elements:
        walk = etree.iterwalk(element.root, events=("start", "end"))
        for event, node in walk:
            skipped = not isinstance(node.tag, str) or node.tag in SKIPPED
            if node.tag in BLOCKS:
                parts.append("\n")
            if event == "start" and skipped:
                walk.skip_subtree()
            elif event == "start":
                parts.append(node.text or "")
            elif node is not element.root:
                parts.append(node.tail or "")
    return nfc("".join(parts))


def _date(elements: Sequence[Selector], language: str) -> datetime | None:
    for element in elements:
        shown = [element.attrib.get(name, "") for name in ("datetime", "content", "data-time", "title")]
        found = dates.settle([*filter(None, shown), line(_text([element]))], dates.habits(language, ""))
        if found is not None:
            return found
    return None


def _canonical(spec: SourceSpec, found: Extract, url: str) -> str:
    """Return the address that names the article: what it claims, if that can be this very article.

    It has to be an article's address of the same site, and to share the article's number or last part:
    pages that all claim one and the same address would otherwise become one.
    """
    try:
        here, claimed = urlsplit(normalise(url)), urlsplit(normalise(found.canonical_url))
    except ValueError:
        return url
    if here.netloc != claimed.netloc or spec.kind_of(found.canonical_url) != "article":
        return url
    numbers = [set(NUMBER.findall(parts.path + parts.query)) for parts in (here, claimed)]
    same = bool(numbers[0] & numbers[1]) if any(numbers) else _last(here.path) == _last(claimed.path)
    return found.canonical_url if same else url


def _last(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]
