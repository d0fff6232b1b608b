"""Dates as pages write them: ISO 8601, RFC 2822, and what stands in Vietnamese below a headline.

A date that can be read in two ways is not read: no date is better than a wrong one.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from lxml.html import HtmlElement

from core.contracts import VIETNAM
from crawlers.extraction.wording import line

# Before the first Vietnamese news site (1997) or far ahead: a mistake, not a date.
YEARS = range(1997, 2100)
ZONE = r"(?P<zone>Z|UTC|GMT(?!\s*[+-])|(?:(?:UTC|GMT)\s*)?[+-]\d{1,2}(?::?\d{2})?)"
SECOND = r"(?P<second>\d{2})(?:[.,]\d+)?"
HALF = r"(?!\d)\s*(?P<half>[AaPpSsCc][MmHh]\b)?"
CLOCK = rf"(?P<hour>\d{{1,2}})[:hg](?P<minute>\d{{2}})(?::{SECOND})?{HALF}"
ISO = re.compile(
    r"^\s*(?P<year>\d{4})[-/.]?(?P<month>\d{2})[-/.]?(?P<day>\d{2})"
    rf"(?:[T\s]+(?P<hour>\d{{1,2}}):?(?P<minute>\d{{2}})(?::?{SECOND})?{HALF})?\s*\(?{ZONE}?\)?\s*$",
    re.IGNORECASE,
)
DAY_FIRST = (
    r"(?<![\d.,/-])(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/])"
)
IN_WORDS = r"(?P<day>\d{1,2})\s*tháng\s*(?P<month>\d{1,2})\s*,?\s*(?:năm\s*)?(?P<year>\d{4})"
BETWEEN = r"[\s,|–—\-•·]*(?:lúc|vào lúc|um|at|kl\.?)?\s*"
BEHIND = rf"(?:{BETWEEN}{CLOCK}(?:\s*Uhr)?(?:\s*\(?{ZONE}\)?)?)?"
BEFORE = rf"{CLOCK}(?:\s*\(?{ZONE}\)?)?[\s,|–—\-•·]*(?:ngày\s*)?(?:(?:thứ|chủ)\s*\w+\s*,?\s*)?(?:ngày\s*)?"
SHOWN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (BEFORE + DAY_FIRST, BEFORE + IN_WORDS, DAY_FIRST + BEHIND, IN_WORDS + BEHIND)
)
NAMED = re.compile(r"date|time|publi|ngay|gio|posted|datum|zeit", re.IGNORECASE)
NOT_THIS = re.compile(r"modif|updat|cap-?nhat|countdown|event|expire|birth|copyright", re.IGNORECASE)
SHOWN_LENGTH = 120
PLACES = 60
"""How many elements that look like a date are read, in the order of the page."""


def parse(text: str, *, vietnamese: bool) -> datetime | None:
    """Return the moment that `text` names, or None when it names none, two, or an absurd one.

    Without a zone it is taken as Vietnam's on a Vietnamese page, else as UTC.
    """
    text = line(text[:200])
    match = ISO.match(text)
    if match:
        return _moment(match, vietnamese)
    if text.isdigit() and len(text) in {10, 13}:
        return _sane(datetime.fromtimestamp(int(text[:10]), UTC))
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _written(text, vietnamese)
    return _sane(found if found.tzinfo else found.replace(tzinfo=VIETNAM if vietnamese else UTC))


def has_time(text: str) -> bool:
    """Say whether `text` names an hour and not just a day."""
    return bool(re.search(r"\d[T\s]*\d{1,2}[:hg]\d{2}|T\d{4}|^\d{10,13}$", text))


def settle(candidates: Iterable[str], *, vietnamese: bool) -> datetime | None:
    """Return the first date that can be read; a day gets its hour from a later one of that day."""
    first: datetime | None = None
    for text in candidates:
        found = parse(text, vietnamese=vietnamese)
        if found is None:
            continue
        if has_time(text) and (first is None or abs(found - first) < timedelta(hours=36)):
            return found
        first = first or found
    return first


def shown(tree: HtmlElement, *, vietnamese: bool) -> Iterator[str]:
    """Yield what stands in the page's `time` and date elements, in order, those for changes left out."""
    seen = 0
    for element in tree.iter("time", "span", "div", "p", "li", "small", "abbr"):
        label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        if element.tag != "time" and not NAMED.search(label):
            continue
        if NOT_THIS.search(label):
            continue
        seen += 1
        if seen > PLACES:
            return
        for text in (element.get("datetime") or element.get("content") or "", _short(element)):
            if text and parse(text, vietnamese=vietnamese):
                yield text


def _short(element: HtmlElement) -> str:
    text = line(" ".join(element.itertext())[: 4 * SHOWN_LENGTH])
    return text if len(text) <= SHOWN_LENGTH else ""


def _written(text: str, vietnamese: bool) -> datetime | None:
    for pattern in SHOWN:
        match = pattern.search(text)
        if match:
            if match.groupdict().get("mark") == "/" and not vietnamese and int(match["day"]) <= 12:
                return None
            return _moment(match, vietnamese)
    return None


def _moment(match: re.Match[str], vietnamese: bool) -> datetime | None:
    part = match.groupdict()
    year, hour = int(part["year"]), int(part["hour"] or 0)
    half = (part["half"] or "").lower()
    if half in {"pm", "ch"} and hour < 12:
        hour += 12
    elif half in {"am", "sa"} and hour == 12:
        hour = 0
    try:
        return _sane(
            datetime(
                year + 2000 if year < 100 else year,
                int(part["month"]),
                int(part["day"]),
                hour,
                int(part["minute"] or 0),
                min(int(part["second"] or 0), 59),
                tzinfo=_zone(part["zone"], vietnamese),
            )
        )
    except ValueError:
        return None


def _zone(text: str | None, vietnamese: bool) -> tzinfo:
    if not text:
        return VIETNAM if vietnamese else UTC
    digits = re.search(r"([+-])(\d{1,2}):?(\d{2})?", text)
    if not digits:
        return UTC
    shift = timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0))
    return timezone(-shift if digits[1] == "-" else shift)


def _sane(moment: datetime) -> datetime | None:
    return moment if moment.year in YEARS else None
