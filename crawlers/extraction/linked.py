"""JSON-LD: what a page tells search engines about its article (schema.org NewsArticle and kin)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

# https://schema.org/Article and its sub-types that news sites and forums use, the most telling first.
ARTICLES = (
    (
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "BackgroundNewsArticle",
    ),
    ("LiveBlogPosting", "Article", "DiscussionForumPosting", "Report", "AdvertiserContentArticle"),
    ("BlogPosting", "SocialMediaPosting", "TechArticle", "ScholarlyArticle", "SatiricalArticle"),
)
FORUM = "DiscussionForumPosting"
RANK = {name: rank for rank, names in enumerate(ARTICLES) for name in names}
WHOLE_PAGE = {"WebPage", "ItemPage"}
# Where the main thing of a page may hang. Lists of other articles (hasPart, itemListElement) are not entered.
CARRIERS = ("@graph", "mainEntity", "mainEntityOfPage")
# What some publishing systems put around the JSON.
WRAPPING = ("<!--", "-->", "<![CDATA[", "]]>", "//<![CDATA[", "//]]>", "/*<![CDATA[*/", "/*]]>*/", ";")
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
FIELD = re.compile(
    r'"(headline|description|datePublished|dateModified|articleSection|articleBody|inLanguage)"'
    r'\s*:\s*\[?\s*"((?:[^"\\]|\\.)*)"'
)
ARTICLE_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"(?:' + "|".join(RANK) + ')"')
SIZE_LIMIT = 2_000_000
DEPTH_LIMIT = 6


@dataclass(frozen=True)
class Linked:
    """What JSON-LD says about the page's article; empty where it says nothing.

    `posts`, as JSON: the comments on it, and first of all the thing itself where it is a post of a `forum`.
    """

    title: str = ""
    description: str = ""
    body: str = ""
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    section: str = ""
    language: str = ""
    url: str = ""
    site: str = ""
    forum: bool = False
    posts: tuple[Any, ...] = ()


def linked_data(tree: HtmlElement, url: str) -> Linked:
    """Return what the page's JSON-LD says about the article at `url`."""
    things = [thing for root in _roots(tree) for thing in _things(root, 0)]
    articles = [t for t in things if _rank(t) is not None]
    pages = [t for t in things if _types(t) & WHOLE_PAGE]
    if not articles:
        return Linked(published=_all(pages, "datePublished"), modified=_all(pages, "dateModified"))
    main = min(articles, key=lambda t: (not _is_about(t, url), _rank(t)))
    forum = FORUM in _types(main)
    return Linked(
        title=_text(main.get("headline")) or _text(main.get("name")),
        description=_text(main.get("description")),
        body=_text(main.get("articleBody")) or _text(main.get("text")),
        published=_all([main], "datePublished"),
        modified=_all([main], "dateModified"),
        section=_text(main.get("articleSection")),
        language=_text(main.get("inLanguage")),
        url=_text(main.get("url")),
        site=_text(main.get("publisher")),
        forum=forum,
        posts=(main if forum else main.get("comment"), *(t for t in things if "Comment" in _types(t))),
    )


def _roots(tree: HtmlElement) -> Iterator[Any]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield from _parsed(script.text[:SIZE_LIMIT])


def _parsed(source: str) -> Iterator[Any]:
    """Yield the values in `source`: JSON, JSON with common mistakes, or else the fields that can be read."""
    for attempt in (source, TRAILING_COMMA.sub(r"\1", _unwrapped(source))):
        try:
            yield json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return
    if ARTICLE_TYPE.search(source):
        fields: dict[str, str] = {"@type": "Article"}
        for name, value in FIELD.findall(source):
            fields.setdefault(name, _unquoted(value))
        yield fields


def _unwrapped(source: str) -> str:
    previous = None
    while previous != source:
        previous = source
        source = source.strip()
        for mark in WRAPPING:
            source = source.removeprefix(mark).removesuffix(mark)
    return source


def _unquoted(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value


def _things(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEPTH_LIMIT:
        return
    if isinstance(value, list):
        for one in value:
            yield from _things(one, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for carrier in CARRIERS:
            if isinstance(value.get(carrier), dict | list):
                yield from _things(value[carrier], depth + 1)


def _types(thing: dict[str, Any]) -> set[str]:
    found = thing.get("@type")
    names = found if isinstance(found, list) else [found]
    return {str(n).rsplit("/", 1)[-1].removeprefix("schema:") for n in names}


def _rank(thing: dict[str, Any]) -> int | None:
    return min((RANK[t] for t in _types(thing) if t in RANK), default=None)


def _is_about(thing: dict[str, Any], url: str) -> bool:
    """Say whether `thing` names `url` as its address, by path, since hosts have twins."""
    path = _path(url)
    named = (thing.get("url"), thing.get("mainEntityOfPage"), thing.get("@id"))
    return bool(path) and any(_path(_text(n)) == path for n in named)


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path).rstrip("/")
    except ValueError:
        return ""


def _all(things: list[dict[str, Any]], key: str) -> tuple[str, ...]:
    return tuple(found for t in things if (found := _text(t.get(key))))


def _text(value: Any, depth: int = 0) -> str:
    """Return a JSON-LD value as text: the first of a list, the name, value or id of a thing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and depth < DEPTH_LIMIT:
        return next((found for v in value if (found := _text(v, depth + 1))), "")
    if isinstance(value, dict) and depth < DEPTH_LIMIT:
        keys = ("@value", "name", "@id", "url")
        return next((found for k in keys if (found := _text(value.get(k), depth + 1))), "")
    return ""
