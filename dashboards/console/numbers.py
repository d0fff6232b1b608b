"""The last seven days in numbers beside the weeks before, as one role may count them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from core.contracts import Contract, PageType, State
from core.records.people import Role
from dashboards.charts import BarRow
from dashboards.console.filters import Filters
from dashboards.console.permissions import Action, may
from dashboards.console.reading import Reading
from index.engine import Bucket, Count, FacetField, Query, Significant

WEEKS_SHOWN = 8  # the last one and the seven that trends compare with
BARS = 10
TERMS = 15
WEEK = timedelta(days=7)
EVERY_VALUE = 200
SPOKEN = (PageType.COMMENT, PageType.POST)
OPEN = Query(states=(State.OPEN,))


class Figure(Contract):
    """A number of the last seven days, the one of the seven before, and the search behind it."""

    value: int
    before: int
    href: str | None


class Share(Contract):
    """A value with its number, its part of all in whole percent, and the search behind it."""

    value: str
    name: str
    count: int
    percent: int
    href: str | None


class Week:
    """The seven days up to and with `today`. Links lead to queue and search, for those who may read texts."""

    def __init__(self, sight: Reading, today: date) -> None:
        """Count what `sight` shows."""
        self.sight, self.today = sight, today
        self.since = today - WEEK + timedelta(days=1)

    def figure(self, **narrow: object) -> Figure:
        """Return how many relevant texts there are, narrowed by fields of the query."""
        now, before = (self.sight.count(self._query(n).model_copy(update=narrow)) for n in (0, 1))
        return Figure(value=now, before=before, href=self.search(severity=narrow.get("severity_min", 0)))

    def waiting(self) -> Figure:
        """Return how many texts wait for a decision; `before` counts the grave among them."""
        grave = OPEN.model_copy(update={"severity_min": 3})
        href = queue(self.sight.role)
        return Figure(value=self.sight.count(OPEN), before=self.sight.count(grave), href=href)

    def rows(self, field: FacetField, parameter: str, name: Callable[[str], str]) -> list[BarRow]:
        """Return the most frequent values of `field`, each with the week before."""
        now, before = (self.sight.values(self._query(n), field, EVERY_VALUE) for n in (0, 1))
        then = {c.value: c.count for c in before}
        return [
            BarRow(
                label=name(c.value),
                value=c.count,
                previous=then.get(c.value, 0),
                href=self.search(**{parameter: (c.value,)}),
            )
            for c in now[:BARS]
        ]

    def by_week(self) -> list[Bucket]:
        """Return how many relevant texts there are in each of the last weeks, counted back from today."""
        first = self.since - (WEEKS_SHOWN - 1) * WEEK
        days = self.sight.by_day(Query(since=first, until=self.today))
        starts = [first + n * WEEK for n in range(WEEKS_SHOWN)]
        return [
            Bucket(start=start, count=sum(d.count for d in days if start <= d.start < start + WEEK))
            for start in starts
        ]

    def tones(self, name: Callable[[str], str]) -> list[Share]:
        """Return the tones of comments and posts."""
        query = self._query().model_copy(update={"types": SPOKEN})
        counts = self.sight.values(query, "sentiment")
        return shares(counts, name, lambda tone: self.search(tone=(tone,), type=SPOKEN))

    def standing_out(self) -> list[tuple[Significant, str | None]]:
        """Return what stands out in the week's texts with the search for it, for those who may read them."""
        if not may(self.sight.role, Action.READ_TEXTS):
            return []
        found = self.sight.significant(self._query(), TERMS)
        return [(one, self.search(q=f'"{one.term}"')) for one in found]

    def search(self, **asked: object) -> str | None:
        """Return the address of the search for the week's relevant texts, narrowed by `asked`."""
        return search(self.sight.role, self.since, self.today, asked)

    def _query(self, weeks_ago: int = 0) -> Query:
        return Query(since=self.since - weeks_ago * WEEK, until=self.today - weeks_ago * WEEK)


def search(role: Role, since: date, until: date, asked: Mapping[str, object]) -> str | None:
    """Return the address of a search from `since` to `until`, None for a role that may not read texts."""
    if not may(role, Action.READ_TEXTS):
        return None
    filters = Filters.model_validate({"since": since, "until": until, **asked})
    return f"/search?{filters.address}"


def queue(role: Role, **asked: object) -> str | None:
    """Return the address of the queue narrowed by `asked`, None for a role that may not read texts."""
    if not may(role, Action.READ_TEXTS):
        return None
    address = Filters.model_validate(asked).address
    return f"/queue?{address}" if address else "/queue"


def shares(
    counts: Sequence[Count], name: Callable[[str], str], href: Callable[[str], str | None]
) -> list[Share]:
    """Return counts with their part of all in percent."""
    whole = sum(c.count for c in counts) or 1
    return [
        Share(
            value=c.value,
            name=name(c.value),
            count=c.count,
            percent=round(100 * c.count / whole),
            href=href(c.value),
        )
        for c in counts
    ]
