"""The embedded engine behind the search interface."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from core.contracts import Document, Triage
from index.embedded import likeness, removing, searching, standing, writing
from index.embedded.database import Database
from index.embedded.reading import hits
from index.engine import Bucket, Count, FacetField, Hit, Query, Results, Significant, Written
from index.expression import All

APPLIED = 500  # verdicts put into force in one transaction


class EmbeddedEngine:
    """`index.engine.Engine` in one SQLite file, for any number of threads and processes on one machine.

    Not to be used across a fork: open it anew in the child.
    """

    def __init__(self, path: Path) -> None:
        """Open the index at `path` or make it there. Raises IndexUnavailable if the file can't be used."""
        self._database = Database(path)

    def write(self, documents: Sequence[Document]) -> list[Written]:
        """Index the masked form of `documents` in one transaction."""
        with self._database.writing() as connection:
            return writing.write(connection, documents)

    def lead(self, leader: str, followers: Sequence[str]) -> None:
        """Mark `followers` as duplicates of `leader`."""
        with self._database.writing() as connection:
            writing.lead(connection, leader, followers)

    def apply(self, triages: Mapping[str, Triage]) -> None:
        """Put verdicts into force, some in each transaction, so that others can write in between."""
        wanted = list(triages.items())
        for start in range(0, len(wanted), APPLIED):
            with self._database.writing() as connection:
                writing.apply(connection, dict(wanted[start : start + APPLIED]))

    def get(self, page_id: str) -> Hit | None:
        """Return one document, or None."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT doc FROM documents WHERE id = ?", [page_id]).fetchone()
            return hits(connection, row, All(), {})[0] if row else None

    def search(self, query: Query) -> Results:
        """Return a page of hits and the total."""
        with self._database.reading() as connection:
            return searching.search(connection, query)

    def facets(
        self, query: Query, fields: Sequence[FacetField], limit: int = 40
    ) -> dict[FacetField, list[Count]]:
        """Return the counts of the most frequent values of each field."""
        with self._database.reading() as connection:
            return searching.facets(connection, query, fields, limit)

    def counts(
        self, query: Query, interval: Literal["day", "week"] = "day", by: FacetField | None = None
    ) -> list[Bucket]:
        """Return counts over time in days of Vietnam or ISO weeks, split by `by` if given."""
        with self._database.reading() as connection:
            return searching.counts(connection, query, interval, by)

    def significant(self, query: Query, limit: int = 20) -> list[Significant]:
        """Return the pairs of syllables that stand out, the most telling first."""
        with self._database.reading() as connection:
            return standing.significant(connection, query, limit)

    def similar(self, page_id: str, limit: int = 10) -> tuple[Hit, ...]:
        """Return the documents most like one by their words."""
        with self._database.reading() as connection:
            return likeness.similar(connection, page_id, limit)

    def scan(self, query: Query) -> Iterator[Hit]:
        """Yield every hit; the state of the first one is kept until the last, or until the caller ends."""
        with self._database.reading() as connection:
            yield from searching.scan(connection, query)

    def remove(self, page_ids: Collection[str]) -> int:
        """Remove documents and pack the file, which takes as long as writing it out."""
        return removing.remove(self._database, page_ids)

    def prune(self, query: Query) -> int:
        """Remove what `query` matches, some at a time, and pack the file."""
        return removing.prune(self._database, query)

    def size(self) -> int:
        """Return how many documents are held."""
        with self._database.reading() as connection:
            (held,) = connection.execute("SELECT count(*) FROM documents").fetchone()
            return int(held)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()
