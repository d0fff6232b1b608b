"""The hosts of a crawl: asked in turns by all sources together, and left alone when they ask for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from core.contracts import VIETNAM
from core.records import Records
from core.records.hosts import Wait, end_wait, keep_wait, waits
from crawlers.failures import Refused
from crawlers.waits import LONGEST_PAUSE_S, LONGEST_WAIT_S, pause_s


@dataclass
class Host:
    """One host: who asks it now, and until when it is left alone."""

    wait_until: datetime | None = None
    refusals: int = 0  # in a row
    kept: bool = False  # the records know that it refused
    at_once: int = 1_000  # the least that any of its sources allows
    pauses: dict[object, float] = field(default_factory=dict)  # in seconds, of each source that asks it
    active: int = 0
    asked_at: float = 0.0
    free: asyncio.Condition = field(default_factory=asyncio.Condition)


class Hosts:
    """What all sources of a crawl know of the hosts that they ask."""

    def __init__(self, records: Records) -> None:
        """Begin with the waits that earlier runs wrote down."""
        self.records = records
        self._hosts = {
            name: Host(wait_until=wait.wait_until, refusals=wait.refusals, kept=True)
            for name, wait in waits(records).items()
        }

    def check(self, name: str) -> None:
        """Raise Refused if the host asked to be left alone for longer than a run can wait."""
        host = self._hosts.get(name)
        if host is None or (left := _left_s(host)) <= LONGEST_PAUSE_S:
            return
        until = f"{(datetime.now(UTC) + timedelta(seconds=left)).astimezone(VIETNAM):%Y-%m-%d %H:%M}"
        raise Refused("host_waits", f"{name} asked to be left alone until {until} (Vietnam)", passing=True)

    @asynccontextmanager
    async def turn(self, name: str, source: object, at_once: int, pause_s: float) -> AsyncIterator[None]:
        """Hold a turn at the host, as one of `at_once`, `pause_s` seconds after the one before.

        Where several sources ask the host, the least number and the longest pause count for all of them.
        Raises Refused if it has to be left alone for longer.
        """
        host = self._hosts.setdefault(name, Host())
        host.at_once, host.pauses[source] = min(host.at_once, at_once), pause_s
        async with host.free:
            await host.free.wait_for(lambda: host.active < host.at_once)
            host.active += 1
        try:
            loop = asyncio.get_running_loop()
            if (pause := host.asked_at + max(host.pauses.values()) - loop.time()) > 0:
                await asyncio.sleep(pause)
            self.check(name)
            while (left := _left_s(host)) > 0:
                await asyncio.sleep(min(left, LONGEST_PAUSE_S))
                self.check(name)
            host.asked_at = loop.time()
            yield
        finally:
            async with host.free:
                host.active -= 1
                host.free.notify()

    async def refused(self, name: str, wish: float | None) -> bool:
        """Let the host be left alone after a refusal; say whether this run can wait for it.

        Refusals of requests that were under way when it was first left alone count as one.
        """
        host = self._hosts.setdefault(name, Host())
        before = _left_s(host)
        if before <= 0:
            host.refusals += 1
        pause = max(before, pause_s(wish, host.refusals))
        host.wait_until = datetime.now(UTC) + timedelta(seconds=pause)
        if _left_s(host) <= LONGEST_PAUSE_S:
            return True
        host.kept = True
        wait = Wait(host=name, wait_until=host.wait_until, refusals=host.refusals)
        await asyncio.to_thread(keep_wait, self.records, wait)
        return False

    async def answered(self, name: str) -> None:
        """Forget the host's refusals: it answers again."""
        host = self._hosts.get(name)
        if host is None or _left_s(host) > 0:
            return
        host.refusals = 0
        if host.kept:
            host.kept = False
            await asyncio.to_thread(end_wait, self.records, name)


def _left_s(host: Host) -> float:
    """Return for how many seconds a host is left alone; a time that no answer can set is a clock's fault."""
    if host.wait_until is None:
        return 0.0
    left = (host.wait_until - datetime.now(UTC)).total_seconds()
    return left if left <= LONGEST_WAIT_S else 0.0
