"""Rows in, the same rows with their analysis out: what `langnghe analyse IN OUT` does."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import Any

from core.contracts import Page, PageType
from core.errors import BadInput
from nlp.analyser import BATCH, Analyser
from nlp.rows import reading_of, text_of

_TYPES = {"": PageType.ARTICLE, "news": PageType.ARTICLE, **{str(kind): kind for kind in PageType}}
_FETCHED = datetime(1970, 1, 1, tzinfo=UTC)  # a row has no time; the models don't look at it


def analyse_rows(
    rows: Iterable[Mapping[str, Any]], analyser: Analyser | None = None
) -> Iterator[dict[str, Any]]:
    """Yield each row with its `analysis` by `analyser` (default: the packaged models), in order.

    A row has at least `text`, or `title`, `lead`, `body`; `type` (article, comment, post, report or news)
    and `thread_title` where there is one. Raises BadInput that names the row (counted from 1) which can't
    be read, and BadModel.
    """
    analyser = analyser or Analyser.load()
    numbered = enumerate(rows, start=1)
    while batch := list(islice(numbered, BATCH)):
        pages = [page_of(row, number) for number, row in batch]
        for (_, row), analysis in zip(batch, analyser.analyse(pages), strict=True):
            yield {**row, "analysis": analysis.model_dump(mode="json")}


def page_of(row: Mapping[str, Any], number: int) -> Page:
    """Return a row as a page that was never fetched. Raises BadInput that names the row by `number`."""
    where = f"line {number}"
    kind = text_of(row, "type", where)
    if kind not in _TYPES:
        raise BadInput(f"{where}: type {kind!r} is not {', '.join(name for name in _TYPES if name)}")
    read = reading_of(row, where)
    content = "\0".join((read.thread_title, read.title, read.lead, read.text))
    try:
        digest = blake2b(content.encode(), digest_size=16).hexdigest()
    except UnicodeEncodeError as error:
        raise BadInput(f"{where}: the text holds half a surrogate pair; it is not Unicode") from error
    return Page(
        id=f"row-{number}",
        url="",
        canonical_url="",
        source_id="",
        type=_TYPES[kind],
        thread_title=read.thread_title,
        title=read.title,
        lead=read.lead,
        text=read.text,
        fetched_at=_FETCHED,
        content_hash=digest,
    )
