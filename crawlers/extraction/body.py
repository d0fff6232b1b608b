"""The tree of a page and the text of its article."""

import logging
import re
from collections.abc import Sequence
from html import unescape

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction

from crawlers.extraction.column import column
from crawlers.extraction.lines import Line, lines_of
from crawlers.extraction.shown import bare, repeats
from crawlers.extraction.wording import block, text_of

# trafilatura reports each page without text; our outcome says so already.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
# Never text, and what makes copying a tree slow: a third of the elements on the pages measured.
WEIGHT = ("script", "style", "svg", "template", "iframe", "object", "canvas")
# The largest of 42 news pages has 4,000 elements besides. trafilatura takes time quadratic in their number:
# a page of more than five times that is read paragraph by paragraph.
ELEMENTS = 20_000
# Parsing takes time quadratic in the number of a tag's attributes. Long tags carry scripts' data or pictures.
LONG_TAG = re.compile(r"(<[a-zA-Z][\w:-]{0,40})[^<>]{20000,}")
BESIDE = {"a", "nav", "footer", "aside", "li", "form"}
# trafilatura's fast rules find the whole article on 41 of the 42 pages given. Where they find less than this
# share of what stands in paragraphs, its slower comparison with other algorithms is asked.
FOUND_SHARE = 0.5
PARAGRAPH_LIMIT = 20_000
COMPARED = 4_000  # characters of the declared text that are looked for in the page
IN_BLOCKS = re.compile(r"<(?:p|br|div|li|blockquote)\b", re.IGNORECASE)
MARKED_UP = re.compile(rf"{IN_BLOCKS.pattern}|</(?:a|b|i|em|strong|span|script|style)>", re.IGNORECASE)
# How many lines before the text may be headline, kicker and byline.
HEAD_LINES = 6
# A line this long is a paragraph, whatever comes before it on its own is kicker, byline or date.
PARAGRAPH = 80
ENDS = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$|\d")
NAME_WORDS = 6
IMPRINT = re.compile(r"^(?:©|\(c\)\s|copyright\b|e-?mail:)|^\S+@\S+$", re.IGNORECASE)


def parse(source: str) -> HtmlElement | None:
    """Return the tree of `source` without comments; None when there is none."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        return document_fromstring(LONG_TAG.sub(r"\1", source).encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def plain(text: str) -> str:
    """Return `text`, which may be HTML, as lines; texts quoted in HTML are left out."""
    text = unescape(unescape(text))
    if not MARKED_UP.search(text):
        return block(text)
    tree = parse(text if IN_BLOCKS.search(text) else text.replace("\n", "<br>"))
    if tree is None:
        return ""
    etree.strip_attributes(tree, "class", "id")  # what names a comment here is the text itself
    quotes = {element for quote in tree.iter("blockquote") for element in quote.iter()}
    return "\n".join(line.text for line in lines_of(tree) if line.holder not in quotes)


def main_text(tree: HtmlElement, lines: Sequence[Line], declared: str, headlines: tuple[str, ...]) -> str:
    """Return the text of the article in `tree`, whose `lines` are given, paragraphs as lines.

    `declared` is its JSON-LD body, which stands in when the page itself yields less than half of it, or none
    of what it says: many sites leave the paragraphs out there. `headlines` are not repeated in the text.
    """
    text, declared = column(lines) or _asked(tree), plain(declared)
    shorter = len(text) < FOUND_SHARE * len(declared)
    if shorter or (len(declared) > FOUND_SHARE * len(text) and not repeats(text, declared[:COMPARED])):
        text = declared
    return _without_frame(block(text), {bare(h) for h in headlines if h})


def _asked(tree: HtmlElement) -> str:
    """Return what trafilatura takes for the article; takes scripts and styles out of `tree`."""
    etree.strip_elements(tree, *WEIGHT, with_tail=False)
    paragraphs = [p for p in tree.iter("p") if not _beside(p)]
    if sum(1 for _ in tree.iter()) > ELEMENTS:
        return "\n".join(text_of(p, PARAGRAPH_LIMIT) for p in paragraphs)
    text = _found(tree, fast=True)
    if len(text) < FOUND_SHARE * sum(len(piece.strip()) for p in paragraphs for piece in p.itertext()):
        text = max(text, _found(tree, fast=False), key=len)
    return text


def _found(tree: HtmlElement, *, fast: bool) -> str:
    try:
        document = bare_extraction(tree, fast=fast, include_comments=False, with_metadata=False)
    except Exception:
        # The library's failure on a page broken in a new way: nothing was found there.
        return ""
    return (getattr(document, "text", None) or "") if document is not None else ""


def _beside(element: HtmlElement) -> bool:
    return any(ancestor.tag in BESIDE for ancestor in element.iterancestors())


def _without_frame(text: str, headlines: set[str]) -> str:
    """Cut headline, kicker and byline at the start, authors and copyright notes at the end."""
    lines = text.split("\n")
    titles = [i for i, one in enumerate(lines[:HEAD_LINES]) if bare(one) in headlines]
    if titles:
        lines = lines[titles[-1] + 1 :]
    first = next((i for i, one in enumerate(lines[:HEAD_LINES]) if len(one) >= PARAGRAPH), 0)
    lines = [one for i, one in enumerate(lines) if i >= first or ENDS.search(one)]
    while len(lines) > 1 and (IMPRINT.match(lines[-1]) or _names(lines[-1])):
        lines.pop()
    return "\n".join(lines)


def _names(text: str) -> bool:
    """Say whether `text` is nothing but a few capitalised words: names of authors, which are not kept."""
    words = text.split()
    return len(words) <= NAME_WORDS and all(word[0].isupper() for word in words) and not ENDS.search(text)
