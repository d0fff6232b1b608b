"""Small cares of text: white space, entities that were escaped twice, cutting at a word."""

import re
import sys
import unicodedata
from functools import cache
from html import unescape

from lxml.html import HtmlElement

SPACES = re.compile(r"[\s\u200b\ufeff\u2028\u2029]+")
INLINE_SPACES = re.compile(r"[^\S\n]+|[\u200b\ufeff]+")
# Formatting that some sites leave in a JSON headline. Any other tag stays and is shown as text.
FORMATTING = re.compile(r"</?(?:b|i|em|strong|u|br|span|su[bp]|mark|p|a)(?:\s[^<>]*)?/?>", re.IGNORECASE)


# Unicode's Stream-Safe Text Format (UAX #15, section 13): no letter of any language has more marks in a row.
# Composing takes time quadratic in their number: half a megabyte of them half a minute.
MARKS_IN_A_ROW = 30
BEYOND_LATIN = re.compile(f"[^\x00-\u02ff]{{{MARKS_IN_A_ROW + 1},}}")


def composed(text: str) -> str:
    """Return `text` in NFC, runs of more than 30 combining marks cut to 30."""
    return unicodedata.normalize("NFC", BEYOND_LATIN.sub(lambda run: _marks().sub(r"\1", run[0]), text))


@cache
def _marks() -> re.Pattern[str]:
    marks = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(c))
    return re.compile(f"([{marks}]{{{MARKS_IN_A_ROW}}})[{marks}]+")


def line(text: str) -> str:
    """Return `text` on one line, entities resolved (also those escaped twice), formatting tags cut out."""
    return SPACES.sub(" ", FORMATTING.sub(" ", unescape(unescape(text)))).strip()


def text_of(element: HtmlElement, limit: int) -> str:
    """Return the text in `element` on one line, read no further than about `limit` characters."""
    pieces: list[str] = []
    for piece in element.itertext():
        pieces.append(piece)
        limit -= len(piece)
        if limit <= 0:
            break
    return SPACES.sub(" ", " ".join(pieces)).strip()


def block(text: str) -> str:
    """Return `text` with single spaces and single line breaks."""
    lines = (INLINE_SPACES.sub(" ", one).strip() for one in text.splitlines())
    return "\n".join(one for one in lines if one)


def cut(text: str, limit: int) -> str:
    """Return `text`, or its start up to the last whole word with `…`, at most `limit` characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at = head.rfind(" ")
    return (head[:at] if at > limit // 2 else head).rstrip() + "…"
