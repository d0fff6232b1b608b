"""Elasticsearch behind the search interface."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

from core.contracts import Document, Triage
from core.errors import IndexUnavailable
from core.settings import ElasticSettings
from index.elastic import counting, deciding, likeness, removing, schema, searching, standing, writing
from index.elastic.cluster import Cluster
from index.elastic.entry import as_hit
from index.elastic.fresh import Fresh
from index.elastic.layout import Layout, Names
from index.elastic.view import Moment, View
from index.engine import Bucket, Count, FacetField, Hit, Query, Results, Significant, Written


class ElasticEngine:
    """`index.engine.Engine` on a cluster, for any number of threads, processes and machines.

    Documents are written one by one, so that others may see a part of a batch; each is whole.
    """

    def __init__(
        self,
        settings: ElasticSettings,
        *,
        patient: bool = True,
        generation: str | None = None,
        fresh: Fresh | None = None,
    ) -> None:
        """Open the index under `settings.prefix`, making it if need be; of one generation or what serves.

        `patient`: what can pass is waited for, up to `settings.wait_s`. Engines that share `fresh` see each
        other's writes at once; others, in other processes, after some seconds. Raises IndexUnavailable if
        it can't be used, BadSettings.
        """
        self._cluster = Cluster(settings, patient=patient)
        self._generation = generation
        self._fresh = fresh or Fresh()
        try:
            schema.prepare(self._cluster, generation)
        except BaseException:
            self._cluster.close()
            raise

    def write(self, documents: Sequence[Document]) -> list[Written]:
        """Index the masked form of `documents`, each by itself."""
        if not documents:
            return []
        layout, generation = self._place()
        return writing.write(self._cluster, layout, generation, documents, self._fresh)

    def lead(self, leader: str, followers: Sequence[str]) -> None:
        """Mark `followers` as duplicates of `leader`."""
        _, generation = self._place()
        deciding.lead(self._cluster, generation, leader, followers, self._fresh)

    def apply(self, triages: Mapping[str, Triage]) -> None:
        """Put verdicts into force, in all generations; others see it at once too."""
        deciding.apply(self._cluster, triages, self._fresh)
        self._fresh.show(self._cluster)

    def get(self, page_id: str) -> Hit | None:
        """Return one document, or None."""
        found = searching.one(self._view(), page_id)
        return as_hit(found["_source"]) if found else None

    def search(self, query: Query) -> Results:
        """Return a page of hits and the total."""
        return searching.search(self._view(), query)

    def facets(
        self, query: Query, fields: Sequence[FacetField], limit: int = 40
    ) -> dict[FacetField, list[Count]]:
        """Return the counts of the most frequent values of each field."""
        return counting.facets(self._view(), query, fields, limit)

    def counts(
        self, query: Query, interval: Literal["day", "week"] = "day", by: FacetField | None = None
    ) -> list[Bucket]:
        """Return counts over time in days of Vietnam or ISO weeks, split by `by` if given."""
        return counting.counts(self._view(), query, interval, by)

    def scan(self, query: Query) -> Iterator[Hit]:
        """Yield every hit of the moment at which the first is asked for."""
        with self._moment() as moment:
            yield from searching.scan(moment, query)

    def significant(self, query: Query, limit: int = 20) -> list[Significant]:
        """Return the pairs of syllables that stand out, the most telling first."""
        return standing.significant(self._view(), query, limit)

    def similar(self, page_id: str, limit: int = 10) -> tuple[Hit, ...]:
        """Return the documents most like one by their words."""
        view = self._view()
        found = searching.one(view, page_id)
        return likeness.similar(view, found, limit) if found else ()

    def remove(self, page_ids: Collection[str]) -> int:
        """Remove documents from all generations and merge what held them, which may take minutes."""
        layout, generation = self._place()
        return removing.remove(self._cluster, layout, generation, page_ids, self._fresh)

    def prune(self, query: Query) -> int:
        """Remove what `query` matches: months of which it matches all by dropping their indices."""
        with self._moment() as moment:
            return removing.prune(moment, query, self._fresh)

    def size(self) -> int:
        """Return how many documents are held."""
        return searching.size(self._view())

    def close(self) -> None:
        """Close all connections."""
        self._cluster.close()

    @property
    def _alias(self) -> str:
        names = Names(self._cluster.prefix)
        return names.prefix if self._generation is None else names.all_of(self._generation)

    def _view(self) -> View:
        """Return what is read: all that this engine wrote is in it."""
        self._fresh.show(self._cluster)
        return View(self._cluster, self._alias)

    def _moment(self) -> Moment:
        self._fresh.show(self._cluster)
        return Moment(self._cluster, self._alias)

    def _place(self) -> tuple[Layout, str]:
        """Return the indices that there are, and the generation that is written to."""
        self._fresh.begin(self._cluster)
        layout = schema.read_layout(self._cluster)
        if self._generation is None and layout.serving is None:  # all was removed since this was opened
            schema.prepare(self._cluster)
            layout = schema.read_layout(self._cluster)
        generation = self._generation or layout.serving
        if generation is None:
            raise IndexUnavailable(
                f"no index under {self._cluster.prefix!r} on Elasticsearch ({self._cluster.hosts}) serves; "
                "`langnghe rebuild` makes one"
            )
        return layout, generation
