"""The readers of a crawl: a few processes that parse, replaced when they hang, die or answer nonsense."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

from pydantic import ValidationError

from crawlers.reader import LENGTH
from crawlers.tasks import Reading, Task
from crawlers.turns import Turns

# A page of 8 MiB takes 4 s, one of 8 MiB of nothing but tags 12 s, on one core of two.
READ_S = 20.0
ANSWER_LIMIT = 64 * 2**20
# A fresh process now and then: parsers keep what they once needed.
READS_PER_PROCESS = 2_000


class ReadingFailed(Exception):
    """A body could not be read: the parser hung, died or gave up. The spider quarantines the page."""


class Readers:
    """A few reader processes, each with one body at a time, shared fairly by all sources."""

    def __init__(self) -> None:
        """Have no readers yet; call `start`."""
        self._idle: list[_Reader] = []
        self._turns = Turns(0)

    async def start(self, count: int) -> None:
        """Have up to `count` reader processes: the first at once, more when all others are at work."""
        self._turns = Turns(count)
        self._idle = [_Reader() for _ in range(count)]
        await self._idle[-1].start()  # the last one is the first one taken

    async def read(self, task: Task, body: bytes) -> Reading:
        """Return what `body` says. Raises ReadingFailed."""
        async with self._turns.turn(task.spec.id):
            reader = self._idle.pop()
            try:
                return await reader.read(task, body)
            finally:
                self._idle.append(reader)

    async def close(self) -> None:
        """End all processes that are not at work."""
        for reader in self._idle:
            await reader.end()


class _Reader:
    """One reader process and its pipes."""

    def __init__(self) -> None:
        self.process: Process | None = None
        self.reads = 0

    async def start(self) -> None:
        """Start the process, unless it runs."""
        if self.process is None:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "crawlers.reader", stdin=PIPE, stdout=PIPE
            )

    async def read(self, task: Task, body: bytes) -> Reading:
        """Return what `body` says; whatever goes wrong ends the process."""
        try:
            async with asyncio.timeout(READ_S):
                answer = await self._exchange(task.model_dump_json().encode(), body)
            if answer.startswith(b"!"):
                raise ReadingFailed(f"the parser failed: {answer[1:].decode()}")
            return Reading.model_validate_json(answer)
        except TimeoutError as error:
            await self.end()
            raise ReadingFailed(f"the parser did not end within {READ_S:.0f} s") from error
        except (OSError, EOFError, ValidationError) as error:
            await self.end()
            raise ReadingFailed("the parser ended without an answer") from error
        except asyncio.CancelledError:
            await self.end()
            raise

    async def end(self) -> None:
        """Kill the process."""
        process, self.process, self.reads = self.process, None, 0
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()

    async def _exchange(self, task: bytes, body: bytes) -> bytes:
        if self.reads >= READS_PER_PROCESS:
            await self.end()
        await self.start()
        assert self.process is not None
        self.reads += 1
        source, sink = self.process.stdout, self.process.stdin
        assert source is not None
        assert sink is not None
        sink.writelines((LENGTH.pack(len(task)), task, LENGTH.pack(len(body)), body))
        await sink.drain()
        size: int = LENGTH.unpack(await source.readexactly(LENGTH.size))[0]
        if size > ANSWER_LIMIT:
            raise EOFError
        return await source.readexactly(size)
