"""Rules of a source file: which addresses are wanted, and where links, posts and comments stand."""

import re
from collections.abc import Sequence
from typing import Annotated, Self
from urllib.parse import urlsplit

import jmespath
from cssselect import SelectorError
from jmespath.exceptions import JMESPathError
from parsel import Selector
from pydantic import AfterValidator, Field, model_validator

from core.contracts import Contract
from core.urls import AMP_PATH, normalise

NO_PAGE = Selector("<html></html>", type="html")


def _web_address(url: str) -> str:
    normalise(url)
    return url


def _expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"no regular expression ({error})") from error
    return pattern


def _selector(css: str) -> str:
    try:
        NO_PAGE.css(css)
    except (SelectorError, ValueError) as error:
        raise ValueError(f"no CSS selector ({error})") from error
    if "::" in css:
        raise ValueError("names elements, not their text or attributes: leave out what begins with ::")
    return css


def _path(path: str) -> str:
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        raise ValueError(f"no JMESPath expression ({str(error).splitlines()[0]})") from error
    return path


def _template(url: str) -> str:
    """Accept an address with `{page}`, `{cursor}`, `{id}` or `{url}` in its path or query."""
    unknown = set(re.findall(r"\{([^{}]*)\}", url)) - PLACES
    if unknown:
        raise ValueError(f"{{{min(unknown)}}} is none of {', '.join(f'{{{p}}}' for p in sorted(PLACES))}")
    parts = urlsplit(url)
    if "{" in parts.netloc:
        raise ValueError("the host is always the same: write it out")
    normalise(url)
    return url


PLACES = {"page", "cursor", "id", "url"}
Url = Annotated[str, AfterValidator(_web_address)]
Expression = Annotated[str, AfterValidator(_expression)]
Css = Annotated[str, Field(min_length=1), AfterValidator(_selector)]
JsonPath = Annotated[str, Field(min_length=1), AfterValidator(_path)]
Template = Annotated[str, AfterValidator(_template)]


class Paged(Contract):
    """A list over several addresses: `{page}` in `url` is a number, from `first` on in steps of `step`.

    At most `pages` of them are asked for in a run.
    """

    url: Template
    first: int = Field(default=1, ge=0)
    step: int = Field(default=1, ge=1)
    pages: int = Field(default=200, ge=1, le=1000)


class SectionPages(Paged):
    """A section page: CSS of the links to articles or threads, and of the link to the next page."""

    links: Css = "a"
    next: Css | None = None

    @model_validator(mode="after")
    def _goes_on_one_way(self) -> Self:
        if self.next is not None and "{page}" in self.url:
            raise ValueError("next: the address counts its pages by {page}; leave one of the two out")
        _has_no(self.url, "cursor", "id", "url")
        return self


class EndPoint(Paged):
    """An address that answers with JSON, page after page; places in it are named by JMESPath.

    `{cursor}` in `url` is `start` first, then what `cursor` finds in the answer before. There is no
    more where `more` is false or missing, no cursor is found, or a page has nothing.
    """

    cursor: JsonPath | None = None
    start: str = ""
    more: JsonPath | None = None

    @model_validator(mode="after")
    def _counts_one_way(self) -> Self:
        if ("{cursor}" in self.url) != (self.cursor is not None):
            raise ValueError("cursor: `url` has {cursor} where it goes, and `cursor` says where it is found")
        if "{cursor}" in self.url and "{page}" in self.url:
            raise ValueError("url: goes on by {page} or by {cursor}, not by both")
        return self


class Listing(EndPoint):
    """A "load more" end point: the addresses in it, or HTML with links `css` in it."""

    links: JsonPath | None = None
    html: JsonPath | None = None
    css: Css = "a"

    @model_validator(mode="after")
    def _finds_links(self) -> Self:
        if (self.links is None) == (self.html is None):
            raise ValueError("links: say where addresses stand, or by `html` where HTML does")
        _has_no(self.url, "id", "url")
        return self


class CommentApi(EndPoint):
    """An end point that gives an article's comments: `{id}` in `url` is its number, `{url}` its address.

    The number is the first group of `id_in_url`, tried on the article's address, or of `id_in_page`, tried on
    its HTML. `items` finds the list of comments; the other paths begin at a comment, `replies` at further
    ones of the same make. A comment's text may be HTML.
    """

    id_in_url: Expression | None = None
    id_in_page: Expression | None = None
    items: JsonPath
    text: JsonPath
    id: JsonPath
    date: JsonPath | None = None
    replies: JsonPath | None = None

    @model_validator(mode="after")
    def _names_the_article(self) -> Self:
        ways = [way for way in (self.id_in_url, self.id_in_page) if way is not None]
        if ("{id}" in self.url) != (len(ways) == 1):
            raise ValueError("id_in_url or id_in_page: one of them says what {id} in `url` is")
        if "{id}" not in self.url and "{url}" not in self.url:
            raise ValueError("url: names the article by {id} or {url}")
        if ways and re.compile(ways[0]).groups != 1:
            raise ValueError("id_in_url, id_in_page: has the number in a group, as in `-(\\d+)\\.html`")
        return self


def _has_no(url: str, *names: str) -> None:
    for name in names:
        if f"{{{name}}}" in url:
            raise ValueError(f"url: has no {{{name}}} here")


class Discover(Contract):
    """Where a source's new pages are found."""

    feeds: tuple[Url, ...] = ()
    sitemaps: tuple[Url, ...] = ()
    sections: tuple[SectionPages, ...] = ()
    listings: tuple[Listing, ...] = ()


class Addresses(Contract):
    """Which addresses are wanted: one of `allow` is found in the URL's path, none of `deny` is.

    A pattern may also look for a query, as in `/showthread\\.php\\?t=`: it is tried on the path alone, on the
    path with its query, tracking parameters left out, and on the path without AMP and with letters encoded.
    """

    allow: tuple[Expression, ...] = Field(min_length=1)
    deny: tuple[Expression, ...] = ()

    def match(self, url: str) -> bool:
        """Say whether `url` is wanted."""
        parts = urlsplit(url)
        forms = [parts.path]
        if parts.query or not parts.path.isascii() or AMP_PATH.search(parts.path):
            try:
                twin = urlsplit(normalise(url))
            except ValueError:  # a port that is none
                return False
            forms += [twin.path, f"{parts.path}?{twin.query}"] if twin.query else [twin.path]
        return _found(self.allow, forms) and not _found(self.deny, forms)


def _found(patterns: Sequence[str], forms: Sequence[str]) -> bool:
    return any(re.search(pattern, form) for pattern in patterns for form in forms)


class Comments(Contract):
    """Where readers' comments stand below an article: CSS, and the attribute that names a comment."""

    item: Css
    text: Css
    date: Css | None = None
    id: str = "id"


class Threads(Addresses):
    """Which addresses are forum threads, and where their posts stand; without `post` their JSON-LD tells."""

    title: Css = "h1"
    post: Css | None = None
    text: Css | None = None
    date: Css | None = None
    next: Css | None = None
    id: str = "id"

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.post is None) != (self.text is None):
            raise ValueError("threads: `post` and `text` go together; give both or neither")
        return self
