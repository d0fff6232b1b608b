"""A page read line by line, as a browser breaks it, with the place in the template each line comes from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from crawlers.extraction.wording import SPACES

Make = tuple[str, ...]

# Never part of the text that flows, whatever stands in them.
BESIDE = frozenset(
    "nav footer aside form figure figcaption button dialog select noscript label audio video iframe"
    " script style template svg object canvas textarea head".split()
)
# What stands within a line without ending it.
INLINE = frozenset("button label noscript script style template svg iframe".split())
# Boxes that the scripts of social networks fill, and readers' comments, by the names of their classes and ids.
FOREIGN = re.compile(
    r"twitter-tweet|instagram-media|tiktok-embed|disqus_thread|binh-?luan|y-?kien"
    r"|(?:[a-z]+[-_])?(?:comment|kommentar)[se]?(?:[-_]?(?:list|body|text|content|items?|area|box|section|thread))?",
    re.IGNORECASE,
)
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
# What holds text for the element around it, so that its own make says nothing.
CARRIERS = HEADINGS | frozenset(["p", "ul", "ol", "dl", "li", "dt", "dd", "blockquote", "pre"])
BLOCKS = CARRIERS | frozenset(
    "div section article main header table tbody thead tr td th caption hr center address details form"
    " body html".split()
)
LINKED = 0.5
# Ten times those of the longest of 42 news pages; what comes after is not read.
LINES_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page: its text, what holds it, the element whose make counts, and that make.

    `size` is in bytes of UTF-8: a Chinese sentence takes a third of the letters of an English one. `linked`:
    more than half of it is links.
    """

    text: str
    holder: HtmlElement
    home: HtmlElement
    make: Make
    size: int
    linked: bool

    @property
    def heading(self) -> bool:
        """Whether the line is a heading."""
        return self.holder.tag in HEADINGS

    @property
    def kind(self) -> Make:
        """Tag and first class of the holder: how the line looks to a reader."""
        return (self.holder.tag, *(self.holder.get("class") or "").split()[:1])


def lines_of(tree: HtmlElement) -> list[Line]:
    """Return the first 20,000 lines of the page in `tree`, without what stands beside its text."""
    return list(islice(_lines(tree), LINES_LIMIT))


def _lines(tree: HtmlElement) -> Iterator[Line]:
    makes: dict[HtmlElement, Make] = {}
    holders = [tree]
    pieces: list[str] = []
    linked = links = 0

    def flush() -> Iterator[Line]:
        nonlocal linked
        text = SPACES.sub(" ", "".join(pieces)).strip()
        pieces.clear()
        if text:
            home = _home(holders[-1])
            make = makes.get(home) or makes.setdefault(home, _make(home))
            yield Line(text, holders[-1], home, make, len(text.encode()), linked > LINKED * len(text))
        linked = 0

    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        tag, piece = element.tag, element.text
        if event == "end":
            piece = element.tail
            links -= tag == "a"
            if element is holders[-1]:
                yield from flush()
                holders.pop()
        elif _beside(element):
            walk.skip_subtree()
            piece = None
            links += tag == "a"
            if tag not in INLINE:
                yield from flush()
        else:
            links += tag == "a"
            # What stands in a heading belongs to it, whatever it is.
            if (tag in BLOCKS and holders[-1].tag not in HEADINGS) or element is tree:
                yield from flush()
                holders.append(element)
            elif tag == "br" and holders[-1].tag in HEADINGS:
                piece = " "
            elif tag == "br":
                yield from flush()
        if piece:
            pieces.append(piece)
            linked += len(piece) if links else 0
    yield from flush()


def _beside(element: HtmlElement) -> bool:
    if element.tag == "form":
        # ASP.NET writes the whole page into a form right below `body`.
        parent = element.getparent()
        return parent is not None and parent.tag != "body"
    if element.tag in BESIDE:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return any(FOREIGN.fullmatch(name) for name in names)


def _home(element: HtmlElement) -> HtmlElement:
    while element.tag in CARRIERS and (parent := element.getparent()) is not None:
        element = parent
    return element


def _make(element: HtmlElement | None) -> Make:
    """Return the tags from `element` up to the first with a class, and the first of its classes.

    A `div` without a class is but a wrapper.
    """
    parts: list[str] = []
    while element is not None:
        names = (element.get("class") or "").split()
        if names or element.tag != "div":
            parts.append(element.tag)
        if names:
            return (*parts, names[0])
        element = element.getparent()
    return tuple(parts)
