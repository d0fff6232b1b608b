"""The way to a cluster: who it is, how long it is waited for, and its errors in plain words."""

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from elastic_transport import ObjectApiResponse
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, ConnectionTimeout, Elasticsearch, TransportError

from core.errors import BadSettings, IndexUnavailable
from core.logs import log
from core.settings import ElasticSettings

# What passes by itself: too many requests; no answer from a node behind a proxy; a shard or master not there.
PASSING = frozenset({429, 502, 503, 504})
# What to do about a block, which Elasticsearch sets on indices of a node whose disk is almost full.
BLOCKED = "nothing is lost; see the space on its nodes' disks and the index's `index.blocks`, then run again"
# Elasticsearch takes lines of 4096 bytes (`http.max_initial_line_length`), path and parameters together.
NAMES_BYTES = 3_000
# Seconds between tries: doubled each time from the first to the last.
FIRST_PAUSE_S, LAST_PAUSE_S = 0.1, 10.0
# Long enough for an index that is dropped, or a shard that moves, in the middle of a search.
MOMENT_S = 1.0

Answer = TypeVar("Answer")


class Cluster:
    """A cluster of Elasticsearch and the names under one prefix in it. For any number of threads.

    `patient`: what can pass (an overloaded cluster, one that is down) is waited for up to `settings.wait_s`;
    else a moment only, for a person waits.
    """

    def __init__(self, settings: ElasticSettings, *, patient: bool) -> None:
        """Make ready to reach `settings.hosts`; nothing is sent yet. Raises BadSettings."""
        self.settings = settings
        self.prefix = settings.prefix
        self.wait_s = settings.wait_s if patient else min(settings.wait_s, MOMENT_S)
        self.hosts = ", ".join(settings.hosts)
        if settings.ca_file and not settings.ca_file.is_file():
            raise BadSettings(
                f"the settings of 'elastic' name a 'ca_file' that is not there: {settings.ca_file}"
            )
        try:
            self.client = Elasticsearch(
                list(settings.hosts),
                api_key=settings.api_key.get_secret_value() if settings.api_key else None,
                request_timeout=settings.timeout_s,
                # Another node is tried when one is gone, at once; all else is waited for here.
                max_retries=max(1, len(settings.hosts)),
                retry_on_timeout=False,
                retry_on_status=(),
                ca_certs=str(settings.ca_file) if settings.ca_file else DEFAULT,
            )
        except (ValueError, OSError) as error:
            raise BadSettings(f"the settings of 'elastic' don't lead to a cluster: {error}") from error

    def ask(
        self, call: Callable[[], Answer], answers: Collection[int] = (), *, moving: bool = False
    ) -> Answer:
        """Return what `call` does, repeating it while the cluster can't answer, up to `wait_s`.

        So it must be safe to repeat. Errors with one of the statuses `answers` are raised as they are
        (`elasticsearch.ApiError`), all others as IndexUnavailable. `moving`: what is asked may be another
        index the next time, so that one dropped in the middle of a search is no fault.
        """
        deadline = time.monotonic() + self.wait_s
        for pause in pauses():
            try:
                return call()
            except (ApiError, TransportError) as error:
                status = error.status_code if isinstance(error, ApiError) else None
                if status in answers:
                    raise
                fault = IndexUnavailable(f"the index on Elasticsearch ({self.hosts}) {_reason(error)}")
                dropped = moving and status == 404 and error.message == "search_phase_execution_exception"
                passes = dropped or status in PASSING or not isinstance(error, ApiError)
                if not passes or time.monotonic() + pause > deadline:
                    raise fault from error
                log("index").warning("waiting for Elasticsearch", reason=str(fault), pause_s=round(pause, 1))
                time.sleep(pause)
        raise AssertionError  # Pauses never end.

    def search(self, index: str | None, **body: Any) -> dict[str, Any]:
        """Return the answer to a search in `index` (None: the point in time of `body`), never of a part."""
        found = self.ask(
            lambda: self.client.search(index=index, allow_partial_search_results=False, **body),
            moving=index is not None,
        )
        return dict(found.body)

    def get(self, docs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what is held under each index and id of `docs` as it is this moment, one entry for each."""

        def got() -> list[dict[str, Any]]:
            answer = self.client.mget(docs=docs)
            for doc in answer.body["docs"]:
                kind = doc.get("error", {}).get("type")
                # An answer is well even if a shard is gone: then this is no document that is not there.
                if kind not in (None, "index_not_found_exception"):
                    raise ApiError(kind, replace(answer.meta, status=503), doc)
            return list(answer.body["docs"])

        return self.ask(got)

    def everywhere(self, call: Callable[[], ObjectApiResponse[Any]]) -> dict[str, Any]:
        """Return what `call`, which all shards answer, does when none of them failed."""

        def done() -> dict[str, Any]:
            answer = call()
            # Such an answer is well even if a shard could not do it.
            for failure in answer.body["_shards"].get("failures") or [{}] * answer.body["_shards"]["failed"]:
                kind = failure.get("reason", {}).get("type", "shard_failed")
                raise ApiError(kind, replace(answer.meta, status=503), failure)
            return dict(answer.body)

        return self.ask(done)

    def refresh(self, *indices: str) -> None:
        """Let searches see all that was written to `indices`."""
        for some in _lines(indices):
            self.ask(partial(self.client.indices.refresh, index=some, ignore_unavailable=True))

    def delete(self, indices: Iterable[str]) -> None:
        """Remove `indices`, in order of name; one that is not there is passed over."""
        for some in _lines(sorted(indices)):
            self.ask(partial(self.client.indices.delete, index=some, ignore_unavailable=True))

    def close(self) -> None:
        """Close all connections."""
        self.client.close()


def _lines(indices: Iterable[str]) -> Iterator[list[str]]:
    """Yield `indices` in parts that each fit into the line of a request."""
    some: list[str] = []
    size = 0
    for index in indices:
        if some and size + len(index) > NAMES_BYTES:
            yield some
            some, size = [], 0
        some.append(index)
        size += len(index) + len("%2C")
    if some:
        yield some


def pauses() -> Iterator[float]:
    """Yield the seconds to wait before each further try: exponential, with full jitter.

    After Brooker 2015, "Exponential backoff and jitter", AWS Architecture Blog.
    """
    longest = FIRST_PAUSE_S
    while True:
        yield random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, guards nothing
        longest = min(longest * 2, LAST_PAUSE_S)


def _reason(error: ApiError | TransportError) -> str:
    if isinstance(error, ConnectionTimeout):
        # A refresh waits so for a shard that is not there.
        return "does not answer in time; nothing is lost, see the cluster's health and load"
    if isinstance(error, TransportError):
        return f"can't be reached ({type(error).__name__}); see that it runs and 'elastic.hosts' names it"
    kind = error.error if isinstance(error.error, str) else type(error).__name__
    causes = _causes(error)
    if "search_context_missing_exception" in causes:
        return "lost the moment that a long reading looks at (a node ended, or it rested too long); run again"
    if error.status_code in (403, 429) and "block" in kind:
        return f"takes no writes ({kind}); {BLOCKED}"
    if error.status_code in (401, 403):
        return f"refuses us ({kind}); check 'elastic.api_key' and what the key may do"
    if error.status_code == 404:
        return f"lacks a part ({kind}); `langnghe rebuild` makes it anew"
    if error.status_code == 429:
        return f"is overloaded ({kind}); nothing is lost, run again later"
    if error.status_code in PASSING:
        return f"is not whole ({kind}); nothing is lost, see the cluster's health"
    return f"refuses a request ({error.status_code} {kind}); see the log of its nodes"


def _causes(error: ApiError) -> set[str]:
    """Return the types of what went wrong, on whichever shard."""
    told = error.body.get("error") if isinstance(error.body, dict) else None
    causes = told.get("root_cause", ()) if isinstance(told, dict) else ()
    return {cause.get("type", "") for cause in causes}
