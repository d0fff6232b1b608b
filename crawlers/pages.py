"""Pages from what was read: an article with the comments below it, the posts of a thread's page."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree
from parsel import Selector

from core.contracts import Page, PageType, content_hash
from core.gate import without_data_uris
from core.text import nfc
from core.urls import normalise, page_id
from crawlers.extraction import Extract, dates, decode, extract
from crawlers.extraction.posted import POSTS_LIMIT, Post, anchored
from crawlers.extraction.result import TITLE_LIMIT
from crawlers.extraction.wording import cut, line
from crawlers.rules import Threads
from crawlers.sections import base_of, next_page
from crawlers.source import SourceSpec
from crawlers.tasks import Reading, Shape, Under

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
NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{4,}")


def article(
    spec: SourceSpec,
    body: bytes,
    url: str,
    content_type: str | None,
    fetched_at: datetime,
    told_at: datetime | None = None,
) -> Reading:
    """Return the article at `url`, the comments below it, and its shape; nothing if there is no text.

    Comments are what the source's CSS finds, else what the page's JSON-LD tells.
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
    marked: tuple[Post, ...] = ()
    if (rule := spec.comments) is not None:
        tree = Selector(decode(body, content_type), type="html")
        marked = _marked(tree, rule.item, rule.text, rule.date, rule.id, spec.language)
    told = found.posts if spec.comment_api is None else ()  # the end point names them otherwise
    under = Under.of(page)
    said = (comment(spec, under, post, fetched_at) for post in marked or told)
    shape = Shape(origin=found.origin, dated=found.published_at is not None)
    return Reading(pages=(page, *said), shape=shape)


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

    Posts are what the source's CSS finds, else what the page's JSON-LD tells of a thread.
    `thread_url` is the address of the thread's first page, from which all ids come.
    """
    tree = Selector(decode(body, content_type), type="html")
    title = cut(without_data_uris(line(text_of(tree.css(rule.title)[:1]))), TITLE_LIMIT)
    said = _marked(tree, rule.post, rule.text, rule.date, rule.id, spec.language)
    if not said:
        told = extract(body, url, content_type)
        title, said = title or told.thread_title, told.posts if told.thread_title else ()
    found = tuple(
        Page(
            id=page_id(thread_url, post.anchor),
            url=f"{url}#{post.anchor}",
            canonical_url=f"{normalise(thread_url)}#{post.anchor}",
            source_id=spec.id,
            type=PageType.POST,
            thread_id=page_id(thread_url),
            thread_title=title,
            text=post.text,
            language=spec.language,
            published_at=post.published_at,
            fetched_at=fetched_at,
            content_hash=content_hash(title, "", post.text),
        )
        for post in said
    )
    return found, next_page(tree, base_of(tree, url), rule.next)


def comment(spec: SourceSpec, under: Under, post: Post, fetched_at: datetime) -> Page:
    """Return a reader's comment under an article."""
    return Page(
        id=page_id(under.canonical_url, post.anchor),
        url=f"{under.url}#{post.anchor}",
        canonical_url=f"{under.canonical_url}#{post.anchor}",
        source_id=spec.id,
        type=PageType.COMMENT,
        parent_id=under.id,
        thread_id=under.id,
        thread_title=under.title,
        section=under.section,
        text=post.text,
        language=spec.language,
        published_at=post.published_at,
        fetched_at=fetched_at,
        content_hash=content_hash("", "", post.text),
    )


def _marked(
    tree: Selector,
    item: str | None,
    text_css: str | None,
    date_css: str | None,
    id_attribute: str,
    language: str,
) -> tuple[Post, ...]:
    """Return the comments or posts that the CSS finds in `tree`."""
    if item is None or text_css is None:
        return ()
    return anchored(
        (
            element.attrib.get(id_attribute, ""),
            text_of(element.css(text_css)[:1]),
            _date(element.css(date_css)[:1], language) if date_css else None,
        )
        for element in tree.css(item)[:POSTS_LIMIT]
    )


def text_of(elements: Sequence[Selector]) -> str:
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
        found = dates.settle([*filter(None, shown), line(text_of([element]))], dates.habits(language, ""))
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
