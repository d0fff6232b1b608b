"""What hauls add to a source's day."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from core.contracts import Page, PageType, content_hash
from core.outcomes import Outcome, Result, Stage
from crawlers.extraction.result import Origin
from crawlers.profile import Profile
from crawlers.tasks import Shape

NOW = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)  # half past one in the morning of the next day in Vietnam
LINE = "Một đoạn văn đủ dài để được đếm"


def page(name: str, kind: PageType = PageType.ARTICLE, **facts: object) -> Page:
    given = {"title": "Tin", "text": LINE, "published_at": NOW, "fetched_at": NOW} | facts
    return Page.model_validate(
        {
            "id": name,
            "url": f"https://bao.example/{name}",
            "canonical_url": f"https://bao.example/{name}",
            "source_id": "bao",
            "type": kind,
            "content_hash": content_hash("", "", str(given["text"])),
            **given,
        }
    )


def counted(*pages: Page, fresh: frozenset[str] | None = None, shape: Shape | None = None) -> Profile:
    profile = Profile("bao")
    for one in pages:
        profile.add((one,), [], frozenset({one.id}) if fresh is None else fresh, shape)
    return profile


def test_what_is_new_counts_in_the_hour_and_on_the_day_of_vietnam() -> None:
    day = counted(page("1"), page("2", PageType.POST)).take(NOW)
    assert (str(day.day), day.hours[1], day.new) == ("2026-11-25", 2, 2)


def test_what_was_taken_is_not_counted_again() -> None:
    profile = counted(page("1"))
    profile.take(NOW)
    assert profile.take(NOW).new == 0
    assert profile.take(NOW).makeup.pages == 0


def test_revisions_comments_and_what_a_first_run_brings_up_are_no_volume() -> None:
    old = page("old", published_at=NOW - timedelta(days=4))
    undated = page("undated", published_at=None)
    profile = counted(old, undated, page("c", PageType.COMMENT))
    profile.add((page("revised"),), [], frozenset(), None)
    day = profile.take(NOW)
    assert (day.new, day.makeup.pages) == (1, 3)


def test_a_posts_date_and_title_are_its_own_and_its_threads() -> None:
    post = page("p", PageType.POST, title="", thread_title="Con tôi không chịu ăn", published_at=None)
    made = counted(post).take(NOW).makeup
    assert (made.dated, made.linked, made.bare) == (0, 0, 0)
    assert math.expm1(made.title) == pytest.approx(21)


def test_an_articles_date_is_the_one_on_its_page_not_a_feeds() -> None:
    made = counted(page("1"), shape=Shape(origin=Origin.PAGE, dated=False)).take(NOW).makeup
    assert (made.dated, made.bare) == (0, 1)


def test_paragraphs_count_as_repeated_when_an_earlier_page_had_them() -> None:
    pages = [page(str(n), text=f"{LINE}\nRiêng của trang này, số {n}\nẢnh: TTXVN\n{LINE}") for n in range(4)]
    made = counted(*pages).take(NOW).makeup
    assert (made.paragraphs, made.repeated) == (6, 3)


def test_an_article_with_new_comments_counts_once_however_many_there_are() -> None:
    profile = Profile("bao")
    comments = [page(f"c{n}", PageType.COMMENT) for n in range(5)]
    profile.add(tuple(comments), [], frozenset({"c0", "c1"}), None)
    profile.add((page("c9", PageType.COMMENT),), [], frozenset(), None)
    assert profile.take(NOW).makeup.commented == 1


def test_pages_without_text_are_counted_apart() -> None:
    profile = Profile("bao")
    told = {"stage": Stage.CRAWL, "source_id": "bao", "result": Result.DROPPED}
    outcomes = [Outcome(item=why, reason=why, **told) for why in ("no_text", "robots", "http_404")]
    profile.add((), outcomes, frozenset(), None)
    assert profile.take(NOW).makeup.blank == 1
