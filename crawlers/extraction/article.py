"""A page's article: JSON-LD before meta tags before the page itself."""

from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from core.gate import refused_bytes, without_data_uris
from crawlers.extraction import body as page_body
from crawlers.extraction import dates, titles
from crawlers.extraction.decoding import decode
from crawlers.extraction.languages import language_of
from crawlers.extraction.linked import Linked, linked_data
from crawlers.extraction.meta import Meta, meta_data
from crawlers.extraction.result import LEAD_LIMIT, SECTION_LIMIT, TEXT_LIMIT, TITLE_LIMIT, URL_LIMIT, Extract
from crawlers.extraction.wording import block, cut, line


def extract(body: bytes, url: str, content_type: str | None = None) -> Extract:
    """Return what the page `body`, fetched from `url`, says. Never raises; what isn't there is empty.

    `content_type` is the header's value. Bytes that are no text (an image in disguise) give
    nothing. Order of trust: JSON-LD of an article, meta tags, the page.
    """
    if refused_bytes(body):
        return Extract()
    tree = page_body.parse(decode(body, content_type))
    if tree is None:
        return Extract()
    meta = meta_data(tree)
    linked = linked_data(tree, meta.canonical or url)
    text = page_body.main_text(tree, linked.body)
    language = language_of(text, linked.language, meta.language)
    vietnamese = language == "vi" or _host(url or meta.canonical).endswith(".vn")
    return Extract(
        title=cut(without_data_uris(titles.title(tree, linked, meta)), TITLE_LIMIT),
        lead=cut(without_data_uris(line(linked.description or meta.description)), LEAD_LIMIT),
        text=cut(without_data_uris(block(text)), TEXT_LIMIT),
        published_at=_published(tree, linked, meta, vietnamese),
        modified_at=dates.settle((*linked.modified, *meta.modified), vietnamese=vietnamese),
        language=language,
        section=cut(line(linked.section or meta.section), SECTION_LIMIT),
        canonical_url=_canonical(meta.canonical or linked.url, url),
    )


def _published(tree: HtmlElement, linked: Linked, meta: Meta, vietnamese: bool) -> datetime | None:
    declared = (*linked.published, *meta.published)
    settled = dates.settle(declared, vietnamese=vietnamese)
    if settled is not None and any(dates.has_time(d) for d in declared):
        return settled
    return dates.settle((*declared, *dates.shown(tree, vietnamese=vietnamese)), vietnamese=vietnamese)


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
    """Return the host name of `url`, or nothing."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
