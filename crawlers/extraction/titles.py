"""The headline, without the name of the site."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from core.text import fold
from crawlers.extraction.linked import Linked
from crawlers.extraction.meta import Meta
from crawlers.extraction.wording import line

SEPARATOR = re.compile(r"\s+[|\-–—·•»:/]+\s+|\s*[|»]\s*")
NOT_LETTERS = re.compile(r"\W+")
HEADLINE_LIMIT = 20_000


def title(tree: HtmlElement, linked: Linked, meta: Meta) -> str:
    """Return the headline that the page names, the site's name cut off.

    JSON-LD, meta and the page's only `h1` each name one. What two of them name is taken; else the first.
    """
    sites = {_bare(line(s)) for s in (linked.site, meta.site) if s}
    tag = _text_of(next(tree.iter("title"), None))
    heading = _heading(tree, (linked.title, meta.title, tag))
    named = [
        _without_site(line(t)[:HEADLINE_LIMIT], sites, heading)
        for t in (linked.title, meta.title, heading, tag)
    ]
    found = [n for n in named if n]
    bare = [_bare(n) for n in found]
    return next((n for n, b in zip(found, bare, strict=True) if bare.count(b) > 1), found[0] if found else "")


def _heading(tree: HtmlElement, named: tuple[str, ...]) -> str:
    """Return the `h1` that shares most with what is named elsewhere, or the only one."""
    headings = [t for t in (_text_of(h) for h in _some(tree.iter("h1"))) if t]
    if len(headings) == 1:
        return headings[0]
    words = set(fold(" ".join(named)[:HEADLINE_LIMIT]).split())
    scored = [(len(words & set(fold(h).split())) / len(h.split()), h) for h in headings]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] > 0.5 else ""


def _some(elements: Iterator[HtmlElement]) -> list[HtmlElement]:
    return [element for element, _ in zip(elements, range(20), strict=False)]


def _text_of(element: HtmlElement | None) -> str:
    return line(" ".join(element.itertext())[:HEADLINE_LIMIT]) if element is not None else ""


def _without_site(text: str, sites: set[str], heading: str) -> str:
    """Cut segments at the end (or start) that are the site's name, or all that follows the page's heading."""
    if heading and text != heading and SEPARATOR.match(text, len(heading)) and text.startswith(heading):
        return heading
    parts = list(SEPARATOR.finditer(text))
    while parts and _bare(text[parts[-1].end() :]) in sites:
        text = text[: parts.pop().start()]
    if parts and _bare(text[: parts[0].start()]) in sites:
        text = text[parts[0].end() :]
    return text.strip()


def _bare(text: str) -> str:
    return NOT_LETTERS.sub("", fold(text))
