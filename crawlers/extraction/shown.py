"""What stands around the headline for a reader: the date, the lead."""

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from core.text import fold
from crawlers.extraction.dates import Habits, parse
from crawlers.extraction.lines import Line
from crawlers.extraction.wording import text_of

DATED = re.compile(r"date|time|publi|ngay|gio|posted|datum|zeit", re.IGNORECASE)
CHANGED = re.compile(r"modif|updat|cap-?nhat|countdown|event|expire|birth|copyright", re.IGNORECASE)
NOT_OURS = {"a", "aside", "nav", "footer", "form", "script", "style", "head", "option"}
DATE_LENGTH = 120
# How many elements before and after the headline belong to it: byline, date, tools for sharing.
BEFORE, AFTER = 25, 80
LEAD_MINIMUM, LEAD_MAXIMUM = 40, 1_500
HEADLINE_MINIMUM = 15
# Letters in a row that two texts share only when one quotes the other.
PIECE = 20
NOT_LETTERS = re.compile(r"[\W_]+")


def dates(tree: HtmlElement, headlines: tuple[str, ...], habits: Habits) -> Iterator[str]:
    """Yield the texts around the headline that name a date, in order, those of changes left out.

    The headline is the first `h1`, or a lesser heading that says what one of the `headlines` says. Without
    one nothing is yielded: the dates of a page are then those of other articles as well.
    """
    for element in _around_headline(tree, headlines):
        label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        if CHANGED.search(label):
            continue
        named = element.tag == "time" or bool(DATED.search(label))
        if not named and (element.tag == "p" or len(element) > 3):
            continue
        for text in (element.get("datetime") or "", _short(element)):
            if text and parse(text, habits):
                yield text


def lead(lines: Iterable[Line], described: tuple[str, ...], headlines: tuple[str, ...]) -> str:
    """Return the line of the page that says what one of the descriptions says, or nothing.

    Descriptions are often cut, so a line that begins with one is the lead as well; one that holds one of the
    `headlines` too is not.
    """
    titles = _long(headlines)
    wanted = [bare(d.rstrip(".… ")) for d in described if len(d) >= LEAD_MINIMUM]
    if not wanted:
        return ""
    for line in lines:
        if line.linked or not LEAD_MINIMUM <= len(line.text) <= LEAD_MAXIMUM:
            continue
        written = bare(line.text)
        if any(title in written for title in titles):
            continue
        if any(w in written and len(written) < 2 * len(w) for w in wanted):
            return line.text
    return ""


def repeats(text: str, other: str) -> bool:
    """Say whether `text` has half of `other` already, piece by piece, word for word."""
    written, wanted = bare(text), bare(other)
    pieces = [wanted[i : i + PIECE] for i in range(0, len(wanted) - PIECE + 1, PIECE)] or [wanted]
    return sum(piece in written for piece in pieces) >= len(pieces) / 2


def bare(text: str) -> str:
    """Return `text` folded and without anything but letters and digits: equal texts look equal."""
    return NOT_LETTERS.sub("", fold(text))


def _around_headline(tree: HtmlElement, headlines: tuple[str, ...]) -> Iterator[HtmlElement]:
    headline = next(tree.iter("h1"), None)
    if headline is None:
        titles = _long(headlines)
        lesser = ((h, bare(text_of(h, LEAD_MAXIMUM))) for h in tree.iter("h2", "h3", "h4"))
        headline = next((h for h, said in lesser if any(title in said for title in titles)), None)
    if headline is None:
        return
    elements = list(tree.iter("*"))
    at = elements.index(headline)
    for element in elements[max(0, at - BEFORE) : at + AFTER]:
        if element.tag not in NOT_OURS and not _elsewhere(element):
            yield element


def _long(headlines: tuple[str, ...]) -> list[str]:
    return [title for h in headlines if len(title := bare(h)) >= HEADLINE_MINIMUM]


def _elsewhere(element: HtmlElement) -> bool:
    """Say whether `element` is part of a link, a menu or a box beside the article."""
    return any(ancestor.tag in NOT_OURS for ancestor in element.iterancestors())


def _short(element: HtmlElement) -> str:
    text = text_of(element, 4 * DATE_LENGTH)
    return text if len(text) <= DATE_LENGTH else ""
