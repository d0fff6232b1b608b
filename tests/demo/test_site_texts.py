"""What stands on the invented web: its texts, their dates, the one rise."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from core.contracts import VIETNAM, Sentiment
from core.provinces import current_names
from core.taxonomy import taxonomy
from langnghe.demo.site.boards import boards, threads
from langnghe.demo.site.dates import Calendar, FirstRun, in_words, recall, remember
from langnghe.demo.site.invented import Label, invented
from langnghe.demo.site.newsroom import newspapers
from langnghe.demo.site.texts import SECTIONS

RISE = "online_exploitation"
# A Monday just after midnight, a Wednesday noon, a Sunday evening (Vietnam): the week's corners.
FIRST_RUNS = [
    datetime(2026, 11, d, h, 5, tzinfo=VIETNAM).astimezone(UTC) for d, h in ((16, 0), (18, 12), (22, 21))
]


def dated(now: datetime) -> list[tuple[datetime, Label, str]]:
    """All texts of a web first served at `now`: when, label, words."""
    calendar = Calendar(now)
    first, second = newspapers(calendar)
    articles = [(a.published_at, a.label, f"{a.title} {a.lead} {' '.join(a.body)}") for a in first + second]
    said = chain((c for a in second for c in a.comments), (p for t in threads(calendar) for p in t.posts))
    return articles + [(remark.at, remark.label, remark.text) for remark in said]


@pytest.fixture(scope="module", params=FIRST_RUNS, ids=lambda now: f"{now:%A}")
def web(request: pytest.FixtureRequest) -> tuple[datetime, list[tuple[datetime, Label, str]]]:
    return request.param, dated(request.param)


def test_all_dates_lie_in_the_eight_weeks_before_the_first_run(web):
    now, texts = web
    assert all(now - timedelta(weeks=8, hours=1) <= at < now for at, _, _ in texts)
    weeks = {(now - at) // timedelta(weeks=1) for at, _, _ in texts}
    assert weeks == set(range(8))


def test_about_a_tenth_of_the_texts_and_at_least_150_are_about_risks_to_children(web):
    relevant = [label for _, label, _ in web[1] if label.relevant]
    assert len(relevant) >= 150
    assert 0.08 <= len(relevant) / len(web[1]) <= 0.14


def test_every_category_severity_and_tone_occurs(web):
    labels = [label for _, label, _ in web[1] if label.relevant]
    by_main = Counter(label.categories[0] for label in labels)
    assert set(by_main) == set(taxonomy().codes)
    assert min(by_main.values()) >= 5
    assert {label.severity for label in labels} == {1, 2, 3}
    assert {label.sentiment for label in labels} >= set(Sentiment)


def test_one_category_and_no_other_rises_in_the_last_seven_days(web):
    now, texts = web
    by_week = Counter(
        ((now - at) // timedelta(weeks=1), code) for at, label, _ in texts for code in label.categories[:1]
    )
    for code in taxonomy().codes:
        last, before = by_week[0, code], sum(by_week[week, code] for week in range(1, 8)) / 7
        if code == RISE:
            assert last >= 8
            assert last >= 3 * before
        else:
            assert last < 8


def test_the_rise_shows_in_the_last_full_week_too(web):
    now, texts = web
    local = now.astimezone(VIETNAM)
    monday = (local - timedelta(days=local.weekday() + 7)).replace(hour=0, minute=0)
    weeks = Counter((at - monday) // timedelta(weeks=1) for at, label, _ in texts if RISE in label.categories)
    before = [weeks[week] for week in range(-6, 0)]
    assert weeks[0] >= 5
    assert weeks[0] >= 2 * sum(before) / len(before)


def test_the_rise_is_in_one_province_over_several_days_and_hours(web):
    now, texts = web
    risen = [(at, words) for at, label, words in texts if "Đồng Nai" in words and RISE in label.categories]
    recent = [at.astimezone(VIETNAM) for at, _ in risen if now - at < timedelta(days=13)]
    assert len(recent) >= 18
    assert len({at.date() for at in recent}) >= 4
    assert len({at.hour for at in recent}) >= 6


def test_many_provinces_are_named_in_relevant_news():
    first, second = newspapers(Calendar(FIRST_RUNS[1]))
    news = [" ".join((a.title, a.lead, *a.body)) for a in first + second if a.label.relevant]
    named = {current_names()[name] for words in news for name in current_names() if name in words}
    assert len(named) >= 20


def test_more_news_by_day_and_on_weekdays():
    first, second = newspapers(Calendar(FIRST_RUNS[1]))
    when = [a.published_at.astimezone(VIETNAM) for a in first + second]
    night = sum(at.hour < 5 for at in when)
    assert night <= 0.02 * len(when)
    weekend = sum(at.weekday() >= 5 for at in when)
    assert weekend / 2 < 0.8 * (len(when) - weekend) / 5


def test_comments_and_posts_come_after_what_they_answer():
    calendar = Calendar(FIRST_RUNS[0])
    for article in newspapers(calendar)[1]:
        assert all(article.published_at <= comment.at for comment in article.comments)
    for thread in threads(calendar):
        assert [p.at for p in thread.posts] == sorted(p.at for p in thread.posts)


def test_no_text_is_there_twice_but_the_syndicated_copies():
    calendar = Calendar(FIRST_RUNS[1])
    first, second = newspapers(calendar)
    by_number = {a.number: a for a in first}
    copies = [a for a in second if a.copy_of is not None]
    assert len(copies) == 4
    for copy in copies:
        original = by_number[copy.copy_of]
        assert (copy.lead, copy.body) == (original.lead, original.body)
        assert copy.title != original.title
        assert copy.published_at >= original.published_at
    bodies = Counter("\n".join(a.body) for a in first + second)
    assert sum(n > 1 for n in bodies.values()) == len(copies)
    posts = Counter(p.text for t in threads(calendar) for p in t.posts)
    assert max(posts.values()) == 1


def test_everything_stands_in_a_section_or_board_that_exists():
    calendar = Calendar(FIRST_RUNS[1])
    assert {a.section for paper in newspapers(calendar) for a in paper} <= set(SECTIONS)
    assert {t.board for t in threads(calendar)} <= {board.id for board in boards().boards}
    assert set(boards().gatherings) == set(taxonomy().codes)


def test_numbers_are_unique_on_their_site():
    calendar = Calendar(FIRST_RUNS[1])
    for paper in newspapers(calendar):
        assert len({a.number for a in paper}) == len(paper)
        remarks = [c.number for a in paper for c in a.comments]
        assert len(set(remarks)) == len(remarks)
    posts = [p.number for t in threads(calendar) for p in t.posts]
    assert len(set(posts)) == len(posts)


def test_the_same_first_run_gives_the_same_web():
    assert dated(FIRST_RUNS[1]) == dated(FIRST_RUNS[1])


def test_patterns_leave_no_slot_unfilled():
    assert not [words for _, _, words in dated(FIRST_RUNS[1]) if "{" in words or "}" in words]


def test_labels_of_the_invented_texts_use_the_taxonomy():
    codes = set(taxonomy().codes)
    assert all(set(row.categories) <= codes for row in invented())
    assert all(bool(row.categories) == row.relevant == (row.severity > 0) for row in invented())


def test_a_folder_remembers_its_first_run(tmp_path):
    assert recall(tmp_path / "new") is None
    run = FirstRun(datetime(2026, 11, 16, 0, 30, tzinfo=UTC), 40123)
    remember(tmp_path / "new", run)
    assert recall(tmp_path / "new") == run


def test_a_moment_is_printed_as_vietnamese_newspapers_do():
    assert in_words(datetime(2026, 11, 16, 0, 30, tzinfo=UTC)) == "Thứ hai, 16/11/2026, 07:30 (GMT+7)"
