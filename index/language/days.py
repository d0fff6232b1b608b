"""Days, weeks and months as people write them."""

import calendar
import re
from datetime import date, timedelta

_DAY = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)|(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})", re.ASCII
)
_WEEK = re.compile(r"(?P<year>\d{4})-?w(?P<week>\d\d?)|w?(?P<w>\d\d?)/(?P<y>\d{4})", re.ASCII | re.IGNORECASE)
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d?)|(?P<m>\d\d?)/(?P<y>\d{4})", re.ASCII)

EXAMPLES = {
    "day": ("2026-11-30", "30/11/2026"),
    "week": ("2026-W47", "47/2026"),
    "month": ("2026-11", "11/2026"),
}


def period(unit: str, typed: str) -> tuple[date, date] | None:
    """Return the first and last day of the `day`, ISO `week` or `month` that was typed; None if it isn't one."""
    try:
        if unit == "day":
            return _day(typed)
        return _week(typed) if unit == "week" else _month(typed)
    except (ValueError, OverflowError):  # no such day, or beyond the calendar's end
        return None


def _day(typed: str) -> tuple[date, date] | None:
    if not (found := _DAY.fullmatch(typed)):
        return None
    day = date(*(int(found[a] or found[b]) for a, b in (("year", "y"), ("month", "m"), ("day", "d"))))
    return day, day


def _week(typed: str) -> tuple[date, date] | None:
    if not (found := _WEEK.fullmatch(typed)):
        return None
    monday = date.fromisocalendar(int(found["year"] or found["y"]), int(found["week"] or found["w"]), 1)
    return monday, monday + timedelta(days=6)


def _month(typed: str) -> tuple[date, date] | None:
    if not (found := _MONTH.fullmatch(typed)):
        return None
    year, month = int(found["year"] or found["y"]), int(found["month"] or found["m"])
    first = date(year, month, 1)
    return first, first.replace(day=calendar.monthrange(year, month)[1])
