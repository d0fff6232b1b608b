"""What a source's hauls add to its day's counts: volumes by hour, and how its pages are made."""

import math
from datetime import datetime, timedelta

from core.contracts import VIETNAM, Page, PageType
from core.outcomes import Outcome
from core.source_days import HOURS, Makeup, SourceDay
from crawlers.extraction.result import Origin
from crawlers.tasks import Shape

# What a first run brings up from before is no volume of today; feeds list two days, sitemaps for news two.
BACKLOG = timedelta(days=3)
PARAGRAPH = 20  # characters: what is shorter is a place, a caption or a name
REMEMBERED = 100_000  # paragraphs of a run, by hash: of 6,000 pages with 16 each, in 10 MB


class Profile:
    """Counts of one source in one run, taken out bit by bit, as they are written."""

    def __init__(self, source_id: str) -> None:
        """Count for the source `source_id`."""
        self.source_id = source_id
        self.makeup = Makeup()
        self.fresh = 0
        self._met: set[int] = set()
        self._first = True
        self._commented: set[str | None] = set()  # articles; an end point gives their comments page by page

    def add(
        self, pages: tuple[Page, ...], outcomes: list[Outcome], fresh: frozenset[str], shape: Shape | None
    ) -> None:
        """Count a haul: its new and changed `pages`, `fresh` ones by id, and an article's shape."""
        blank = sum(outcome.reason == "no_text" for outcome in outcomes)
        under = {page.parent_id for page in pages if page.type is PageType.COMMENT and page.id in fresh}
        self.makeup += Makeup(blank=blank, commented=len(under - self._commented))
        self._commented |= under
        for page in pages:
            if page.type is PageType.COMMENT:
                continue
            self.makeup += self._of_page(page, shape if page.type is PageType.ARTICLE else None)
            if page.id in fresh and page.fetched_at - page.dated_at <= BACKLOG:
                self.fresh += 1

    def take(self, now: datetime) -> SourceDay:
        """Return what was counted since the last time, as of the day and hour of `now`."""
        local = now.astimezone(VIETNAM)
        hours = tuple(self.fresh if hour == local.hour else 0 for hour in range(HOURS))
        day = SourceDay(source_id=self.source_id, day=local.date(), hours=hours, makeup=self.makeup)
        self.makeup, self.fresh = Makeup(), 0
        return day

    def _of_page(self, page: Page, shape: Shape | None) -> Makeup:
        title = math.log1p(len(page.title or page.thread_title))
        text = math.log1p(len(page.text))
        paragraphs, repeated = self._repeated(page.text)
        return Makeup(
            pages=1,
            linked=int(shape is not None and shape.origin is Origin.LINKED),
            bare=int(shape is not None and shape.origin is Origin.PAGE),
            dated=int(shape.dated if shape is not None else page.published_at is not None),
            title=title,
            title_squared=title**2,
            text=text,
            text_squared=text**2,
            paragraphs=paragraphs,
            repeated=repeated,
        )

    def _repeated(self, text: str) -> tuple[int, int]:
        """Return how many paragraphs there are, and how many stood on an earlier page; none on the first."""
        found = {hash(line) for line in text.split("\n") if len(line) >= PARAGRAPH}
        repeated = len(found & self._met)
        if len(self._met) < REMEMBERED:
            self._met |= found
        first, self._first = self._first, False
        return (0, 0) if first else (len(found), repeated)
