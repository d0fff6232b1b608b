"""A newspaper that lives by script: its list goes on behind a button, its comments come as JSON."""

import json
import re
from datetime import datetime
from html import escape
from typing import Any

from langnghe.demo.site.answers import Answer, cut, html, missing, page, page_number
from langnghe.demo.site.pictures import picture
from langnghe.demo.site.texts import Headline, Remark, Stock

PER_PAGE, COMMENTS_PER_PAGE = 8, 3
ARTICLE = re.compile(r"/tin/[a-z0-9-]+\.(?P<number>\d+)\.htm")
JSON = "application/json; charset=utf-8"
ROBOTS = "User-agent: *\nDisallow: /gop-y\n"


class MorePaper:
    """A newspaper over a stock of articles; the front page shows the newest only."""

    def __init__(self, site_id: str, name: str, base: str, stock: Stock, now: datetime) -> None:
        self.id, self.name, self.base = site_id, name, base
        self._stock, self._now = stock, now
        self._common: dict[str, Any] = {"paper": name, "url": self.url}

    def url(self, headline: Headline) -> str:
        """Return the address of an article."""
        return f"{self.base}tin/{headline.slug}.{headline.number}.htm"

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        """Return what stands at `path`; a 404 for what does not exist."""
        number = page_number(query.get("trang", "1"))
        if match := ARTICLE.fullmatch(path):
            article = self._stock.article(int(match["number"]))
            if article is None:
                return missing()
            return html("article", "more/article.html", article.published_at, article=article, **self._common)
        match path:
            case "/":
                items, _ = cut(self._stock.headlines, 1, PER_PAGE)
                return html("home", "more/list.html", self._now, items=items, **self._common)
            case "/api/tin":
                return self._list(number)
            case "/api/y-kien":
                return self._comments(page_number(query.get("bai", "")), number)
            case "/robots.txt":
                return Answer("robots", ROBOTS.encode(), "text/plain; charset=utf-8")
            case "/gop-y":
                return Answer("forbidden", page("missing.html").encode())
        return picture("image") if path.startswith("/hinh/") else missing()

    def source(self) -> dict[str, Any]:
        """Return the source file by which the site is crawled."""
        return {
            "discover": {
                "sections": [{"url": self.base, "links": "h2 a"}],
                "listings": [
                    {
                        "url": f"{self.base}api/tin?trang={{page}}",
                        "first": 2,
                        "html": "html",
                        "css": "h2 a",
                        "more": "con_nua",
                    }
                ],
            },
            "articles": {"allow": [r"^/tin/.+\.\d+\.htm$"]},
            "comment_api": {
                "url": f"{self.base}api/y-kien?bai={{id}}&trang={{page}}",
                "id_in_url": r"\.(\d+)\.htm",
                "items": "du_lieu.y_kien",
                "text": "noi_dung",
                "id": "ma",
                "date": "luc",
                "replies": "tra_loi",
                "more": "du_lieu.con_nua",
            },
        }

    def _list(self, number: int) -> Answer:
        items, pages = cut(self._stock.headlines, number, PER_PAGE)
        cards = page("more/cards.html", items=items, **self._common)
        return _json("list", {"html": cards, "con_nua": number < pages})

    def _comments(self, number: int, at: int) -> Answer:
        article = self._stock.article(number)
        if article is None:
            return missing()
        shown, pages = cut(article.comments, at, COMMENTS_PER_PAGE)
        # Each second one is shown as an answer to the one before it.
        threads = [[_comment(c) for c in shown[i : i + 2]] for i in range(0, len(shown), 2)]
        found = [first | {"tra_loi": replies} for first, *replies in threads]
        return _json("comments", {"du_lieu": {"y_kien": found, "con_nua": at < pages}})


def _comment(remark: Remark) -> dict[str, Any]:
    text = f"<p>{escape(remark.text)}</p>"
    return {"ma": f"y{remark.number}", "noi_dung": text, "luc": int(remark.at.timestamp() * 1000)}


def _json(kind: str, value: dict[str, Any]) -> Answer:
    return Answer(kind, json.dumps(value, ensure_ascii=False).encode(), JSON)
