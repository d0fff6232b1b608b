"""A newspaper with everything a crawler hopes for: RSS, sitemaps, JSON-LD, meta tags, AMP twins."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from core.contracts import VIETNAM
from langnghe.demo.site import answers
from langnghe.demo.site.answers import Answer, cut, html, missing, page, page_number
from langnghe.demo.site.faults import UNREADABLE, damaged, unreadable
from langnghe.demo.site.pictures import picture
from langnghe.demo.site.texts import SECTIONS, Article, Headline, Shelf, Stock

PER_PAGE, PER_FEED, PER_SITEMAP = 20, 60, 1000
ARTICLE = re.compile(r"/(?P<section>[a-z-]+)/(?:[a-z0-9-]+-)?(?P<number>\d{6,})(?P<amp>\.amp)?\.html")
ROBOTS = """User-agent: *
Disallow: /tim-kiem
Disallow: /in/
Crawl-delay: 0

Sitemap: {base}sitemap.xml
"""


class FeedPaper:
    """A newspaper over a stock of articles; `described` says which articles carry JSON-LD and meta tags."""

    def __init__(
        self,
        site_id: str,
        name: str,
        base: str,
        stock: Stock,
        now: datetime,
        described: Callable[[int], bool],
    ) -> None:
        self.id, self.name, self.base = site_id, name, base
        self._stock, self._now, self._described = stock, now, described
        self._unreadable = sorted(UNREADABLE) if isinstance(stock, Shelf) else []
        self._common: dict[str, Any] = {
            "paper": name,
            "base": base,
            "sections": SECTIONS,
            "url": self.url,
            "now": now,
        }

    def url(self, headline: Headline, amp: bool = False) -> str:
        """Return the address of an article, or of its AMP twin."""
        twin = ".amp" if amp else ""
        return f"{self.base}{headline.section}/{headline.slug}-{headline.number}{twin}.html"

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        """Return what stands at `path`; a 404 for what does not exist."""
        if match := ARTICLE.fullmatch(path):
            return self._article(int(match["number"]), bool(match["amp"]))
        name = path.strip("/")
        if name == "":
            return self._list("home", "", 1)
        if name in SECTIONS:
            return self._list("section", name, page_number(query.get("trang", "1")))
        if path == "/robots.txt":
            return Answer("robots", ROBOTS.format(base=self.base).encode(), "text/plain; charset=utf-8")
        if name.startswith(("rss/", "sitemap")):
            return self._machine(name)
        return self._furniture(path)

    def source(self) -> dict[str, Any]:
        """Return the source file by which the site is crawled."""
        return {
            "discover": {
                "feeds": [f"{self.base}rss/{name}.rss" for name in ("tin-moi", *SECTIONS)],
                "sitemaps": [f"{self.base}sitemap.xml"],
            },
            "articles": {"allow": [r"-\d{6,}(\.amp)?\.html$"]},
        }

    def _article(self, number: int, amp: bool) -> Answer:
        if number in UNREADABLE:
            return unreadable(number, missing())
        article = self._stock.article(number)
        if article is None:
            return missing()
        described = self._described(number)
        answer = html(
            "amp" if amp else "article",
            "feeds/amp.html" if amp else "feeds/article.html",
            article.published_at,
            article=article,
            described=described,
            data=self._data(article) if described else None,
            related=self._related(article),
            **self._common,
        )
        return answer if amp else damaged(answer, article.fault)

    def _related(self, article: Headline) -> list[Headline]:
        same = [h for h in self._stock.headlines[:PER_SITEMAP] if h.section == article.section]
        start = article.number % max(1, len(same) - 5)
        return [h for h in same[start : start + 5] if h.number != article.number]

    def _data(self, article: Article) -> str:
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "mainEntityOfPage": {"@type": "WebPage", "@id": self.url(article)},
            "headline": article.title,
            "description": article.lead,
            "articleSection": SECTIONS[article.section],
            "image": [f"{self.base}anh/{article.number}.png"],
            "datePublished": article.published_at.astimezone(VIETNAM).isoformat(),
            "dateModified": article.published_at.astimezone(VIETNAM).isoformat(),
            "inLanguage": "vi-VN",
            "publisher": {"@type": "NewsMediaOrganization", "name": self.name},
        }
        # "<" is written as an escape, so that no title can end the script element.
        return json.dumps(data, ensure_ascii=False, indent=1).replace("<", "\\u003c")

    def _list(self, kind: str, section: str, number: int) -> Answer:
        shown = [h for h in self._stock.headlines if not section or h.section == section]
        items, pages = cut(shown, number, PER_PAGE)
        if number > pages:
            return missing()
        values: dict[str, Any] = {"section": section, "items": items, "number": number, "pages": pages}
        return html(kind, "feeds/list.html", self._now, **values, unreadable=self._unreadable, **self._common)

    def _machine(self, name: str) -> Answer:
        headlines = self._stock.headlines
        if name == "sitemap.xml":
            parts = [f"{self.base}sitemap-news.xml"]
            parts += [f"{self.base}sitemap-{n}.xml" for n in range(1, cut(headlines, 1, PER_SITEMAP)[1] + 1)]
            return self._xml("sitemap", "feeds/sitemapindex.xml", parts=parts)
        if name == "sitemap-news.xml":
            fresh = [h for h in headlines[:PER_SITEMAP] if self._now - h.published_at < timedelta(days=2)]
            return self._xml("sitemap", "feeds/sitemapnews.xml", items=fresh)
        if match := re.fullmatch(r"sitemap-(\d{1,4})\.xml", name):
            items, _ = cut(headlines, page_number(match[1]), PER_SITEMAP)
            broken = self._unreadable if match[1] == "1" else []
            return (
                self._xml("sitemap", "feeds/sitemap.xml", items=items, unreadable=broken)
                if items
                else missing()
            )
        section = name.removeprefix("rss/").removesuffix(".rss")
        if section not in SECTIONS and section != "tin-moi":
            return missing()
        items = [h for h in headlines if section in {h.section, "tin-moi"}][:PER_FEED]
        full = [article for h in items if (article := self._stock.article(h.number))]
        answer = self._xml(
            "feed",
            "feeds/rss.xml",
            items=full,
            channel=SECTIONS.get(section, "Tin mới"),
            described=self._described,
        )
        return Answer("feed", answer.body, answers.RSS, modified=self._now)

    def _xml(self, kind: str, template: str, **values: object) -> Answer:
        text = page(template, **values, **self._common)
        # Characters that XML 1.0 does not allow (2.2): a real corpus may hold some.
        text = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
        return Answer(kind, text.encode(), answers.XML, modified=self._now)

    def _furniture(self, path: str) -> Answer:
        if path.startswith(("/anh/", "/quang-cao/")):
            return picture("image" if path.startswith("/anh/") else "ad")
        if path == "/kieu.css":
            return Answer("style", page("feeds/style.css").encode(), "text/css; charset=utf-8")
        if path.startswith(("/tim-kiem", "/in/")):
            return Answer("forbidden", page("missing.html").encode())
        if path in {"/lien-he", "/dieu-khoan"}:
            return html("about", "feeds/about.html", self._now, **self._common)
        return missing()
