"""What people posted, as JSON-LD tells it: comments below an article, a forum's posts.

schema.org hangs them on the thing they answer (https://schema.org/comment), replies on comments again.
Nothing of their authors is read.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from core.gate import without_data_uris
from core.text import nfc
from crawlers.extraction import dates
from crawlers.extraction.body import plain
from crawlers.extraction.wording import block, cut, line

# The longest of 8,572 readers' comments (UIT-ViCTSD) has 1,494 characters; forum posts run to ten times that.
POST_LIMIT = 20_000
# More comments on one page than any paged site shows at once.
POSTS_LIMIT = 5_000
ANCHOR_LIMIT = 100


@dataclass(frozen=True)
class Post:
    """A comment or post: the name it has on its page, its text, when it was written."""

    anchor: str
    text: str
    published_at: datetime | None


def posts_of(said: Sequence[Any], habits: dates.Habits) -> tuple[Post, ...]:
    """Return the posts in `said`, things of JSON-LD, in their order, replies behind what they answer."""
    return anchored(
        (
            _name(one),
            plain(_first(one, "text", "articleBody")),
            dates.settle([_first(one, "datePublished", "dateCreated")], habits),
        )
        for one in _with_replies(said)
    )


def anchored(items: Iterable[tuple[str, str, datetime | None]]) -> tuple[Post, ...]:
    """Return the posts among `items` (name, text, date), in their order.

    What is said twice under one name is one post; one without a name of its own is named by its text.
    """
    found: dict[str, Post] = {}
    heard: set[tuple[str, str]] = set()
    for name, said, date in items:
        text = cut(nfc(block(without_data_uris(said))), POST_LIMIT)
        if text and (name, text) not in heard:
            heard.add((name, text))
            post = Post(_named(name, text, date, found), text, date)
            found.setdefault(post.anchor, post)
    return tuple(found.values())


def _named(name: str, text: str, date: datetime | None, taken: Container[str]) -> str:
    """Return the anchor of a post: `name`, or a hash of text and date where that is empty or in `taken`."""
    anchor = line(name)[:ANCHOR_LIMIT]
    if anchor and anchor not in taken:
        return anchor
    stamp = date.isoformat() if date else ""
    return "t" + hashlib.sha256(f"{stamp} {text}".encode()).hexdigest()[:16]


def _with_replies(said: Sequence[Any]) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = list(reversed(said))
    for _ in range(POSTS_LIMIT):
        while waiting and isinstance(waiting[-1], list):
            waiting.extend(reversed(waiting.pop()))
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            if replies := one.get("comment"):
                waiting.append(replies)


def _first(said: dict[str, Any], *keys: str) -> str:
    return next((value for key in keys if isinstance(value := said.get(key), str) and value), "")


def _name(said: dict[str, Any]) -> str:
    """Return the part of its address that names the post on its page, or its number."""
    for key in ("url", "@id", "identifier"):
        value = said.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value:
            continue
        try:
            fragment = urlsplit(value).fragment
        except ValueError:
            continue
        if fragment or key == "identifier":
            return fragment or value
    return ""
