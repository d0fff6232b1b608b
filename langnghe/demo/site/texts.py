"""The texts of the invented web, before they are dressed as pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.text import fold
from langnghe.demo.site.invented import Label

SECTIONS = {
    "thoi-su": "Thời sự",
    "the-gioi": "Thế giới",
    "kinh-te": "Kinh tế",
    "phap-luat": "Pháp luật",
    "giao-duc": "Giáo dục",
    "doi-song": "Đời sống",
    "suc-khoe": "Sức khỏe",
    "cong-nghe": "Công nghệ",
    "the-thao": "Thể thao",
    "giai-tri": "Giải trí",
}


@dataclass(frozen=True)
class Remark:
    """A reader's comment or a forum post: `number` is unique on its site."""

    number: int
    text: str
    at: datetime
    label: Label
    quotes: str = ""


@dataclass(frozen=True)
class Headline:
    """What a list of articles shows of one. `number` is unique on its site; `published_at` aware UTC."""

    number: int
    title: str
    section: str
    published_at: datetime

    @property
    def slug(self) -> str:
        """The title as a part of a URL."""
        return re.sub(r"[^a-z0-9]+", "-", fold(self.title)).strip("-")[:80].rstrip("-") or "bai"


@dataclass(frozen=True)
class Article(Headline):
    """An article with the comments below it.

    `fault` names what is wrong with its page (`no-charset`, `windows-1258`, `truncated`, `broken-json-ld`);
    `copy_of` is the number of the article of the other newspaper that it repeats.
    """

    lead: str
    body: tuple[str, ...]
    label: Label = field(default_factory=Label)
    comments: tuple[Remark, ...] = ()
    fault: str = ""
    copy_of: int | None = None


@dataclass(frozen=True)
class Thread:
    """A forum thread: its posts, oldest first."""

    number: int
    board: str
    title: str
    posts: tuple[Remark, ...]

    @property
    def slug(self) -> str:
        """The title as a part of a URL."""
        return Headline(self.number, self.title, self.board, self.posts[0].at).slug


class Stock(Protocol):
    """The articles of a newspaper, wherever they lie."""

    @property
    def headlines(self) -> Sequence[Headline]:
        """All articles, newest first."""

    def article(self, number: int) -> Article | None:
        """Return an article in full, or None if there is none of this number."""


class Shelf:
    """A stock of articles in memory."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.headlines = sorted(articles, key=lambda a: (a.published_at, a.number), reverse=True)
        self._by_number = {a.number: a for a in articles}

    def article(self, number: int) -> Article | None:
        """Return an article in full, or None if there is none of this number."""
        return self._by_number.get(number)
