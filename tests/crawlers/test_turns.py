"""Sources share the readers by time: the slow one waits, the others don't."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from crawlers.turns import Turns


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Use:
    """Turns that are under way, each ended by hand."""

    def __init__(self, places: int) -> None:
        self.clock = Clock()
        self.turns = Turns(places, self.clock)
        self.under_way: list[tuple[str, asyncio.Event]] = []
        self.done: Counter[str] = Counter()

    def ask(self, source: str, times: int = 1) -> list["asyncio.Task[None]"]:
        """Ask for a turn."""
        return [asyncio.ensure_future(self._use(source)) for _ in range(times)]

    async def _use(self, source: str) -> None:
        async with self.turns.turn(source):
            over = asyncio.Event()
            self.under_way.append((source, over))
            await over.wait()
            self.done[source] += 1

    async def at_work(self) -> list[str]:
        """Return who holds a place, once all that can happen has."""
        for _ in range(5):
            await asyncio.sleep(0)
        return [source for source, _ in self.under_way]

    async def end(self, source: str, seconds: float = 0.0) -> list[str]:
        """Let `seconds` pass and end a turn of `source`; return who is at work then."""
        self.clock.now += seconds
        place = next(i for i, (name, _) in enumerate(self.under_way) if name == source)
        self.under_way.pop(place)[1].set()
        return await self.at_work()


def used(places: int) -> Callable[[Callable[[Use], Awaitable[None]]], None]:
    """Run a story on so many places."""
    return lambda story: asyncio.run(story(Use(places)))  # type: ignore[arg-type]


def test_a_source_alone_has_all_places() -> None:
    @used(3)
    async def story(use: Use) -> None:
        use.ask("bao", 5)
        assert await use.at_work() == ["bao"] * 3


def test_a_source_whose_pages_hang_does_not_keep_others_waiting() -> None:
    @used(2)
    async def story(use: Use) -> None:
        use.ask("hiem", 50)
        assert await use.at_work() == ["hiem", "hiem"]
        use.ask("lanh", 40)
        assert await use.end("hiem", 20.0) == ["hiem", "lanh"]
        for _ in range(39):  # forty pages of a tenth of a second, while one page hangs
            assert await use.end("lanh", 0.1) == ["hiem", "lanh"]
        await use.end("lanh", 0.1)
        assert use.done == {"lanh": 40, "hiem": 1}
        assert await use.end("hiem", 20.0) == ["hiem"], "a source that was slow has half of the places"


def test_who_comes_late_does_not_make_up_for_what_others_had() -> None:
    @used(1)
    async def story(use: Use) -> None:
        use.ask("cu", 20)
        await use.at_work()
        for _ in range(10):
            await use.end("cu", 1.0)
        use.ask("moi", 20)
        for _ in range(10):
            (source,) = await use.at_work()
            await use.end(source, 1.0)
        assert use.done["moi"] == 5


def test_who_gives_up_waiting_or_working_leaves_the_place_to_others() -> None:
    @used(1)
    async def story(use: Use) -> None:
        (working, waiting) = use.ask("a", 2)
        use.ask("b")
        assert await use.at_work() == ["a"]
        waiting.cancel()
        working.cancel()
        assert await use.at_work() == ["a", "b"], "the first was cancelled in its turn"
        assert await use.end("b") == ["a"]


def test_one_that_gave_up_is_passed_over_by_the_very_turn_that_would_have_been_its() -> None:
    @used(1)
    async def story(use: Use) -> None:
        (_, waiting, _) = use.ask("a", 3)
        assert await use.at_work() == ["a"]
        use.under_way.pop()[1].set()
        waiting.cancel()
        assert await use.at_work() == ["a"]
