"""Links as discovery pages give them: addresses made absolute and clean, times taken only when sure."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from core.urls import TRACKING
from crawlers.extraction.dates import NO_YEAR, YEARS

# sitemaps.org: at most 50,000 addresses in one file, an address of at most 2,048 characters.
LINKS_LIMIT = 50_000
URL_LIMIT = 2_048


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
    text = text.strip()[:60]
    if NO_YEAR.search(text):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, IndexError, OverflowError):
            continue
        zoned = found.tzinfo is not None and "GMT+" not in text and "GMT-" not in text
        return found if zoned and found.year in YEARS else None
    return None
