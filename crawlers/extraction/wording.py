"""Small cares of text: white space, entities that were escaped twice, cutting at a word."""

import re
from html import unescape

from lxml.html import HtmlElement

SPACES = re.compile(r"[\s\u200b\ufeff\u2028\u2029]+")
INLINE_SPACES = re.compile(r"[^\S\n]+|[\u200b\ufeff]+")
# Formatting that some sites leave in a JSON headline. Any other tag stays and is shown as text.
FORMATTING = re.compile(r"</?(?:b|i|em|strong|u|br|span|su[bp]|mark|p|a)(?:\s[^<>]*)?/?>", re.IGNORECASE)


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
