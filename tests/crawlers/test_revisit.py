"""When a page is asked for again: what its visits have shown, and what a month of hourly runs costs."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.visits import Visit
from crawlers.revisit import (
    LONGEST,
    QUIET,
    SHORTEST,
    change_rate,
    first_visit,
    next_turn,
    postponed,
    revisited,
)
from crawlers.schedule import Candidate, plan
from crawlers.tasks import What
from tests.conftest import NOON

HOUR = timedelta(hours=1)
moments = st.integers(600_000_000, 2_200_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@st.composite
def known(draw: st.DrawFn) -> Visit:
    """What can be known of a page, times in any order: clocks are set back, and pages lie about their age."""
    checks = draw(st.integers(0, 10_000))
    return Visit(
        id="1",
        source_id="bao",
        url="https://bao.vn/bai/1",
        published_at=draw(st.none() | moments),
        first_at=draw(moments),
        last_at=draw(moments),
        changed_at=draw(st.none() | moments),
        checks=checks,
        changes=draw(st.integers(0, checks)),
        watched_s=draw(st.floats(0, 1e9)),
    )


@given(known(), moments)
def test_a_turn_is_never_sooner_than_an_hour_nor_later_than_a_week(visit: Visit, now: datetime) -> None:
    for due in (next_turn(visit, now), postponed(visit, now).due_at):
        assert due is None or now + SHORTEST <= due <= now + LONGEST


@given(known(), moments, st.booleans(), st.none() | moments)
def test_every_visit_is_counted_and_sets_the_next_turn(
    visit: Visit, now: datetime, changed: bool, published_at: datetime | None
) -> None:
    after = revisited(visit, now, changed=changed, published_at=published_at)
    assert (after.checks, after.changes) == (visit.checks + 1, visit.changes + changed)
    assert after.watched_s >= visit.watched_s
    assert after.due_at == next_turn(after, now)
    assert not changed or after.due_at is not None, "what has just changed is asked for again"


@given(st.integers(1, 1000), st.floats(1, 1e8), st.data())
def test_the_more_changes_were_seen_the_higher_the_rate(
    checks: int, watched_s: float, data: st.DataObject
) -> None:
    fewer = data.draw(st.integers(0, checks - 1))
    more = data.draw(st.integers(fewer + 1, checks))
    assert 0 <= change_rate(checks, fewer, watched_s) < change_rate(checks, more, watched_s)


@pytest.mark.parametrize("interval_per_change", [0.25, 1.0, 2.0])
def test_the_rate_of_a_page_that_changes_by_chance_is_found_from_few_checks(
    interval_per_change: float,
) -> None:
    chance = random.Random(6)
    every = 3600.0
    truth = interval_per_change / every
    changed = 1 - 2.718281828459045**-interval_per_change
    found = [
        change_rate(20, sum(chance.random() < changed for _ in range(20)), 20 * every) for _ in range(2_000)
    ]
    assert mean(found) == pytest.approx(truth, rel=0.05)


def test_a_page_that_never_changes_is_asked_for_at_twice_its_age_and_after_a_month_no_more() -> None:
    visit = first_visit("1", "bao", "https://bao.vn/bai/1", NOON, NOON - timedelta(minutes=20))
    hours = []
    while visit.due_at is not None:
        hours.append(round((visit.due_at - NOON) / HOUR))
        visit = revisited(visit, visit.due_at, changed=False)
    assert hours[:8] == [1, 2, 5, 10, 21, 42, 85, 170]
    assert len(hours) == 12
    assert hours[-1] * HOUR > QUIET


def test_a_page_that_changes_daily_is_asked_for_about_daily_however_old_it_is() -> None:
    visit = first_visit("1", "bao", "https://bao.vn/bai/1", NOON, NOON)
    now, edited, gaps = NOON, NOON, []
    for _ in range(120):
        assert visit.due_at is not None
        gaps.append(visit.due_at - now)
        now = visit.due_at
        changed = now - edited >= timedelta(days=1)
        edited = now if changed else edited
        visit = revisited(visit, now, changed=changed)
    assert timedelta(hours=8) < mean(g / HOUR for g in gaps[-30:]) * HOUR < timedelta(hours=30)


def test_an_old_article_that_is_found_today_is_not_asked_for_again() -> None:
    assert first_visit("1", "bao", "https://bao.vn/bai/1", NOON, NOON - timedelta(days=400)).due_at is None


@dataclass
class Article:
    """An article of an invented paper: when it appears, and when it is edited."""

    name: str
    at: datetime
    edits: list[datetime]
    visit: Visit | None = None
    read_at: list[datetime] = field(default_factory=list)


def paper(days: int, a_day: int = 24) -> list[Article]:
    """Return `days` of a paper: one in five articles is edited, most of them in their first hours."""
    chance = random.Random(30)
    made = []
    for n in range(days * a_day):
        at = NOON + timedelta(days=n / a_day, minutes=chance.random() * 30)
        times = chance.choice([0, 0, 0, 0, 0, 0, 0, 0, 1, 2])
        edits = sorted(at + timedelta(hours=chance.lognormvariate(1.0, 1.3)) for _ in range(times))
        made.append(Article(str(n), at, edits))
    return made


def crawl_hourly(articles: list[Article], days: int, feed: int = 50) -> list[int]:
    """Run hourly for `days`; return for each run how many pages it asked for. The feed has the newest."""
    asked = []
    for hour in range(days * 24):
        now = NOON + hour * HOUR
        listed = [a for a in articles if a.at <= now][-feed:]
        due = [a for a in articles if a.visit and a.visit.due_at and a.visit.due_at <= now + HOUR / 2]
        candidates = {
            a.name: Candidate(a.name, f"https://bao.vn/bai/{a.name}", What.ARTICLE, visit=a.visit)
            for a in (*listed, *due)
        }
        chosen = plan(candidates.values(), now, 5_000, HOUR / 2).chosen
        for candidate in chosen:
            article = articles[int(candidate.id)]
            if article.visit is None:
                article.visit = first_visit(article.name, "bao", candidate.url, now, article.at)
            else:
                changed = any(article.visit.last_at < edit <= now for edit in article.edits)
                article.visit = revisited(article.visit, now, changed=changed)
            article.read_at.append(now)
        asked.append(len(chosen))
    return asked


def test_a_month_of_hourly_runs_costs_a_fifth_and_finds_edits_sooner_than_they_age() -> None:
    days = 30
    articles = paper(days)
    asked = crawl_hourly(articles, days)
    end = NOON + timedelta(days=days)

    each_run = sum(min(50, sum(a.at <= NOON + h * HOUR for a in articles)) for h in range(days * 24))
    new = sum(bool(a.read_at) for a in articles)
    assert new == sum(a.at <= end - HOUR for a in articles), "all that is fresh is read at once"
    unchanged = sum(asked) - new - sum(a.visit.changes for a in articles if a.visit)
    assert (each_run - new) / unchanged > 5

    delays = []
    for article in articles:
        for edit in article.edits:
            found = next((at for at in article.read_at if at >= edit), None)
            age = edit - article.at
            bound = max(age, HOUR) + 2 * HOUR
            if found is not None:
                assert found - edit <= bound
                delays.append(found - edit)
            else:
                assert end - edit <= min(bound, LONGEST + HOUR)
    assert len(delays) > 150
    assert sorted(delays)[len(delays) // 2] <= 2 * HOUR


def test_a_feed_that_names_the_same_fifty_pages_for_a_month_costs_a_sixtieth() -> None:
    days = 30
    articles = [Article(str(n), NOON, []) for n in range(50)]
    asked = crawl_hourly(articles, days)
    assert 50 * days * 24 / sum(asked) >= 60
    assert sum(asked[24 * 7 :]) <= 50 * 4, "after a week hardly any"
