"""Public holidays of Vietnam: days on which papers print less than on others."""

from datetime import date, timedelta
from functools import cache

DAY = timedelta(days=1)


@cache
def is_holiday(day: date) -> bool:
    """Say whether `day` is a public holiday, or the day before or after one.

    The days are those of the Labour Code 2019, article 112, with the substituted days off that the
    government names each year, as the library `holidays` knows them. One day on each side is taken in:
    newsrooms thin out on the eve and fill up again on the day after.
    """
    return any(near in _days(near.year) for near in (day - DAY, day, day + DAY))


@cache
def _days(year: int) -> frozenset[date]:
    from holidays import country_holidays  # takes a quarter of a second, and is seldom needed

    return frozenset(country_holidays("VN", years=year))
