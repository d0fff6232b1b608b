"""Meta tags: Open Graph, article:, Dublin Core, microdata and the names that publishing systems use."""

from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

TITLE = ("og:title", "twitter:title", "dc.title", "dcterms.title")
DESCRIPTION = ("og:description", "description", "twitter:description", "dc.description")
PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "article:published",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "dc.created",
    "date.created",
    "article.published",
    "article.created",
    "date",
)
MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
    "article.updated",
)
SECTION = ("article:section", "section", "articlesection", "dc.subject", "parsely-section")
LANGUAGE = ("content-language", "og:locale", "inlanguage", "dc.language", "language")
SITE = ("og:site_name", "application-name", "twitter:site")


@dataclass(frozen=True)
class Meta:
    """What the meta tags say; empty where they say nothing."""

    title: str
    description: str
    published: tuple[str, ...]
    modified: tuple[str, ...]
    section: str
    language: str
    site: str
    canonical: str


def meta_data(tree: HtmlElement) -> Meta:
    """Return what the page's meta tags, `html lang` and `link rel=canonical` say."""
    tags: dict[str, str] = {}
    for tag in tree.iter("meta"):
        content = (tag.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (tag.get(attribute) or "").strip().lower()
            if name and content:
                tags.setdefault(name, content)
    return Meta(
        title=_first(tags, TITLE),
        description=_first(tags, DESCRIPTION),
        published=tuple(tags[n] for n in PUBLISHED if n in tags),
        modified=tuple(tags[n] for n in MODIFIED if n in tags),
        section=_first(tags, SECTION),
        language=(tree.get("lang") or "").strip() or _first(tags, LANGUAGE),
        site=_first(tags, SITE),
        canonical=_canonical(tree) or _first(tags, ("og:url",)),
    )


def _canonical(tree: HtmlElement) -> str:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return (link.get("href") or "").strip()
    return ""


def _first(tags: dict[str, str], names: Iterable[str]) -> str:
    return next((tags[n] for n in names if n in tags), "")
