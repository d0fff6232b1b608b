"""A newspaper of the plain kind: no feed, no sitemap, no JSON-LD, but readers' comments."""

import re
from datetime import datetime
from typing import Any

from langnghe.demo.site.answers import Answer, cut, html, missing, page, page_number
from langnghe.demo.site.faults import UNREADABLE, damaged, unreadable
from langnghe.demo.site.pictures import picture
from langnghe.demo.site.texts import SECTIONS, Headline, Stock

PER_PAGE = 15
ARTICLE = re.compile(r"/bai/(?P<number>\d+)/[a-z0-9-]*")
SECTION = re.compile(r"/muc/(?P<section>[a-z-]+)(?:/trang-(?P<page>\d+))?/?")
# An article for members only: linked to among the others, forbidden to robots.
FORBIDDEN = 900_403
ROBOTS = f"User-agent: *\nDisallow: /thanh-vien/\nDisallow: /gui-bai\nDisallow: /bai/{FORBIDDEN}/\n"


class DiscussedPaper:
    """A newspaper with comments over a stock of articles."""

    def __init__(self, site_id: str, name: str, base: str, stock: Stock, now: datetime) -> None:
        self.id, self.name, self.base = site_id, name, base
        self._stock, self._now = stock, now
        self._common: dict[str, Any] = {
            "paper": name,
            "base": base,
            "sections": SECTIONS,
            "url": self.url,
            "now": now,
        }

    def url(self, headline: Headline) -> str:
        """Return the address of an article."""
        return f"{self.base}bai/{headline.number}/{headline.slug}"

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        """Return what stands at `path`; a 404 for what does not exist."""
        if match := ARTICLE.fullmatch(path):
            return self._article(int(match["number"]))
        if path == "/":
            return self._list("home", "", 1)
        if (match := SECTION.fullmatch(path)) and match["section"] in SECTIONS:
            return self._list("section", match["section"], page_number(match["page"] or "1"))
        if path == "/robots.txt":
            return Answer("robots", ROBOTS.encode(), "text/plain")
        if path.startswith(("/hinh/", "/qc/")):
            return picture("image" if path.startswith("/hinh/") else "ad")
        if path == "/trang.css":
            return Answer("style", page("comments/style.css").encode(), "text/css; charset=utf-8")
        if path.startswith(("/thanh-vien/", "/gui-bai")):
            return Answer("forbidden", page("missing.html").encode())
        return missing()

    def source(self) -> dict[str, Any]:
        """Return the source file by which the site is crawled."""
        return {
            "discover": {
                "sections": [
                    {"url": f"{self.base}muc/{section}", "next": "a.trang-sau", "links": ".tin h3 a"}
                    for section in SECTIONS
                ]
            },
            "articles": {"allow": [r"^/bai/\d+/"]},
            "comments": {"item": ".comment", "text": ".comment-text", "date": "time", "id": "data-id"},
        }

    def _article(self, number: int) -> Answer:
        if number == FORBIDDEN:
            return Answer("forbidden", page("missing.html").encode())
        if number in UNREADABLE:
            return unreadable(number, missing())
        article = self._stock.article(number)
        if article is None:
            return missing()
        related = [h for h in self._stock.headlines if h.section == article.section and h.number != number][
            :6
        ]
        answer = html(
            "article",
            "comments/article.html",
            article.published_at,
            article=article,
            related=related,
            **self._common,
        )
        return damaged(answer, article.fault)

    def _list(self, kind: str, section: str, number: int) -> Answer:
        shown = [h for h in self._stock.headlines if not section or h.section == section]
        items, pages = cut(shown, number, PER_PAGE)
        if number > pages:
            return missing()
        values: dict[str, Any] = {"section": section, "number": number, "pages": pages}
        values["items"] = [self._stock.article(h.number) for h in items]
        return html(
            kind,
            "comments/list.html",
            self._now,
            **values,
            unreadable=[*sorted(UNREADABLE), FORBIDDEN],
            **self._common,
        )
