"""The weekly reports that are due: the last week's, and those missed since the report before it."""

from datetime import datetime, timedelta

from core.records import notices
from index.weekly import last_complete_week, week_start
from langnghe import pipeline
from langnghe.house import House

WEEK = timedelta(weeks=1)
# Older ones are made by a back-fill: who starts with an old report does not wait for hundreds.
MOST_MISSED = 8


def reports_due(house: House, now: datetime) -> list[str]:
    """Make the report of the last complete week, and of each missed before it, as known at its time.

    Return the weeks, the earliest first. A week is missed that has no report while one before it has.
    """
    last = week_start(last_complete_week(now))
    made = {week_start(report.week) for report in notices.reports(house.records)}
    before = max((start for start in made if start < last), default=last)
    missed = min((last - before) // WEEK - 1, MOST_MISSED) if before < last else 0
    return [pipeline.report(house, None, now - n * WEEK).week for n in range(missed, -1, -1)]
