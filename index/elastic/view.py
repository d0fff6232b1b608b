"""What a search looks at: an alias as it is now, or a point in time."""

from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from elasticsearch import ApiError, TransportError

from index.elastic.cluster import Cluster

# A scan that rests longer than this between two requests has lost its point in time.
KEEP_S = 300


class View:
    """Documents under one alias."""

    def __init__(self, cluster: Cluster, alias: str) -> None:
        self.cluster = cluster
        self.alias = alias

    def search(self, **body: Any) -> dict[str, Any]:
        """Return Elasticsearch's answer to a search."""
        return self.cluster.search(self.alias, **body)


class Moment(View):
    """Documents under an alias as they are when this context is entered, whatever is written meanwhile."""

    def search(self, **body: Any) -> dict[str, Any]:
        """Return Elasticsearch's answer to a search in this moment."""
        answer = self.cluster.search(None, pit={"id": self._id, "keep_alive": f"{KEEP_S}s"}, **body)
        self._id: str = answer["pit_id"]
        return answer

    def __enter__(self) -> Self:
        opened = self.cluster.ask(
            lambda: self.cluster.client.open_point_in_time(index=self.alias, keep_alive=f"{KEEP_S}s")
        )
        self._id = opened.body["id"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # One that can't be closed now ends by itself, and what went wrong before is to be told.
        with suppress(ApiError, TransportError):
            self.cluster.client.close_point_in_time(id=self._id)
