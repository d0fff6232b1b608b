"""A forum: boards, threads over several pages, several posts to a page."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from langnghe.demo.site.answers import Answer, cut, html, missing, page, page_number
from langnghe.demo.site.boards import boards
from langnghe.demo.site.pictures import picture
from langnghe.demo.site.texts import Thread

POSTS_PER_PAGE, THREADS_PER_PAGE = 10, 20
THREAD = re.compile(r"/thread/(?P<number>\d+)-[a-z0-9-]*/(?:page-(?P<page>\d+))?")
BOARD = re.compile(r"/f/(?P<board>[a-z-]+)/")
ROBOTS = "User-agent: *\nDisallow: /members/\nDisallow: /search/\n"
NICKS = (
    "me_cua_Ti",
    "langtu_79",
    "bepnho",
    "Co Ut mien Tay",
    "tranh.xanh",
    "haidang",
    "nangmua",
    "ong_ba_bay",
    "cau4",
)


class Forum:
    """The forum over its threads."""

    def __init__(self, site_id: str, name: str, base: str, threads: Sequence[Thread], now: datetime) -> None:
        self.id, self.name, self.base = site_id, name, base
        self._threads = sorted(threads, key=lambda t: t.posts[-1].at, reverse=True)
        self._by_number = {t.number: t for t in threads}
        self._now = now
        self._common: dict[str, Any] = {"forum": name, "base": base, "url": self.url, "now": now}
        self._common |= {"boards": boards().boards, "nicks": NICKS}

    def url(self, thread: Thread, number: int = 1) -> str:
        """Return the address of a page of a thread."""
        return f"{self.base}thread/{thread.number}-{thread.slug}/" + (f"page-{number}" if number > 1 else "")

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        """Return what stands at `path`; a 404 for what does not exist."""
        if match := THREAD.fullmatch(path):
            return self._thread(int(match["number"]), page_number(match["page"] or "1"))
        if match := BOARD.fullmatch(path):
            return self._board(match["board"], page_number(query.get("page", "1")))
        if path == "/":
            counts = {b.id: sum(t.board == b.id for t in self._threads) for b in boards().boards}
            return html(
                "home", "forum/home.html", self._now, latest=self._threads[:12], counts=counts, **self._common
            )
        if path == "/robots.txt":
            return Answer("robots", ROBOTS.encode(), "text/plain; charset=utf-8")
        if path.startswith(("/avatars/", "/ads/")):
            return picture("image" if path.startswith("/avatars/") else "ad")
        if path == "/forum.css":
            return Answer("style", page("forum/style.css").encode(), "text/css; charset=utf-8")
        if path.startswith(("/members/", "/search/")):
            return Answer("forbidden", page("missing.html").encode())
        return missing()

    def source(self) -> dict[str, Any]:
        """Return the source file by which the site is crawled."""
        return {
            "type": "forum",
            "discover": {
                "sections": [
                    {"url": f"{self.base}f/{board.id}/", "next": "a.next", "links": ".thread-title a"}
                    for board in boards().boards
                ]
            },
            "threads": {
                "allow": [r"^/thread/\d+-"],
                "title": "h1",
                "post": ".post",
                "text": ".post-body",
                "date": "time",
                "id": "data-id",
                "next": "a.next",
            },
        }

    def _thread(self, number: int, at: int) -> Answer:
        thread = self._by_number.get(number)
        if thread is None:
            return missing()
        posts, pages = cut(thread.posts, at, POSTS_PER_PAGE)
        if not posts:
            return missing()
        same = [t for t in self._threads if t.board == thread.board and t.number != number][:5]
        values: dict[str, Any] = {
            "thread": thread,
            "posts": posts,
            "number": at,
            "pages": pages,
            "same": same,
        }
        return html("thread", "forum/thread.html", posts[-1].at, **values, **self._common)

    def _board(self, board: str, number: int) -> Answer:
        found = next((b for b in boards().boards if b.id == board), None)
        items, pages = cut([t for t in self._threads if t.board == board], number, THREADS_PER_PAGE)
        if found is None or number > pages:
            return missing()
        values: dict[str, Any] = {"board": found, "items": items, "number": number, "pages": pages}
        return html("board", "forum/board.html", self._now, **values, **self._common)
