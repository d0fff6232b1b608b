"""A limit on requests by each token: a bucket that fills evenly."""

import time
from collections.abc import Callable


class Rate:
    """Lets `per_minute` requests of each name through in a minute, at most that many at once.

    It lives in the memory of one serving process: a restart forgets it, and every process has its own.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Limit to `per_minute`; `clock` gives seconds."""
        self.most = float(per_minute)
        self.per_second = per_minute / 60
        self.clock = clock
        self.buckets: dict[str, tuple[float, float]] = {}  # what is left, and when that was so

    def wait(self, name: str) -> float:
        """Count a request of `name` and return 0, or return how many seconds it has to wait."""
        now = self.clock()
        left, then = self.buckets.get(name, (self.most, now))
        left = min(self.most, left + (now - then) * self.per_second)
        if left < 1:
            return (1 - left) / self.per_second
        self.buckets[name] = (left - 1, now)
        return 0.0
