"""What a site answers, and how its pages are filled from templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from core.contracts import VIETNAM
from langnghe.demo.site.dates import in_words

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `kind` is what was asked for (`article`, `image`, …): requests are counted by it."""

    kind: str
    body: bytes
    content_type: str = HTML
    status: int = 200
    modified: datetime | None = None


class Site(Protocol):
    """A site of the invented web."""

    id: str
    base: str

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        """Return what stands at `path`; a 404 for what does not exist."""

    def source(self) -> dict[str, Any]:
        """Return the source file by which the site is crawled."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("langnghe.demo.site"),
        autoescape=select_autoescape(["html", "xml"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["in_words"] = in_words
    environment.filters["iso"] = lambda moment: moment.astimezone(VIETNAM).isoformat()
    environment.filters["rfc822"] = lambda moment: moment.astimezone(VIETNAM).strftime(
        "%a, %d %b %Y %H:%M:%S %z"
    )
    return environment


def page(template: str, **values: object) -> str:
    """Return the template filled."""
    return _environment().get_template(template).render(**values)


def html(kind: str, template: str, modified: datetime | None = None, **values: object) -> Answer:
    """Return a page as an answer."""
    return Answer(kind, page(template, **values).encode(), modified=modified)


def missing(kind: str = "missing") -> Answer:
    """Return what is answered for an address that does not exist."""
    return Answer(kind, page("missing.html").encode(), status=404)


def cut(items: Sequence[T], number: int, size: int) -> tuple[Sequence[T], int]:
    """Return page `number` (from 1) of `items` and how many pages of `size` there are (at least one)."""
    return items[(number - 1) * size : number * size], max(1, -(-len(items) // size))


def page_number(text: str) -> int:
    """Return the number of a page as it stands in an address; 1 when it can't be read."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
