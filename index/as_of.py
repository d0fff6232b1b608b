"""The documents as they were at a time in the past: what had been fetched by then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from index.engine import Bucket, Count, FacetField, Hit, Query, Reader, Results

# Between asking what time it is and asking the index passes less.
PRESENT = timedelta(minutes=1)


def as_of(engine: Reader, now: datetime) -> Reader:
    """Return `engine`, narrowed to what had been fetched by `now` if that is in the past.

    So who counts and warns for an earlier time gets what a run at that time got. Three things are of today: a
    text edited since is there with what it says now (and if it has no date of its own, dated when it was
    fetched last), copies are folded under who leads them now, and what people decided counts.
    """
    return engine if now > datetime.now(UTC) - PRESENT else _AsOf(engine, now)


@dataclass(frozen=True, slots=True)
class _AsOf:
    engine: Reader
    now: datetime

    def get(self, page_id: str) -> Hit | None:
        return self.engine.get(page_id)

    def search(self, query: Query) -> Results:
        return self.engine.search(self._narrowed(query))

    def facets(
        self, query: Query, fields: Sequence[FacetField], limit: int = 40
    ) -> dict[FacetField, list[Count]]:
        return self.engine.facets(self._narrowed(query), fields, limit)

    def counts(
        self, query: Query, interval: Literal["day", "week"] = "day", by: FacetField | None = None
    ) -> list[Bucket]:
        return self.engine.counts(self._narrowed(query), interval, by)

    def scan(self, query: Query) -> Iterator[Hit]:
        return self.engine.scan(self._narrowed(query))

    def _narrowed(self, query: Query) -> Query:
        return query.model_copy(update={"fetched_until": self.now})
