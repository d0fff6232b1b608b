"""Comments that an end point gives as JSON, under the article that was read before. Pure functions."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from crawlers.extraction import dates, decode
from crawlers.extraction.body import plain
from crawlers.extraction.posted import POSTS_LIMIT, anchored
from crawlers.extraction.wording import line
from crawlers.pages import comment
from crawlers.paging import address_of, answer_of, at, next_address, scalar
from crawlers.rules import CommentApi
from crawlers.source import SourceSpec
from crawlers.tasks import Found, Reading, Under

NUMBER_LIMIT = 200
# Seconds since 1970 of 2001 to 2096; a thousand times as many are milliseconds.
SECONDS = range(1_000_000_000, 4_000_000_000)


def with_comments(reading: Reading, rule: CommentApi, body: bytes, content_type: str | None) -> Reading:
    """Return `reading`, of an article with this `body`, with where its comments are to be had."""
    if not reading.pages:
        return reading
    page = reading.pages[0]
    number = ""
    if rule.id_in_url or rule.id_in_page:
        text = page.url if rule.id_in_url else decode(body, content_type)
        named = re.search(rule.id_in_url or rule.id_in_page or "", text)
        number = (named[1] or "").strip() if named else ""
        if not 0 < len(number) <= NUMBER_LIMIT:
            return reading
    url = address_of(rule, 0, None, id=number, url=page.url)
    return reading.model_copy(update={"under": Under.of(page, number), "found": Found(next_url=url)})


def comments(
    spec: SourceSpec, rule: CommentApi, body: bytes, under: Under, nth: int, fetched_at: datetime
) -> Reading:
    """Return the comments on page `nth` of the end point's answers, replies after what they answer."""
    try:
        answer = answer_of(body)
    except ValueError:
        return Reading(found=Found(broken=True))
    said = anchored(_items(rule, at(rule.items, answer), spec.language))
    pages = tuple(comment(spec, under, post, fetched_at) for post in said)
    more = next_address(rule, nth, answer, id=under.number, url=under.url) if pages else None
    return Reading(pages=pages, found=Found(next_url=more))


def _items(rule: CommentApi, found: Any, language: str) -> Iterable[tuple[str, str, datetime | None]]:
    waiting = list(reversed(found)) if isinstance(found, list) else []
    for _ in range(POSTS_LIMIT):
        if not waiting:
            return
        item = waiting.pop()
        text = at(rule.text, item)
        date = _date(at(rule.date, item), language) if rule.date else None
        yield scalar(at(rule.id, item)), plain(text) if isinstance(text, str) else "", date
        replies = at(rule.replies, item) if rule.replies else None
        waiting += reversed(replies) if isinstance(replies, list) else []


def _date(told: Any, language: str) -> datetime | None:
    if isinstance(told, float) and math.isfinite(told):
        told = int(told)
    number = int(told) if scalar(told).isascii() and scalar(told).isdigit() and len(scalar(told)) < 15 else 0
    seconds = number if number in SECONDS else number / 1000
    if int(seconds) in SECONDS:
        return datetime.fromtimestamp(seconds, UTC)
    return dates.settle([line(told)], dates.habits(language, "")) if isinstance(told, str) else None
