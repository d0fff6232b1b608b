"""The one search interface. Two engines keep it: `embedded` (SQLite, default) and `elastic` (production)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, Protocol

from pydantic import Field

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

    `text`: words (all must occur), "quoted phrases", -negated words; typed with diacritics prefers exact
    words, without them finds both. `relevant`, categories and severity are the effective ones: a person's
    word before the model's. `since` and `until` are days in Vietnam, both inclusive. `grouped` gives one
    hit per thread or duplicate leader, the gravest first, and counts the rest in `Hit.others`.
    `order` queue: severity falling, then relevance in bands (0.9, 0.7, rest), then oldest first.
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
    since: date | None = None
    until: date | None = None
    group: str | None = None
    grouped: bool = False
    order: Order = "newest"
    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=200)


class Hit(Contract):
    """One found document in its masked form, with where it stands and what in it matched.

    `group` is the thread's or duplicate leader's id; `others` how many more of the group match.
    `relevant`, `severity` and `categories` are the effective ones.
    """

    document: Document
    triage: Triage
    relevant: bool
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
    """How many documents lie in the day or ISO week that starts at `start`, for `value` of the split field."""

    start: date
    value: str = ""
    count: int


class Written(Contract):
    """What became of one written document: `indexed`, `unchanged` (same revision, same model) or `duplicate`."""

    id: str
    result: Literal["indexed", "unchanged", "duplicate"]


class Engine(Protocol):
    """A search engine over masked documents.

    Writes are idempotent and safe to repeat after a kill. All methods raise `core.errors.IndexUnavailable`
    when the engine can't be reached or its file is damaged, and `core.errors.BadQuery` for a query that
    can't be read (with a message that is fit for the person who typed it).
    """

    def write(self, documents: Sequence[Document]) -> list[Written]:
        """Index the masked form of `documents`, replacing older revisions; verdicts stay in force."""

    def lead(self, leader: str, followers: Sequence[str]) -> None:
        """Mark `followers` as duplicates of `leader`, and `leader` as nobody's duplicate."""

    def apply(self, triages: Mapping[str, Triage]) -> None:
        """Put verdicts into force, by page id; one for a page not (yet) indexed is kept for it."""

    def applied_seq(self) -> int:
        """Return the highest decision sequence number ever applied, 0 for none."""

    def get(self, page_id: str) -> Hit | None:
        """Return one document, or None."""

    def search(self, query: Query) -> Results:
        """Return a page of hits in the query's order. Paging by cursor never repeats or skips a document
        that was indexed before the first page was asked for."""

    def facets(self, query: Query, fields: Sequence[FacetField], limit: int = 40) -> dict[FacetField, list[Count]]:
        """Return the counts of the most frequent values of each field among what `query` matches."""

    def counts(self, query: Query, interval: Literal["day", "week"] = "day", by: FacetField | None = None) -> list[Bucket]:
        """Return counts over time in days of Vietnam or ISO weeks (start Monday), split by `by` if given.

        Empty buckets are left out. Cursor, order and limit of the query are ignored.
        """

    def size(self) -> int:
        """Return how many documents are held."""

    def close(self) -> None:
        """Release files and connections."""
