"""When a page is asked for again: pure functions of what its visits so far have shown.

Two things are known of a page: how old it is, and at how many of its revisits it had changed. News are
corrected in their first hours and hardly ever after days, so a page that never changed is asked again when
it is twice as old as at its last visit. One that does change is asked again when a change is as likely as
not, by the rate that was seen. So an edit is found before the page is twice as old as it was when the edit
was made, or after `LONGEST` at the latest, as long as the page is asked for at all.
"""

from datetime import datetime, timedelta
from math import log

from core.records.visits import Visit

# Feeds are read hourly; what is asked for more often than they tell of news costs more than it finds.
SHORTEST = timedelta(hours=1)
# An edit of an old page is found within a week.
LONGEST = timedelta(days=7)
# A page that neither was published nor changed for so long is not asked for again.
QUIET = timedelta(days=30)


def change_rate(checks: int, changes: int, watched_s: float) -> float:
    """Return how often a page changes, per second, from `checks` over `watched_s` of which `changes` saw one.

    The estimator of Cho and Garcia-Molina (Estimating frequency of change, ACM TOIT 3(3):256-290, 2003) for
    changes of which one sees only that there were some: -log((n - X + 0.5) / (n + 0.5)) per interval. Its 0.5
    keep it finite and nearly unbiased at few checks. They have it for equal intervals; ours grow, and their
    mean stands for them.
    """
    if checks == 0 or watched_s <= 0:
        return 0.0
    return -log((checks - changes + 0.5) / (checks + 0.5)) * checks / watched_s


def next_turn(visit: Visit, now: datetime) -> datetime | None:
    """Return when to ask for the page again, `SHORTEST` to `LONGEST` from `now`, or None for never."""
    born = visit.published_at if visit.published_at and visit.published_at < now else visit.first_at
    if now - max(born, visit.changed_at or born) > QUIET:
        return None
    age = now - born
    rate = change_rate(visit.checks, visit.changes, visit.watched_s)
    as_likely_as_not = timedelta(seconds=min(log(2) / rate, LONGEST.total_seconds())) if rate else LONGEST
    return now + min(max(min(age, as_likely_as_not), SHORTEST), LONGEST)


def first_visit(
    name: str, source_id: str, url: str, now: datetime, published_at: datetime | None = None
) -> Visit:
    """Return what is known of a page that was read for the first time `now`."""
    visit = Visit(id=name, source_id=source_id, url=url, published_at=published_at, first_at=now, last_at=now)
    return visit.model_copy(update={"due_at": next_turn(visit, now)})


def revisited(visit: Visit, now: datetime, *, changed: bool, published_at: datetime | None = None) -> Visit:
    """Return `visit` after the page was read again `now`; `published_at` is the newest time that it gave."""
    since = (now - visit.last_at).total_seconds()
    given = [time for time in (visit.published_at, published_at) if time is not None]
    seen = visit.model_copy(
        update={
            "published_at": max(given, default=None),
            "last_at": now,
            "changed_at": now if changed else visit.changed_at,
            "checks": visit.checks + 1,
            "changes": visit.changes + changed,
            "watched_s": visit.watched_s + max(since, 0.0),
        }
    )
    return seen.model_copy(update={"due_at": next_turn(seen, now)})


def postponed(visit: Visit, now: datetime) -> Visit:
    """Return `visit` after the page could not be had `now`: that says nothing of how it changes."""
    return visit.model_copy(update={"due_at": next_turn(visit, now)})
