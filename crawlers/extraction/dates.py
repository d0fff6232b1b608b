"""Dates as pages write them: ISO 8601, RFC 2822, Unix time, and what stands below a headline.

A date that can be read in two ways is not read: no date is better than a wrong one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache

from babel import UnknownLocaleError
from babel.dates import get_month_names

from core.contracts import VIETNAM
from crawlers.extraction.wording import line

# Before the first Vietnamese news site (1997) or a lifetime ahead: a mistake, not a date.
YEARS = range(1997, 2100)
# "01 Jan 0001" is how programs write that they have no date; mail's rules make 2001 of it.
NO_YEAR = re.compile(r"[^\W\d]{3,}\.?,? 000\d\b")
ZONE = r"(?P<zone>Z|UTC|GMT(?!\s*[+-])|(?:(?:UTC|GMT)\s*)?[+-]\d{1,2}(?::?\d{2})?)"
SECOND = r"(?P<second>\d{2})(?:[.,]\d+)?"
HALF = r"(?!\d)\s*(?P<half>(?:[ap]m|sa|ch)\b)?"  # sáng, chiều
CLOCK = rf"(?P<hour>\d{{1,2}})(?:[:hg]|\s*giờ\s*)(?P<minute>\d{{2}})(?::{SECOND})?{HALF}"
ISO = re.compile(
    r"^\s*(?P<year>\d{4})[-/.]?(?P<month>\d{2})[-/.]?(?P<day>\d{2})"
    rf"(?:[T\s]+(?P<hour>\d{{1,2}}):?(?P<minute>\d{{2}})(?::?{SECOND})?{HALF})?\s*\(?{ZONE}?\)?\s*$",
    re.IGNORECASE,
)
UNIX = re.compile(r"\d{10}(?:\d{3})?")
IN_DIGITS = (
    r"(?<![\d.,/-])(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/])"
)
IN_WORDS = r"(?P<day>\d{1,2})\s*tháng\s*(?P<month>\d{1,2})\s*,?\s*(?:năm\s*)?(?P<year>\d{4})"
NAMED = r"(?P<day>\d{1,2})\.?\s*(?:de\s+)?(?P<name>[^\W\d]{3,})\.?,?\s*(?:de\s+)?(?P<year>\d{4})"
NAME_FIRST = r"(?P<name>[^\W\d]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
GAP = r"[\s,|–—\-•·]*"
BEHIND = rf"(?:{GAP}(?:vào\s+)?(?:lúc|um|at|kl\.?)?\s*{CLOCK}(?:\s*Uhr)?(?:\s*\(?{ZONE}\)?)?)?"
BEFORE = rf"{CLOCK}(?:\s*\(?{ZONE}\)?)?{GAP}(?:ngày\s*)?(?:(?:thứ|chủ)\s*\w+\s*,?\s*)?(?:ngày\s*)?"
WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        BEFORE + IN_DIGITS,
        BEFORE + IN_WORDS,
        IN_DIGITS + BEHIND,
        IN_WORDS + BEHIND,
        NAMED + BEHIND,
        NAME_FIRST + BEHIND,
    )
)
WITH_HOUR = re.compile(r"\d[T\s]*\d{1,2}(?:[:hg]|\s*giờ\s*)\d{2}|T\d{4}|^\d{10,13}$")
SAME_DAY = timedelta(hours=36)


@dataclass(frozen=True)
class Habits:
    """How a page writes dates: its language, and the zone of times that name none.

    Vietnamese pages mean Asia/Ho_Chi_Minh. Elsewhere a time without a zone is taken as UTC: at most
    14 hours wrong, where leaving it out would lose the day.
    """

    language: str
    zone: tzinfo

    @property
    def day_first(self) -> bool:
        """Whether 03/04/2026 is the third of April: everywhere but in English of who knows where."""
        return self.zone is VIETNAM or self.language not in {"", "en"}


def habits(language: str, host: str) -> Habits:
    """Return the habits of a page in `language` on `host`."""
    return Habits(language, VIETNAM if language == "vi" or host.endswith(".vn") else UTC)


def parse(text: str, habits: Habits) -> datetime | None:
    """Return the moment that `text` names, aware, or None when it names none, two, or an absurd one."""
    text = line(text[:200])
    match = ISO.match(text)
    if match:
        return _moment(match, habits)
    if NO_YEAR.search(text):
        return None
    if UNIX.fullmatch(text):
        return _sane(datetime.fromtimestamp(int(text[:10]), UTC))
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _written(text, habits)
    return _sane(found if found.tzinfo else found.replace(tzinfo=habits.zone))


def has_hour(text: str) -> bool:
    """Say whether `text` names an hour and not just a day."""
    return bool(WITH_HOUR.search(text))


def settle(candidates: Iterable[str], habits: Habits) -> datetime | None:
    """Return the first date that can be read; a day gets its hour from a later one of that day."""
    first: datetime | None = None
    for text in candidates:
        found = parse(text, habits)
        if found is None:
            continue
        if has_hour(text) and (first is None or abs(found - first) < SAME_DAY):
            return found
        first = first or found
    return first


def _written(text: str, habits: Habits) -> datetime | None:
    for match in _matches(text):
        ambiguous = match.groupdict().get("mark") == "/" and int(match["day"]) <= 12
        if ambiguous and not habits.day_first:
            return None
        found = _moment(match, habits)
        if found is not None:
            return found
    return None


def _matches(text: str) -> Iterator[re.Match[str]]:
    return (match for pattern in WRITTEN if (match := pattern.search(text)))


@cache
def _months(language: str) -> dict[str, int]:
    """Return the month names of `language`, and of English, folded, long and short (CLDR)."""
    names: dict[str, int] = {}
    for locale in ("en", language):
        for width in ("wide", "abbreviated"):
            try:
                months = get_month_names(width, locale=locale)
            except (UnknownLocaleError, ValueError):
                continue
            names.update((str(name).casefold().rstrip("."), number) for number, name in months.items())
    return names


def _moment(match: re.Match[str], habits: Habits) -> datetime | None:
    part = match.groupdict()
    month = part.get("month") or _months(habits.language).get((part.get("name") or "").casefold())
    if not month:
        return None
    year, hour = int(part["year"]), int(part["hour"] or 0)
    half = (part["half"] or "")[:1].lower()
    if half in {"p", "c"} and hour < 12:
        hour += 12
    elif half in {"a", "s"} and hour == 12:
        hour = 0
    numbers = (2000 + year if len(part["year"]) == 2 else year, int(month), int(part["day"]), hour)
    second = min(int(part["second"] or 0), 59)
    try:
        zone = _zone(part["zone"], habits)
        return _sane(datetime(*numbers, int(part["minute"] or 0), second, tzinfo=zone))
    except ValueError:
        return None


def _zone(text: str | None, habits: Habits) -> tzinfo:
    """Return the zone that `text` names. Raises ValueError for one of a day or more."""
    if not text:
        return habits.zone
    digits = re.search(r"([+-])(\d{1,2}):?(\d{2})?", text)
    if not digits:
        return UTC
    shift = timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0))
    return timezone(-shift if digits[1] == "-" else shift)


def _sane(moment: datetime) -> datetime | None:
    return moment if moment.year in YEARS else None
