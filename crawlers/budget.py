"""What a source may cost: time, requests and bytes, in a run or a day. What is reached ends the asking."""

import time

from core.records.hosts import Spent
from core.settings import BudgetSettings
from crawlers.failures import Refused
from crawlers.source import Budget


class Purse:
    """The budget of one source in one run, and what of it is spent: `requests`, and bytes `received`.

    Its time begins when the purse is made.
    """

    def __init__(self, settings: BudgetSettings, own: Budget, today: Spent) -> None:
        """Allow what the source's `own` budget says, else the settings; `today` was spent by runs before."""
        self.limits = settings.model_copy(update=own.model_dump(exclude_none=True))
        self.today = today
        self.began = time.monotonic()
        self.requests = 0
        self.received = 0
        self._taken = Spent()

    def reached(self) -> str | None:
        """Return which limit is reached, in words, or None."""
        limits, today = self.limits, self.today
        minutes = (time.monotonic() - self.began) / 60
        for name, spent, limit in (
            ("minutes_per_run", minutes, limits.minutes_per_run),
            ("requests_per_run", self.requests, limits.requests_per_run),
            ("requests_per_day", self.requests + today.requests, limits.requests_per_day),
            ("bytes_per_run", self.received, limits.bytes_per_run),
            ("bytes_per_day", self.received + today.received, limits.bytes_per_day),
        ):
            if spent >= limit:
                return f"the budget of {limit:.15g} {name} is spent"
        return None

    def check(self) -> None:
        """Raise Refused if a limit is reached."""
        reached = self.reached()
        if reached is not None:
            raise Refused("budget", reached, passing=True)

    def take(self) -> Spent:
        """Return what was spent since this was last asked."""
        before, self._taken = self._taken, Spent(requests=self.requests, received=self.received)
        return Spent(requests=self.requests - before.requests, received=self.received - before.received)
