"""A page that a run asks for, and what becomes known of it on the way."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from core.contracts import Page, PageType
from core.records.visits import Visit
from core.urls import page_id
from crawlers.revisit import first_visit, revisited


class Item(NamedTuple):
    """A page that is asked for: its name (the normalised address), the address as it was found.

    `blank`: nothing is remembered of it but, at most, that it gave nothing. `visit`: what its visits so far
    have shown. `changed`: something new was read of it in this run; `newest`: the latest time that it gave.
    """

    name: str
    url: str
    blank: bool
    visit: Visit | None = None
    changed: bool = False
    newest: datetime | None = None

    def read(self, pages: Sequence[Page], *, changed: bool) -> "Item":
        """Return the item after `pages` of it were read, some of which `changed`.

        Of an article its own time counts, of a thread that of its latest post.
        """
        dated = pages[:1] if pages[0].type is PageType.ARTICLE else pages
        times = [time for time in (self.newest, *(page.published_at for page in dated)) if time is not None]
        newest = max(times, default=None)
        return self._replace(blank=False, changed=self.changed or changed, newest=newest)

    def visited(self, source_id: str, now: datetime, ended_at: str | None = None) -> Visit:
        """Return what is known after this visit; `ended_at` is the address of a thread's last page."""
        if self.visit is None:
            visit = first_visit(page_id(self.name), source_id, self.url, now, self.newest)
        else:
            visit = revisited(self.visit, now, changed=self.changed, published_at=self.newest)
        return visit.model_copy(update={"ended_at": ended_at})
