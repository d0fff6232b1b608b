"""The column of an article: the lines of text that a site's template puts in one kind of place.

Publishing systems write all paragraphs of an article into elements of one make (tag and class), and the rest
(teasers, boxes, forms, notices) into elements of other makes. Where one make clearly outweighs the others,
its place in the page is the article, and no costlier algorithm has to be asked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from lxml.html import HtmlElement

from crawlers.extraction.lines import Line, Make

# Less text than this may be a notice above a login. Sizes are in bytes of UTF-8.
COLUMN_MINIMUM = 400
SHORT = 80
# How much of the column's text its place in the page holds: the rest is the same make elsewhere.
HELD = 0.9
# Another make that has more than this share of the column's text, and stands between headline and column, may
# belong to the article as well. As many links between the lines make a list of teasers.
RIVAL = 0.35
# What is text however short it is and however it looks.
PARTS = frozenset(["li", "dt", "dd", "blockquote"])
# How publishing systems call the paragraph between headline and text.
LEAD = re.compile(
    r"lead|sapo|intro|teaser|excerpt|summary|standfirst|sub-?title|sub-?head|description|dek|chapeau|vorspann"
    r"|tom-?tat|mo-?ta|entradilla|ingress|abstract",
    re.IGNORECASE,
)


def column(lines: Sequence[Line]) -> str:
    """Return the text of the article in the `lines` of its page, paragraphs as lines.

    Empty when no make of lines is clearly the article's.
    """
    own, place = _own(lines)
    if place is None:
        return ""
    start, end = own[0], own[-1] + 1
    titles = [i for i, line in enumerate(lines) if line.holder.tag == "h1"]
    if titles and titles[0] >= end:
        return ""
    after_headline = max((i + 1 for i in titles if i < start), default=start)
    if _rivalled(lines[after_headline:end], own=lines[start].make) or _stands_before(
        lines[after_headline:start]
    ):
        return ""
    kinds = {lines[i].kind for i in own if lines[i].size >= SHORT}
    lead = [line.text for line in lines[after_headline:start] if _leads(line, kinds)]
    return "\n".join([*lead[:1], *_kept(lines, own, place, kinds)])


def _own(lines: Sequence[Line]) -> tuple[list[int], HtmlElement | None]:
    """Return which lines are of the make with the most text, in its one place, and that place; or none."""
    weights = _weights(lines)
    make = max(weights, key=weights.__getitem__, default=())
    if weights[make] < COLUMN_MINIMUM:
        return [], None
    of_make = [i for i, line in enumerate(lines) if line.make == make and _is_text(line)]
    place = _place([lines[i] for i in of_make], HELD * weights[make])
    own = [i for i in of_make if _within(lines[i].home, place)]
    between = (line for line in lines[own[0] : own[-1]] if line.linked and _within(line.home, place))
    return (own, place) if sum(line.size for line in between) <= RIVAL * weights[make] else ([], None)


def _is_text(line: Line) -> bool:
    return not line.linked and not line.heading


def _weights(lines: Iterable[Line]) -> Counter[Make]:
    """Return how much text there is of each make, headings and links aside."""
    weights: Counter[Make] = Counter()
    for line in lines:
        if _is_text(line):
            weights[line.make] += line.size
    return weights


def _rivalled(lines: Iterable[Line], *, own: Make) -> bool:
    weights = _weights(lines)
    column = weights.pop(own)
    return max(weights.values(), default=0) > RIVAL * column


def _stands_before(lines: Sequence[Line]) -> bool:
    """Say whether a make among the `lines` above the column has text enough for one: that may be comments."""
    count = Counter(line.make for line in lines if _is_text(line))
    return any(size >= COLUMN_MINIMUM and count[make] > 1 for make, size in _weights(lines).items())


def _kept(lines: Sequence[Line], own: list[int], place: HtmlElement, kinds: set[Make]) -> Iterator[str]:
    """Yield the own lines that look like text, and the headings above them."""
    make = lines[own[0]].make
    texts = {
        i for i in own if lines[i].size >= SHORT or lines[i].kind in kinds or lines[i].holder.tag in PARTS
    }
    heading: Line | None = None
    for i in range(own[0], own[-1] + 1):
        line = lines[i]
        if line.heading:
            repeated = heading is not None and heading.text == line.text
            heading = line if not repeated and _within(line.home, place) else None
        elif i in texts:
            if heading is not None:
                yield heading.text
            heading = None
            yield line.text
        elif line.linked or (heading is not None and heading.make != make):
            # The heading of a list of links, or of a box.
            heading = None


def _leads(line: Line, kinds: set[Make]) -> bool:
    """Say whether a line between headline and column is the lead: named so, or it looks like the text."""
    if line.linked or line.size < SHORT:
        return False
    names = line.kind[1:] + line.make[-1:]
    return any(LEAD.search(name) for name in names) or (len(line.kind) > 1 and line.kind in kinds)


def _within(element: HtmlElement, place: HtmlElement) -> bool:
    return element is place or any(a is place for a in element.iterancestors())


def _place(lines: list[Line], least: float) -> HtmlElement:
    """Return the deepest element that holds at least `least` bytes of `lines`."""
    held: Counter[HtmlElement] = Counter()
    for line in lines:
        held[line.home] += line.size
        for ancestor in line.home.iterancestors():
            held[ancestor] += line.size
    return min((e for e, size in held.items() if size >= least), key=lambda e: held[e])
