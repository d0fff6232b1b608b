"""Turns: who of several sources may use what they share, by the time that each has used so far."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

# A news page takes some hundredths of a second to read. After one that took this long its source has at most
# half of the places until it has a quick one again, so that others need not wait for the next to end.
SLOW_S = 2.0


class Turns:
    """A number of places, each given to the waiting source that has used the least time.

    That is start-time fair queueing (Goyal, Vin and Cheng, 1996): a source whose pages take long waits
    longer, and one that comes late starts where the others are, so that it can't make up for what it did
    not ask for.
    """

    def __init__(self, places: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Give out `places` at once; `clock` tells seconds."""
        self._places = places
        self._clock = clock
        self._used: dict[str, float] = defaultdict(float)  # seconds, of turns that are over
        self._slow: set[str] = set()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._running: dict[str, dict[asyncio.Future[None], float]] = {}  # since when

    @asynccontextmanager
    async def turn(self, source: str) -> AsyncIterator[None]:
        """Hold a place for `source`, when its turn has come."""
        ticket = asyncio.get_running_loop().create_future()
        self._arrived(source)
        self._waiting.setdefault(source, deque()).append(ticket)
        self._call()
        try:
            await ticket
            yield
        finally:
            self._leave(source, ticket)
            self._call()

    def _arrived(self, source: str) -> None:
        others = (self._waiting.keys() | self._running.keys()) - {source}
        if others and source not in self._waiting and source not in self._running:
            self._used[source] = max(self._used[source], min(map(self._cost, others)))

    def _cost(self, source: str) -> float:
        now = self._clock()
        return self._used[source] + sum(now - since for since in self._running.get(source, {}).values())

    def _call(self) -> None:
        """Give free places to those whose turn it is."""
        while sum(map(len, self._running.values())) < self._places:
            ready = [source for source in self._waiting if self._may(source)]
            if not ready:
                return
            source = min(ready, key=self._cost)
            ticket = self._waiting[source][0]
            self._waits_no_more(source, ticket)
            if not ticket.cancelled():
                self._running.setdefault(source, {})[ticket] = self._clock()
                ticket.set_result(None)

    def _may(self, source: str) -> bool:
        held = len(self._running.get(source, ()))
        return source not in self._slow or held < max(1, self._places // 2)

    def _leave(self, source: str, ticket: asyncio.Future[None]) -> None:
        since = self._running.get(source, {}).pop(ticket, None)
        if since is None:  # it was cancelled while it waited
            self._waits_no_more(source, ticket)
            return
        if not self._running[source]:
            del self._running[source]
        taken = self._clock() - since
        self._used[source] += taken
        (self._slow.add if taken >= SLOW_S else self._slow.discard)(source)

    def _waits_no_more(self, source: str, ticket: asyncio.Future[None]) -> None:
        queue = self._waiting.get(source, deque())
        if ticket in queue:
            queue.remove(ticket)
        if not queue:
            self._waiting.pop(source, None)
