"""Measure how often steady sources are called late or changed, and how soon sources that did are noticed.

`python -m tools.bench_health [--sources N]`. Sources are simulated: pages by hour at random around a paper's
habit (the day's level is gamma, so that days differ beyond chance by `over`), and pages made by a source's
habits, whose shares and lengths move from day to day. Late is judged every third hour for four weeks.
"""

import argparse
import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median

import numpy as np

from core.contracts import VIETNAM
from core.makeup import changes
from core.source_days import Makeup, SourceDay
from core.volume import History

FIRST = date(2026, 6, 1)  # thirteen weeks without a public holiday follow
HOURS = np.array([1, 0.5, 0.3, 0.3, 0.5, 2, 4, 6, 8, 8, 7, 6, 5, 5, 6, 6, 6, 5, 4, 4, 4, 3, 2, 1.5])
WEEK = (1.1, 1.1, 1.1, 1.1, 1.05, 0.8, 0.75)
RATES, OVER = (3, 10, 60, 200), (0.0, 0.05, 0.1)
LEARNT, JUDGED = 62, 28  # days
EVERY = 3  # hours
HABITS = {
    "blank": 0.02,
    "linked": 0.95,
    "bare": 0.05,
    "dated": 0.95,
    "repeated": 0.1,
    "commented": 0.4,
    "title": math.log(60),
    "text": math.log(2500),
}
TURNS = {
    "JSON-LD vanishes": {"linked": 0.0},
    "half lose JSON-LD": {"linked": 0.45},
    "dates vanish": {"dated": 0.02},
    "titles shrink to 25 characters": {"title": math.log(25)},
    "texts shrink to 750 characters": {"text": math.log(750)},
    "40 % without text": {"blank": 0.4},
    "boilerplate 10 % to 50 %": {"repeated": 0.5},
    "comments vanish": {"commented": 0.0},
}


class Simulated:
    """Draws days of sources."""

    def __init__(self, seed: int) -> None:
        """Begin at `seed`."""
        self.random = np.random.default_rng(seed)

    def volumes(self, days: int, rate: float, over: float, turn: int = 0, to: float = 1.0) -> list[SourceDay]:
        """Return days with about `rate` pages; from day `turn` on, the part `to` of it."""
        found = []
        for n in range(days):
            level = self.random.gamma(1 / over, over) if over else 1.0
            day = FIRST + timedelta(days=n)
            mean = rate * WEEK[day.weekday()] * level * (to if turn and n >= turn else 1.0)
            hours = tuple(int(h) for h in self.random.poisson(mean * HOURS / HOURS.sum()))
            found.append(SourceDay(source_id="s", day=day, checks=24, hours=hours))
        return found

    def made(
        self, days: int, rate: float, habits: dict[str, float], unrest: float, first: int = 0
    ) -> list[SourceDay]:
        """Return days of a make-up; `unrest` is how much shares move from day to day, in logits."""
        return [
            SourceDay(source_id="s", day=FIRST + timedelta(days=n), makeup=self._day(rate, habits, unrest))
            for n in range(first, first + days)
        ]

    def _day(self, rate: float, habits: dict[str, float], unrest: float) -> Makeup:
        pages = int(self.random.poisson(rate))
        blank = self._some("blank", pages, habits, unrest)
        kept = pages - blank
        title = self.random.normal(habits["title"] + self.random.normal(0, 0.05), 0.35, kept)
        text = habits["text"] + self.random.normal(0, 0.1) + 0.7 * self.random.standard_t(4, kept)
        paragraphs = 15 * kept
        return Makeup(
            pages=kept,
            blank=blank,
            linked=self._some("linked", kept, habits, unrest),
            bare=self._some("bare", kept, habits, unrest),
            dated=self._some("dated", kept, habits, unrest),
            title=float(title.sum()),
            title_squared=float((title**2).sum()),
            text=float(text.sum()),
            text_squared=float((text**2).sum()),
            paragraphs=paragraphs,
            repeated=self._some("repeated", paragraphs, habits, unrest),
            commented=int(self.random.poisson(kept * habits["commented"])),
        )

    def _some(self, name: str, of: int, habits: dict[str, float], unrest: float) -> int:
        share = habits[name]
        if 0 < share < 1:
            share = 1 / (1 + math.exp(-math.log(share / (1 - share)) - self.random.normal(0, unrest)))
        return int(self.random.binomial(of, share))


