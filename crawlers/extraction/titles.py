"""The headline, without the name of the site."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from core.text import fold
from crawlers.extraction.linked import Linked
from crawlers.extraction.meta import Meta
from crawlers.extraction.shown import bare
from crawlers.extraction.wording import line, text_of

SEPARATOR = re.compile(r"\s+[|\-–—·•»:/]+\s+|\s*[|»｜：]\s*")
HEADLINE_LIMIT = 20_000
HEADINGS = 20


def headlines(tree: HtmlElement, linked: Linked, meta: Meta) -> tuple[str, ...]:
    """Return the headlines that the page gives, the best first, each without the site's name.

    Open Graph before JSON-LD: 40 of the 42 headlines given are the one for readers (`og:title`), 32 the one
    for search engines. Then the page's `h1`, then its `title`.
    """
    sites = {bare(line(s)) for s in (linked.site, meta.site) if s}
    tag = _text_of(next(tree.iter("title"), None))
    heading = _heading(tree, (linked.title, meta.title, tag))
    known = tuple(t for t in (heading, line(linked.title)) if t)
    named = (line(t)[:HEADLINE_LIMIT] for t in (meta.title, linked.title, heading, tag))
    return tuple(title for t in named if (title := _without_site(t, sites, known)))


def _heading(tree: HtmlElement, named: tuple[str, ...]) -> str:
    """Return the only `h1`, or the one made mostly of words that the page's other titles have."""
    headings = [text for h in _some(tree.iter("h1")) if (text := _text_of(h))]
    if len(headings) == 1:
        return headings[0]
    words = set(fold(" ".join(named)[:HEADLINE_LIMIT]).split())
    scored = [(len(words & set(fold(h).split())) / len(h.split()), h) for h in headings]
    share, best = max(scored, default=(0.0, ""))
    return best if share > 0.5 else ""


def _some(elements: Iterator[HtmlElement]) -> list[HtmlElement]:
    return [element for element, _ in zip(elements, range(HEADINGS), strict=False)]


def _text_of(element: HtmlElement | None) -> str:
    return line(text_of(element, HEADLINE_LIMIT)[:HEADLINE_LIMIT]) if element is not None else ""


def _without_site(text: str, sites: set[str], known: tuple[str, ...]) -> str:
    """Cut off the site's name at either end, and all that follows a headline known from elsewhere."""
    for headline in known:
        if text.startswith(headline) and SEPARATOR.match(text, len(headline)):
            return headline
    parts = list(SEPARATOR.finditer(text))
    while parts and bare(text[parts[-1].end() :]) in sites:
        text = text[: parts.pop().start()]
    if parts and bare(text[: parts[0].start()]) in sites:
        text = text[parts[0].end() :]
    return text.strip()
