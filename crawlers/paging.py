"""Paged lists: their addresses one after the other, and places in JSON by JMESPath. Pure functions.

What is foreign never names a host: it stands percent-encoded where the source's template has a place for it.
"""

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError

from crawlers.rules import EndPoint, Paged

PLACE = re.compile(r"\{(\w+)\}")
# What Google's and others' services put before JSON, so that no script element can run it.
GUARD = re.compile(r"^\)\]\}',?\s*")
CURSOR_LIMIT = 500


def address_of(rule: Paged, nth: int, cursor: str | None = None, **values: str) -> str:
    """Return the address of page `nth` (from 0) of a list; `values` fill the places that are no page's."""
    start = rule.start if isinstance(rule, EndPoint) else ""
    filled = {
        "page": str(rule.first + nth * rule.step),
        "cursor": start if cursor is None else cursor,
        **values,
    }
    return PLACE.sub(lambda place: quote(filled[place[1]], safe=""), rule.url)


def next_address(rule: Paged, nth: int, answer: Any = None, **values: str) -> str | None:
    """Return the address of the page after page `nth`, which had `answer`; None if that is the last."""
    if nth + 1 >= rule.pages or (isinstance(rule, EndPoint) and rule.more and not at(rule.more, answer)):
        return None
    if "{page}" in rule.url:
        return address_of(rule, nth + 1, None, **values)
    if not isinstance(rule, EndPoint) or rule.cursor is None:
        return None
    cursor = scalar(at(rule.cursor, answer))
    return address_of(rule, nth + 1, cursor, **values) if 0 < len(cursor) <= CURSOR_LIMIT else None


def answer_of(body: bytes) -> Any:
    """Return the JSON value in `body`. Raises ValueError for what is none."""
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        return json.loads(GUARD.sub("", text))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def at(path: str, value: Any) -> Any:
    """Return what the JMESPath expression `path` finds in `value`; None for nothing found."""
    try:
        return _compiled(path).search(value)
    except (JMESPathError, TypeError, ValueError):
        return None


def strings(value: Any) -> list[str]:
    """Return the strings in `value`: itself, or those of a list, whose lists are opened too."""
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


def scalar(value: Any) -> str:
    """Return a string or number as text; "" for anything else."""
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


@lru_cache(maxsize=256)
def _compiled(path: str) -> Any:
    return jmespath.compile(path)