def first_late(days: Sequence[SourceDay], first: int, last: int) -> int | None:
    """Return after how many hours from day `first` on the source was called late, None if never."""
    for hour in range(first * 24, last * 24, EVERY):
        at, today = hour // 24, days[hour // 24]
        so_far = tuple(count if h <= hour % 24 else 0 for h, count in enumerate(today.hours))
        known = [*days[max(0, at - 70) : at], today.model_copy(update={"hours": so_far})]
        now = datetime.combine(today.day, datetime.min.time(), VIETNAM) + timedelta(
            hours=hour % 24, minutes=30
        )
        if History(known).shortfall(now):
            return hour - first * 24
    return None


def late(simulated: Simulated, sources: int) -> None:
    """Print false alarms and delays of lateness."""
    months = false = 0
    for over in OVER:
        for rate in RATES:
            for _ in range(sources):
                days = simulated.volumes(LEARNT + JUDGED, rate, over)
                false += first_late(days, LEARNT, LEARNT + JUDGED) is not None
                months += 1
    print(f"late: {false} of {months} steady source-months (4 weeks each) were called late")
    for rate in RATES:
        for to in (0.0, 0.3, 0.5):
            drawn = (simulated.volumes(LEARNT + 14, rate, 0.05, LEARNT, to) for _ in range(sources))
            found = [first_late(days, LEARNT, LEARNT + 14) for days in drawn]
            _print_power(f"{rate} pages a day to {to:.0%}", found, "h")


def changed(simulated: Simulated, sources: int) -> None:
    """Print false alarms and delays of changes of make-up."""
    months, false = 0.0, 0
    for n in range(4 * sources):
        habits = {
            "blank": (0.0, 0.02, 0.1, 0.2)[n % 4],
            "linked": (0.0, 0.5, 0.9, 1.0)[n // 2 % 4],
            "bare": (0.0, 0.05, 0.2)[n % 3],
            "dated": (0.7, 0.95, 1.0)[n // 2 % 3],
            "repeated": (0.02, 0.1, 0.3)[n // 3 % 3],
            "commented": (0.0, 0.1, 0.3, 0.8)[n // 3 % 4],
            "title": math.log(60),
            "text": math.log((800, 2500)[n % 2]),
        }
        false += len(changes(simulated.made(120, (5, 20, 60, 200)[n % 4], habits, 0.5 * (n % 5) / 4)))
        months += (120 - 7) / 30
    print(f"changed: {false} alarms in {months:.0f} steady source-months")
    for rate in (5, 60):
        for name, turn in TURNS.items():
            found = [_noticed(simulated, rate, turn) for _ in range(sources)]
            _print_power(f"{rate} pages a day, {name}", found, "days")


def _noticed(simulated: Simulated, rate: float, turn: dict[str, float]) -> int | None:
    steady = simulated.made(60, rate, HABITS, 0.25)
    after = simulated.made(14, rate, HABITS | turn, 0.25, first=60)
    since = [c.since for c in changes(steady + after) if c.since >= after[0].day]
    return (since[0] - after[0].day).days if since else None


def _print_power(what: str, found: Sequence[int | None], unit: str) -> None:
    delays = [delay for delay in found if delay is not None]
    middle = f", median {median(delays):g} {unit}" if delays else ""
    print(f"  {what}: noticed within 14 days in {len(delays)} of {len(found)}{middle}")


def main() -> None:
    """Print all figures."""
    options = argparse.ArgumentParser(description="false alarms and power of the health of sources")
    options.add_argument("--sources", type=int, default=10, help="for each kind that is simulated")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    late(Simulated(given.seed), given.sources)
    changed(Simulated(given.seed), given.sources)


if __name__ == "__main__":
    main()
