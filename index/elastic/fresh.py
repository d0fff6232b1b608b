"""What was written and searches do not see yet."""

import threading
from collections.abc import Collection, Iterable

from index.elastic.bulk import Operation
from index.elastic.cluster import Cluster
from index.elastic.layout import Names

# So many ids are remembered before searches are made to see them.
MOST = 20_000


class Fresh:
    """Where engines that share this wrote since searches were last made to see it.

    Elasticsearch shows writes to searches after some seconds (`refresh_interval`), and at once only at a
    price that a bulk load would pay over and over. So the price is paid when one of these engines reads.
    """

    def __init__(self) -> None:
        self._places: dict[str, set[str]] = {}
        self._begun = False
        self._lock = threading.Lock()

    def begin(self, cluster: Cluster) -> None:
        """Before the first write, let searches see what others wrote: a process that was killed may have."""
        with self._lock:
            if not self._begun:
                cluster.refresh(Names(cluster.prefix).everything)
                self._begun = True

    def note(self, cluster: Cluster, operations: Iterable[Operation]) -> None:
        """Remember what was written."""
        with self._lock:
            for operation in operations:
                self._places.setdefault(operation.id, set()).add(operation.index)
            if len(self._places) > MOST:
                self._show(cluster)

    def places(self, page_ids: Collection[str]) -> list[tuple[str, str]]:
        """Return the index and id of what searches may not see of `page_ids`."""
        with self._lock:
            return [(index, i) for i in page_ids for index in self._places.get(i, ())]

    def show(self, cluster: Cluster) -> None:
        """Let searches see all that was written."""
        with self._lock:  # Who comes second waits for what the first one does.
            if self._places:
                self._show(cluster)

    def _show(self, cluster: Cluster) -> None:
        indices = sorted({index for found in self._places.values() for index in found})
        cluster.refresh(*indices)
        self._places = {}
