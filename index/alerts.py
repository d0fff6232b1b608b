"""What a person should look at now: fresh grave texts, and categories that rise."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from core.contracts import VIETNAM, Alert, AlertKind, State
from core.settings import WatchSettings
from index.engine import Query, Reader
from index.trends import rises

GRAVE = 3


def alerts(engine: Reader, now: datetime, settings: WatchSettings) -> list[Alert]:
    """Return the alerts that hold at `now`, grave texts first, each with a `key` that stays the same.

    Asking again gives the same keys, so that who stores them by key raises each once: `grave:PAGE_ID` for a
    text of severity 3 that is open and dated within `fresh_hours`, one for all copies of it;
    `rise:CATEGORY:ISO_WEEK` for a category above the same days of the weeks before (`index.trends`), once
    a week. Silent and failing sources are not in the index; they are judged from the records.
    """
    return [*_grave(engine, now, settings), *_rising(engine, now, settings)]


def _grave(engine: Reader, now: datetime, settings: WatchSettings) -> Iterator[Alert]:
    since = now - timedelta(hours=settings.fresh_hours)
    query = Query(
        severity_min=GRAVE,
        states=(State.OPEN,),
        since=since.astimezone(VIETNAM).date(),
        order="queue",
    )
    told: set[str] = set()
    for hit in engine.scan(query):
        page = hit.document.page
        text = hit.document.analysis.duplicate_of or page.id
        if page.dated_at >= since and text not in told:
            told.add(text)
            yield Alert(
                key=f"grave:{text}",
                kind=AlertKind.GRAVE,
                at=now,
                facts={
                    "page_id": page.id,
                    "title": page.title or page.thread_title,
                    "source": page.source_id,
                    "severity": hit.severity,
                    "categories": ", ".join(hit.categories),
                    "provinces": ", ".join(hit.document.analysis.provinces),
                    "dated_at": page.dated_at.isoformat(),
                },
            )


def _rising(engine: Reader, now: datetime, settings: WatchSettings) -> Iterator[Alert]:
    today = now.astimezone(VIETNAM).date()
    year, week, _ = today.isocalendar()
    for rise in rises(engine, today, settings):
        if rise.province is None:
            yield Alert(
                key=f"rise:{rise.category}:{year}-W{week:02}",
                kind=AlertKind.RISE,
                at=now,
                facts={
                    "category": rise.category,
                    "count": rise.count,
                    "expected": rise.expected,
                    "since": rise.since.isoformat(),
                    "until": rise.until.isoformat(),
                },
            )
