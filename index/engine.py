"""The one search interface. Two engines keep it: `embedded` (SQLite, default) and `elastic` (production)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, Protocol

from pydantic import AwareDatetime, Field

from core.contracts import (
    Contract,
    Document,
    Kind,
    PageType,
    Sentiment,
    SeverityLevel,
    Span,
    State,
    Triage,
)

FacetField = Literal["category", "province", "severity", "kind", "sentiment", "source", "type", "state"]
Order = Literal["queue", "newest", "score"]


class Query(Contract):
    """What is asked. Filters are joined by and; the values within one by or; an empty one does not filter.

    `text` is in the search language (docs/search.md): words, phrases and filters of its own, joined by and
    with the others. `index.asked` makes one expression of them all, which is what engines translate. What
    the text says of relevance itself goes before `relevant`, which then does not apply.

    `relevant`, categories, kinds and severity are the effective ones: a person's word before the model's, and
    nothing of a text that is not relevant. `possibly_grave` (`index.effective`): true asks for those that are
    not relevant but that a person should look at, false for all others. `decided`: whether people decided
    anything on it (`Triage.seq`). `since` and `until` are days in Vietnam, both inclusive. `fetched_until`
    leaves out what had not been fetched by then in any revision; what was edited later counts as it is now.
    `group` is the id of a thread or duplicate leader. `grouped` gives one hit per group, the first in the
    query's order (in the queue: the gravest), and counts the rest in `Hit.others`.

    `order` queue: severity falling, then relevance in bands (0.9, 0.7, rest), then oldest first. `newest`:
    by `dated_at`, then id, both falling. `score`: texts that are found by their titles alone, then by the
    words as typed, then those found only by a bare spelling (`index.expression.strictly`); newest first
    within each.
    """

    text: str = Field(default="", max_length=500)
    relevant: bool | None = True
    categories: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    types: tuple[PageType, ...] = ()
    kinds: tuple[Kind, ...] = ()
    sentiments: tuple[Sentiment, ...] = ()
    states: tuple[State, ...] = ()
    severity_min: SeverityLevel = 0
    possibly_grave: bool | None = None
    decided: bool | None = None
    since: date | None = None
    until: date | None = None
    fetched_until: AwareDatetime | None = None
    group: str | None = None
    grouped: bool = False
    order: Order = "newest"
    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=200)


class Hit(Contract):
    """One found document in its masked form, with where it stands and what in it matched.

    `group` is the thread's or duplicate leader's id; `others` how many more of the group match.
    `relevant`, `possibly_grave`, `severity` and `categories` are the effective ones.
    """

    document: Document
    triage: Triage
    relevant: bool
    possibly_grave: bool
    severity: SeverityLevel
    categories: tuple[str, ...]
    group: str
    others: int = 0
    highlights: tuple[Span, ...] = ()


class Results(Contract):
    """A page of hits, how many there are in all (groups when grouped), and the cursor of the next page."""

    hits: tuple[Hit, ...]
    total: int
    next_cursor: str | None = None


class Count(Contract):
    """How many documents have `value`."""

    value: str
    count: int


class Bucket(Contract):
    """How many documents lie in the day or ISO week from `start` on, for `value` of the split field."""

    start: date
    value: str = ""
    count: int


class Significant(Contract):
    """Two syllables that stand out in a slice: in how many of its texts, and of all relevant ones."""

    term: str
    count: int
    background: int


class Written(Contract):
    """What became of one written document.

    `indexed`, `duplicate` (indexed, and names a leader), or `unchanged`: the same revision by the same model
    is there already, or a revision fetched later is; `quarantined`: the engine refused this one alone, for
    `reason`, a code of its own without words of the text.
    """

    id: str
    result: Literal["indexed", "unchanged", "duplicate", "quarantined"]
    reason: str = ""


class Reader(Protocol):
    """What can be asked of the documents. Errors are those of `Engine`."""

    def get(self, page_id: str) -> Hit | None:
        """Return one document, or None."""

    def search(self, query: Query) -> Results:
        """Return a page of hits in the query's order.

        Paging by cursor never repeats or skips a document that was there before the first page was asked
        for, whatever is written meanwhile, unless it was itself moved by a new revision or verdict.
        """

    def facets(
        self, query: Query, fields: Sequence[FacetField], limit: int = 40
    ) -> dict[FacetField, list[Count]]:
        """Return the counts of the `limit` most frequent values of each field among what `query` matches.

        Documents are counted, not groups; equal counts are in order of value. Cursor, order and limit of
        the query are ignored.
        """

    def counts(
        self, query: Query, interval: Literal["day", "week"] = "day", by: FacetField | None = None
    ) -> list[Bucket]:
        """Return counts over time in days of Vietnam or ISO weeks (start Monday), split by `by` if given.

        Documents are counted, not groups. Empty buckets are left out; the rest are in order of start, then
        value. Cursor, order and limit of the query are ignored.
        """

    def scan(self, query: Query) -> Iterator[Hit]:
        """Yield every hit of `query` in its order, as things stood when the first was asked for.

        However many there are and whatever is written meanwhile. Cursor and limit are ignored.
        """


class Engine(Reader, Protocol):
    """A search engine over masked documents.

    Writes are idempotent and safe to repeat after a kill. All methods raise `core.errors.IndexUnavailable`
    when the engine can't be reached or its file is damaged, and `core.errors.BadQuery` for a query that
    can't be read (with a message that is fit for the person who typed it).
    """

    def write(self, documents: Sequence[Document]) -> list[Written]:
        """Index the masked form of `documents`, replacing older revisions; verdicts stay in force.

        Of a page in several revisions the newest stands, and when it was first fetched is kept, in whatever
        order they come. Each is written whole or not at all. After an error some may be written: to write
        them again is safe. Returns one entry for each document, in order.
        """

    def lead(self, leader: str, followers: Sequence[str]) -> None:
        """Mark `followers` as duplicates of `leader`, `leader` as nobody's; unknown ids are passed over."""

    def apply(self, triages: Mapping[str, Triage]) -> None:
        """Put verdicts into force, by page id; one for a page not (yet) indexed is kept for it.

        One with a lower `seq` than the one in force changes nothing, so that order does not matter.
        """

    def significant(self, query: Query, limit: int = 20) -> list[Significant]:
        """Return what stands out in the titles and leads of the relevant documents that `query` matches.

        Against the titles and leads of all relevant documents, the most telling first (`index.standing`): by
        the absolute times the relative rise of a term's share. A term is two syllables that stand together,
        in at least three texts. Copies (`duplicate_of`) don't count: one story often copied would be all
        there is. Cursor, order, limit and `relevant` of the query are ignored.
        """

    def similar(self, page_id: str, limit: int = 10) -> tuple[Hit, ...]:
        """Return the documents most like the one with `page_id` by their words, the most alike first.

        Without itself and its duplicates, of other duplicates one; relevant or not. Empty when nothing is
        much alike, and for one that is not held.
        """

    def remove(self, page_ids: Collection[str]) -> int:
        """Remove documents and what is kept of their verdicts; return how many were held.

        When it returns, nothing of their texts, nor of older revisions, is left in the engine's files: what
        was asked to be erased is gone. May be repeated, and then makes sure of that again.
        """

    def prune(self, query: Query) -> int:
        """Remove all documents that `query` matches, whole months at once where possible; return how many.

        Verdicts are kept, for they are in force again if the text is ever indexed anew. Cursor, order,
        limit and grouping of the query are ignored.
        """

    def size(self) -> int:
        """Return how many documents are held."""

    def close(self) -> None:
        """Release files and connections."""
