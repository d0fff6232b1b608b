"""The words of documents on their way into the text tables and out of them."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
import sqlite3
from collections.abc import Sequence

from core.contracts import Document
from index.embedded.schema import Texts
from index.words import is_bare

_EXACT = "rowid, title, lead, text, bare"
_FOLDED = "rowid, title, lead, text"


def add_words(
    connection: sqlite3.Connection, texts: Texts, documents: Sequence[tuple[int, Document]]
) -> None:
    """Put the words of `documents`, by number, into two text tables."""
    connection.executemany(
        f"INSERT INTO {texts.exact} ({_EXACT}) VALUES (?, ?, ?, ?, ?)", [_exact(*d) for d in documents]
    )
    connection.executemany(
        f"INSERT INTO {texts.folded} ({_FOLDED}) VALUES (?, ?, ?, ?)", [_folded(*d) for d in documents]
    )


def remove_words(
    connection: sqlite3.Connection, texts: Texts, documents: Sequence[tuple[int, Document]]
) -> None:
    """Take the words of `documents` out: a contentless table forgets a text only when told what it was."""
    connection.executemany(
        f"INSERT INTO {texts.exact} ({texts.exact}, {_EXACT}) VALUES ('delete', ?, ?, ?, ?, ?)",
        [_exact(*d) for d in documents],
    )
    connection.executemany(
        f"INSERT INTO {texts.folded} ({texts.folded}, {_FOLDED}) VALUES ('delete', ?, ?, ?, ?)",
        [_folded(*d) for d in documents],
    )


def _exact(doc: int, document: Document) -> tuple[int, str, str, str, str]:
    page = document.page
    return doc, page.title, page.lead, page.text, "1" if is_bare(document) else ""


def _folded(doc: int, document: Document) -> tuple[int, str, str, str]:
    page = document.page
    return doc, _without_bars(page.title), _without_bars(page.lead), _without_bars(page.text)


def _without_bars(text: str) -> str:
    """Fold the one Vietnamese letter that SQLite's tokenizer leaves; it sees to the rest, in C."""
    return text.replace("đ", "d").replace("Đ", "D")
