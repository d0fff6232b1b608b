"""Which writing of a page stands: the newest one, and none twice."""

from collections.abc import Iterable, MutableMapping
from typing import NamedTuple

from core.contracts import Document
from index.effective import moment
from index.engine import Written


class Revision(NamedTuple):
    """What tells one writing of a page from another, and when the page was `first` fetched in any."""

    content_hash: str
    model: str
    fetched: str
    first: str


def revision(document: Document) -> Revision:
    """Return which writing of its page `document` is."""
    model, fetched = document.analysis.model, moment(document.page.fetched_at)
    return Revision(document.page.content_hash, f"{model.name} {model.version}", fetched, fetched)


def supersedes(new: Revision, old: Revision | None) -> bool:
    """Say whether `new` replaces `old`: not the same again, and not one that came late."""
    return old is None or (new[:2] != old[:2] and new.fetched >= old.fetched)


def standing(new: Revision, old: Revision | None) -> Revision:
    """Return which of the two stands, as first fetched when the earlier of them was."""
    if old is None:
        return new
    return (new if supersedes(new, old) else old)._replace(first=min(new.first, old.first))


def news(
    documents: Iterable[Document], known: MutableMapping[str, Revision]
) -> tuple[dict[str, Document], list[Written]]:
    """Return by id which of `documents` are to be written over what is `known`, and what becomes of each.

    `known` is brought up to date.
    """
    found: dict[str, Document] = {}
    written = []
    for document in documents:
        new, old = revision(document), known.get(document.id)
        known[document.id] = standing(new, old)
        if supersedes(new, old):
            found[document.id] = document
            copy = document.analysis.duplicate_of is not None
            written.append(Written(id=document.id, result="duplicate" if copy else "indexed"))
        else:
            written.append(Written(id=document.id, result="unchanged"))
    return found, written
