"""A page's article: JSON-LD before meta tags before the page itself."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from core.contracts import VIETNAM
from core.gate import refused_bytes, without_data_uris
from core.text import nfc
from crawlers.extraction import body as page_body
from crawlers.extraction import dates, shown
from crawlers.extraction.decoding import decode
from crawlers.extraction.languages import language_of
from crawlers.extraction.lines import lines_of
from crawlers.extraction.linked import Linked, linked_data
from crawlers.extraction.meta import Meta, meta_data
from crawlers.extraction.posted import posts_of
from crawlers.extraction.result import (
    LEAD_LIMIT,
    SECTION_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    URL_LIMIT,
    Extract,
    Origin,
)
from crawlers.extraction.titles import headlines
from crawlers.extraction.wording import cut, line

MINUTE = timedelta(minutes=1)


def extract(body: bytes, url: str, content_type: str | None = None) -> Extract:
    """Return what the page `body`, fetched from `url`, says. Never raises; what isn't there is empty.

    `content_type` is the header's value. Bytes that are no text (an image in disguise) give nothing.
    Order of trust: JSON-LD of an article, meta tags, the page; for the title meta tags come first.
    """
    if refused_bytes(body):
        return Extract()
    tree = page_body.parse(decode(body, content_type))
    if tree is None:
        return Extract()
    meta = meta_data(tree)
    linked = linked_data(tree, meta.canonical or url)
    titles = headlines(tree, linked, meta)
    lines = lines_of(tree)
    lead = shown.lead(lines, (linked.description, meta.description), titles)
    text = page_body.main_text(tree, lines, linked.body, titles)
    language = language_of(text, linked.language, meta.language)
    habits = dates.habits(language, _host(url or meta.canonical or linked.url))
    published, modified = _moments(linked, meta, lambda: shown.dates(tree, titles, habits), habits)
    text, lead_shown = _apart(text, lead)
    title = _clean(titles[0] if titles else "", TITLE_LIMIT)
    return Extract(
        title=title,
        lead=_clean(lead or line(linked.description or meta.description), LEAD_LIMIT),
        lead_shown=lead_shown,
        text=_clean(text, TEXT_LIMIT),
        published_at=published,
        modified_at=modified,
        language=language,
        section=_clean(line(linked.section or meta.section), SECTION_LIMIT),
        thread_title=_clean(line(linked.title), TITLE_LIMIT) or title if linked.forum else "",
        posts=posts_of(linked.posts, habits),
        canonical_url=_canonical(meta.canonical or linked.url, url),
        origin=_origin(linked, meta),
    )


def _origin(linked: Linked, meta: Meta) -> Origin:
    if linked.title or linked.body:
        return Origin.LINKED
    return Origin.META if meta.title else Origin.PAGE


def _clean(text: str, limit: int) -> str:
    return cut(nfc(without_data_uris(text)[: 4 * limit]), limit)


def _apart(text: str, lead: str) -> tuple[str, bool]:
    """Return the text without the lead as its first line, and whether readers see the lead above it."""
    if not lead:
        return text, False
    first, _, rest = text.partition("\n")
    if shown.bare(first) == shown.bare(lead):
        return rest, True
    return text, not shown.repeats(text, lead)


def _moments(
    linked: Linked, meta: Meta, around: Callable[[], Iterable[str]], habits: dates.Habits
) -> tuple[datetime | None, datetime | None]:
    """Return when the page was published and changed, as declared, else as shown `around` the headline.

    Many a Vietnamese site writes its own time and calls it UTC: where readers see that clock, it is theirs.
    """
    told = (*linked.published, *meta.published)
    modified = dates.settle((*linked.modified, *meta.modified), habits)
    published = dates.settle(told, habits) if any(map(dates.has_hour, told)) else None
    if published is None:
        return dates.settle((*told, *around()), habits), modified
    if habits.zone is VIETNAM and not published.utcoffset():
        local = published.replace(tzinfo=VIETNAM)
        seen = (dates.parse(date, habits) for date in around() if dates.has_hour(date))
        if any(moment and abs(moment - local) < MINUTE for moment in seen):
            if modified and not modified.utcoffset():
                modified = modified.replace(tzinfo=VIETNAM)
            return local, modified
    return published, modified


def _canonical(claimed: str, url: str) -> str:
    """Return the address the page claims, absolute; a home page claimed by an article is no claim."""
    try:
        address = urljoin(url, claimed.strip()) if claimed.strip() else ""
        parts = urlsplit(address)
        page_path = urlsplit(url).path
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(address) > URL_LIMIT:
        return ""
    return "" if parts.path in {"", "/"} and not parts.query and page_path not in {"", "/"} else address


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
