"""Links as discovery pages give them: addresses made absolute and clean, times taken only when sure."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from core.urls import TRACKING
from crawlers.extraction.dates import NO_YEAR, YEARS

# sitemaps.org: at most 50,000 addresses in one file, an address of at most 2,048 characters.
LINKS_LIMIT = 50_000
URL_LIMIT = 2_048
# "GMT+7", as Vietnamese feeds write what RFC 5322 writes "+0700".
GMT = re.compile(r"\b(?:GMT|UTC)([+-])(\d{1,2})(?::?(\d\d))?$")


def absolute(base: str, address: str) -> str | None:
    """Return `address` as it is to be fetched, without what only follows readers, or None for no address."""
    address = address.strip().replace("&amp;", "&")  # escaped twice
    if not address or len(address) > URL_LIMIT:
        return None
    try:
        parts = urlsplit(urljoin(base, address))
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    query = "&".join(p for p in parts.query.split("&") if not TRACKING.fullmatch(p.partition("=")[0]))
    return parts._replace(query=query, fragment="").geturl()


def moment(text: str) -> datetime | None:
    """Return the time that `text` gives with its zone (RFC 3339 or RFC 5322), else None: no guess.

    A year that no page can be of is no time either.
    """
    text = GMT.sub(_offset, text.strip()[:60])
    if NO_YEAR.search(text):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, IndexError, OverflowError):
            continue
        return found if found.tzinfo is not None and found.year in YEARS else None
    return None


def _offset(zone: re.Match[str]) -> str:
    return f"{zone[1]}{int(zone[2]):02}{zone[3] or '00'}"
