"""Days, weeks and months as people write them."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

# Each as the standard has it, year first, and as Vietnam writes it, year last.
_FORMS = {
    "day": (
        r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)",
        r"(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>\d{4})",
    ),
    "week": (r"(?P<year>\d{4})-?W(?P<week>\d\d?)", r"W?(?P<week>\d\d?)/(?P<year>\d{4})"),
    "month": (r"(?P<year>\d{4})-(?P<month>\d\d?)", r"(?P<month>\d\d?)/(?P<year>\d{4})"),
}
EXAMPLES = {
    "day": ("2026-11-30", "30/11/2026"),
    "week": ("2026-W47", "47/2026"),
    "month": ("2026-11", "11/2026"),
}


def period(unit: str, typed: str) -> tuple[date, date] | None:
    """Return the first and last day of the `day`, ISO `week` or `month` that was typed, or None."""
    for form in _FORMS[unit]:
        if found := re.fullmatch(form, typed, re.ASCII | re.IGNORECASE):
            try:
                return _PERIODS[unit](**{name: int(number) for name, number in found.groupdict().items()})
            except (ValueError, OverflowError):  # no such day, or beyond the calendar's end
                return None
    return None


def _day(year: int, month: int, day: int) -> tuple[date, date]:
    return date(year, month, day), date(year, month, day)


def _week(year: int, week: int) -> tuple[date, date]:
    monday = date.fromisocalendar(year, week, 1)
    return monday, monday + timedelta(days=6)


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, first.replace(day=calendar.monthrange(year, month)[1])


_PERIODS: dict[str, Callable[..., tuple[date, date]]] = {"day": _day, "week": _week, "month": _month}
