"""Eight weeks of dates that count back from a folder's first run, which the folder remembers."""

import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from core.contracts import VIETNAM
from core.errors import StageFailed

WEEKS = 8
WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
# Shares of texts by hour of day, 0 to 23: newsrooms publish by day, forums fill in the evening. Invented.
NEWS_HOURS = (0, 0, 0, 0, 0, 2, 5, 8, 9, 9, 8, 7, 5, 5, 7, 8, 8, 7, 5, 4, 3, 2, 1, 0)
FORUM_HOURS = (2, 1, 0, 0, 0, 1, 2, 4, 5, 6, 6, 6, 7, 5, 5, 5, 5, 6, 7, 9, 11, 12, 9, 5)
NEWS_WEEKEND, FORUM_WEEKEND = 0.55, 1.1
# The last minutes before the first run stay empty, so that no text is younger than the crawl.
QUIET = timedelta(minutes=10)


@dataclass(frozen=True)
class FirstRun:
    """When a folder's web was first served (aware UTC) and on which port: its addresses stay the same."""

    at: datetime
    port: int


def recall(folder: Path) -> FirstRun | None:
    """Return the first run that `folder` remembers, or None. Raises StageFailed when its file is damaged."""
    path = folder / "first-run.json"
    if not path.exists():
        return None
    try:
        raw = json.loads(path.read_text("utf-8"))
        return FirstRun(datetime.fromisoformat(raw["at"]), int(raw["port"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StageFailed(
            f"{path}: can't be read ({error}); take another --dir, or remove this folder"
        ) from error


def remember(folder: Path, run: FirstRun) -> None:
    """Write the first run into `folder`, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "first-run.json.new"
    draft.write_text(json.dumps({"at": run.at.isoformat(), "port": run.port}), "utf-8")
    draft.replace(folder / "first-run.json")


def in_words(moment: datetime) -> str:
    """Return `moment` as Vietnamese newspapers print it: `Thứ hai, 16/11/2026, 07:30 (GMT+7)`."""
    local = moment.astimezone(VIETNAM)
    return f"{WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y, %H:%M} (GMT+7)"


class Calendar:
    """Gives out moments of the eight weeks before `now`, more at the hours when people write.

    All are whole minutes in UTC, because that is what pages print.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now.astimezone(VIETNAM)
        self.end = self.now - QUIET
        self.start = self.now - timedelta(weeks=WEEKS)

    def spread(
        self, n: int, rng: Random, hours: Sequence[int], until: timedelta = timedelta(0)
    ) -> list[datetime]:
        """Return `n` moments (UTC, rising) evenly over the weeks up to `until` before the first run."""
        weekend = NEWS_WEEKEND if hours is NEWS_HOURS else FORUM_WEEKEND

        def weight(hour: datetime) -> float:
            return hours[hour.hour] * (weekend if hour.weekday() >= 5 else 1.0)

        return self._draw(n, rng, self.start, min(self.end, self.now - until), weight)

    def rise(self, n: int, rng: Random, hours: Sequence[int]) -> list[datetime]:
        """Return `n` moments (UTC, rising) from the Wednesday of the last full ISO week on, growing by day.

        So the rise shows both in the last full week's report and among the last seven days.
        """
        monday = (self.now - timedelta(days=self.now.weekday() + 7)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        first = monday + timedelta(days=2)

        def weight(hour: datetime) -> float:
            # A fifth more each day: five to twelve days, so about threefold to sevenfold in the end.
            return hours[hour.hour] * 1.2 ** (hour - first).days

        return self._draw(n, rng, first, self.end, weight)

    def after(self, moment: datetime, rng: Random) -> datetime:
        """Return a moment up to two days after `moment`, soon rather than late, before the first run."""
        room = min(timedelta(days=2), self.end - moment)
        return (moment + room * rng.random() ** 2).astimezone(UTC).replace(second=0, microsecond=0)

    def _draw(
        self, n: int, rng: Random, start: datetime, end: datetime, weight: Callable[[datetime], float]
    ) -> list[datetime]:
        count = max(1, int((end - start) / timedelta(hours=1)))
        starts = [start + timedelta(hours=i) for i in range(count)]
        sums = list(accumulate(weight(hour) for hour in starts))
        drawn = []
        for i in range(n):
            at = bisect_right(sums, (i + rng.random()) / n * sums[-1])
            drawn.append(starts[min(at, count - 1)] + timedelta(seconds=rng.randrange(3600)))
        return sorted(moment.astimezone(UTC).replace(second=0, microsecond=0) for moment in drawn)
