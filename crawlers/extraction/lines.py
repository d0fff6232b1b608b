"""A page read line by line, as a browser breaks it, with the place in the template each line comes from."""

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from crawlers.extraction.wording import SPACES

Make = tuple[str, ...]

# Never part of the text that flows, whatever stands in them.
BESIDE = frozenset(
    {"nav", "footer", "aside", "form", "figure", "figcaption", "button", "dialog", "select", "textarea"}
    | {"noscript", "label", "audio", "video", "iframe", "script", "style", "template", "svg", "object"}
    | {"canvas", "head"}
)
# What stands within a line without ending it.
INLINE = frozenset({"button", "label", "noscript", "script", "style", "template", "svg", "iframe"})
# Boxes that scripts of social networks fill, and readers' comments, by the names of their classes and ids.
FOREIGN = re.compile(
    r"twitter-tweet|instagram-media|tiktok-embed|disqus_thread"
    r"|(?:[a-z]+[-_])?(?:comment|kommentar)[se]?(?:[-_]?(?:list|body|text|content|items?|area|box|thread))?",
    re.IGNORECASE,
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# What holds text for the element around it, so that its own make says nothing.
CARRIERS = HEADINGS | {"p", "ul", "ol", "dl", "li", "dt", "dd", "blockquote", "pre"}
BLOCKS = (
    CARRIERS
    | {"div", "section", "article", "main", "header", "address", "details", "form", "center", "hr"}
    | {"table", "caption", "thead", "tbody", "tr", "th", "td", "body", "html"}
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
    reader = _Reader(tree)
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            reader.leave(element)
        elif _beside(element):
            walk.skip_subtree()
            reader.pass_by(element)
        else:
            reader.enter(element)
        if len(reader.lines) >= LINES_LIMIT:
            break
    reader.end_line()
    return reader.lines


class _Reader:
    """The lines read so far, and the one that is being read: its pieces, and the blocks around it."""

    def __init__(self, tree: HtmlElement) -> None:
        self.lines: list[Line] = []
        self._holders = [tree]
        self._pieces: list[str] = []
        self._linked = self._links = 0
        self._makes: dict[HtmlElement, Make] = {}

    def enter(self, element: HtmlElement) -> None:
        self._links += element.tag == "a"
        # What stands in a heading belongs to it, whatever it is.
        within_heading = self._holders[-1].tag in HEADINGS
        if element.tag in BLOCKS and not within_heading:
            self.end_line()
            self._holders.append(element)
        elif element.tag == "br" and within_heading:
            self._pieces.append(" ")
        elif element.tag == "br":
            self.end_line()
        self._read(element.text)

    def pass_by(self, element: HtmlElement) -> None:
        self._links += element.tag == "a"
        if element.tag not in INLINE:
            self.end_line()

    def leave(self, element: HtmlElement) -> None:
        self._links -= element.tag == "a"
        if element is self._holders[-1]:
            self.end_line()
            self._holders.pop()
        self._read(element.tail)

    def end_line(self) -> None:
        text = SPACES.sub(" ", "".join(self._pieces)).strip()
        if text:
            holder = self._holders[-1]
            home = _home(holder)
            make = self._makes.get(home) or self._makes.setdefault(home, _make(home))
            linked = self._linked > LINKED * len(text)
            self.lines.append(Line(text, holder, home, make, len(text.encode()), linked))
        self._pieces.clear()
        self._linked = 0

    def _read(self, piece: str | None) -> None:
        if piece:
            self._pieces.append(piece)
            if self._links:
                self._linked += len(piece.strip())


def _beside(element: HtmlElement) -> bool:
    """Say whether `element` stands beside the text of the page, with all that is in it."""
    if element.tag in {"html", "body", "main", "article"}:
        return False
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
