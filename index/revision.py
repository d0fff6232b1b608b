"""Which writing of a page stands: the newest one, and none twice."""

from collections.abc import Iterable, MutableMapping
from typing import NamedTuple

from core.contracts import Document
from index.effective import moment
from index.engine import Written


class Revision(NamedTuple):
    """What tells one writing of a page from another."""

    content_hash: str
    model: str
    fetched: str


def revision(document: Document) -> Revision:
    """Return which writing of its page `document` is."""
    model = document.analysis.model
    return Revision(
        document.page.content_hash, f"{model.name} {model.version}", moment(document.page.fetched_at)
    )


def supersedes(new: Revision, old: Revision | None) -> bool:
    """Say whether `new` replaces `old`: not the same again, and not one that came late."""
    return old is None or (new[:2] != old[:2] and new.fetched >= old.fetched)


def news(
    documents: Iterable[Document], known: MutableMapping[str, Revision]
) -> tuple[dict[str, Document], list[Written]]:
    """Return by id which of `documents` are to be written over what is `known`, and what becomes of each.

    `known` is brought up to date.
    """
    found: dict[str, Document] = {}
    written = []
    for document in documents:
        new = revision(document)
        if supersedes(new, known.get(document.id)):
            known[document.id] = new
            found[document.id] = document
            copy = document.analysis.duplicate_of is not None
            written.append(Written(id=document.id, result="duplicate" if copy else "indexed"))
        else:
            written.append(Written(id=document.id, result="unchanged"))
    return found, written
