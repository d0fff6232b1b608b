"""What rose, what calls for attention now, and the week in numbers."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contracts import AlertKind, Document, PageType, Sentiment, State, Triage
from core.errors import BadUsage
from core.settings import WatchSettings
from index.alerts import alerts
from index.embedded import EmbeddedEngine
from index.engine import Query
from index.trends import ENOUGH_WEEKS, baseline_weeks, rises
from index.weekly import week_start, weekly_numbers
from tests.index.documents import document

TODAY = date(2026, 11, 22)  # the Sunday that ends 2026-W47
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)  # its noon in Vietnam
WATCH = WatchSettings()

Add = Callable[..., None]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(tmp_path / "index.db")
    yield made
    made.close()


@pytest.fixture
def add(engine: EmbeddedEngine) -> Add:
    """A function that writes `n` documents over the seven days that end `weeks_ago` weeks before TODAY."""
    written: list[str] = []

    def write(n: int, weeks_ago: int = 0, **given: object) -> None:
        end = NOW - timedelta(weeks=weeks_ago)
        made: list[Document] = []
        for i in range(n):
            number = len(written)
            written.append(str(number))
            dated = end - timedelta(days=i % 7)
            made.append(document(number, **({"published_at": dated, "fetched_at": NOW} | given)))
        engine.write(made)

    return write


def collect(add: Add, weeks: int, each: int = 14) -> None:
    """Irrelevant pages on every day of this week and of `weeks` before."""
    for ago in range(weeks + 1):
        add(each, ago, relevant=False)


# Rises


def test_a_category_above_the_weeks_before_has_risen(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 4)
    for ago in range(1, 5):
        add(2, ago, categories=("neglect",))
        add(6, ago, categories=("violence",))
    add(9, categories=("neglect",))
    add(7, categories=("violence",))
    (rise,) = rises(engine, TODAY, WATCH)
    assert (rise.category, rise.province, rise.count, rise.weeks) == ("neglect", None, 9, 4)
    assert (rise.since, rise.until) == (date(2026, 11, 16), TODAY)
    # 30 documents this week against 22: the mean of 2 is raised in proportion.
    assert rise.expected == pytest.approx(2 * 30 / 22, abs=0.01)
    assert rise.ratio == pytest.approx(9 / rise.expected, abs=0.01)


def test_the_province_in_which_it_rose_is_named(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 3)
    add(8, categories=("neglect",), provinces=("Hà Nội",))
    add(4, categories=("neglect",), provinces=("Cần Thơ",))
    found = [(r.category, r.province, r.count) for r in rises(engine, TODAY, WATCH)]
    assert found == [("neglect", None, 12), ("neglect", "Hà Nội", 8)]


def test_the_most_notable_comes_first(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 3, each=70)
    for ago in range(1, 4):
        add(10, ago, categories=("privacy",))
    add(40, categories=("privacy",))
    add(5, categories=("neglect",))
    found = rises(engine, TODAY, WATCH)
    assert [(r.category, r.ratio is None) for r in found] == [("privacy", False), ("neglect", True)]
    assert found[0].z > found[1].z


def test_few_texts_are_no_rise(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 4)
    add(4, categories=("neglect",))
    assert rises(engine, TODAY, WATCH) == []
    assert len(rises(engine, TODAY, WatchSettings(rise_minimum=4))) == 1


def test_what_chance_explains_is_no_rise(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 4, each=70)
    for ago in range(1, 5):
        add(3, ago, categories=("neglect",))
    add(6, categories=("neglect",))
    assert rises(engine, TODAY, WATCH) == []


def test_with_too_short_a_past_nothing_has_risen_and_it_can_be_told(engine: EmbeddedEngine, add: Add) -> None:
    assert (rises(engine, TODAY, WATCH), baseline_weeks(engine, TODAY)) == ([], 0)
    collect(add, 1)
    add(20, categories=("neglect",))
    assert baseline_weeks(engine, TODAY) == 1 < ENOUGH_WEEKS
    assert rises(engine, TODAY, WATCH) == []
    add(14, 2, relevant=False)
    assert [r.category for r in rises(engine, TODAY, WATCH)] == ["neglect"]


def test_a_week_that_was_not_collected_whole_is_not_compared_with(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 0)
    for ago in (1, 3, 5):
        add(14, ago, relevant=False)
        add(5, ago, categories=("neglect",))
    add(4, 2, relevant=False)
    add(7, categories=("neglect",))
    assert baseline_weeks(engine, TODAY) == 3
    assert rises(engine, TODAY, WATCH) == []


def test_more_sources_are_no_rise(engine: EmbeddedEngine, add: Add) -> None:
    for ago in range(1, 5):
        add(14, ago, relevant=False)
        add(4, ago, categories=("neglect",))
    add(42, relevant=False)
    add(12, categories=("neglect",))
    assert rises(engine, TODAY, WATCH) == []


def test_what_people_dismissed_does_not_count(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 3)
    add(9, categories=("neglect",))
    assert len(rises(engine, TODAY, WATCH)) == 1
    found = [hit.document.id for hit in engine.search(Query()).hits]
    engine.apply({page: Triage(state=State.DISMISSED, relevant=False, seq=1) for page in found})
    assert rises(engine, TODAY, WATCH) == []


# Alerts


def keys(engine: EmbeddedEngine, now: datetime = NOW) -> list[str]:
    return [alert.key for alert in alerts(engine, now, WATCH)]


def test_a_fresh_grave_open_text_calls_for_attention_once(engine: EmbeddedEngine) -> None:
    hours = timedelta(hours=1)
    engine.write(
        [
            document(1, severity=3, published_at=NOW - 2 * hours, fetched_at=NOW, provinces=("Hà Nội",)),
            document(2, severity=3, published_at=NOW - 49 * hours, fetched_at=NOW),
            document(3, severity=2, published_at=NOW - 2 * hours, fetched_at=NOW),
            document(4, severity=3, published_at=NOW - hours, fetched_at=NOW, duplicate_of="page-0001"),
            document(5, severity=3, published_at=NOW - hours, fetched_at=NOW),
        ]
    )
    engine.apply({"page-0005": Triage(state=State.ESCALATED, relevant=True, seq=1)})
    (alert,) = alerts(engine, NOW, WATCH)
    assert (alert.key, alert.kind, alert.at) == ("grave:page-0001", AlertKind.GRAVE, NOW)
    assert alert.facts["title"] == "Tin số 1"
    assert alert.facts["categories"] == "violence"
    assert keys(engine, NOW + hours) == ["grave:page-0001"]
    assert keys(engine, NOW + 48 * hours) == []


def test_every_grave_text_is_told_of_however_many_there_are(engine: EmbeddedEngine) -> None:
    engine.write([document(n, severity=3, published_at=NOW, fetched_at=NOW) for n in range(450)])
    assert len(set(keys(engine))) == 450


def test_a_rise_is_told_once_a_week(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 4)
    add(9, categories=("neglect",), provinces=("Hà Nội",))
    (alert,) = alerts(engine, NOW, WATCH)
    assert (alert.key, alert.kind) == ("rise:neglect:2026-W47", AlertKind.RISE)
    assert (alert.facts["category"], alert.facts["count"]) == ("neglect", 9)
    assert keys(engine, NOW + timedelta(hours=1)) == ["rise:neglect:2026-W47"]


# The week in numbers


def test_the_week_stands_beside_the_weeks_before(engine: EmbeddedEngine, add: Add) -> None:
    collect(add, 2)
    add(3, categories=("neglect", "violence"), provinces=("Hà Nội",), severity=3)
    add(1, 1, categories=("neglect",))
    add(2, 2, categories=("privacy",), source_id="dien-dan")
    numbers = weekly_numbers(engine, "2026-W47")
    assert (numbers.since, numbers.until, numbers.weeks_before) == (date(2026, 11, 16), TODAY, 2)
    assert (numbers.collected.count, numbers.collected.before, numbers.collected.mean) == (17, 15, 15.5)
    assert (numbers.relevant.count, numbers.relevant.before, numbers.relevant.mean) == (3, 1, 1.5)
    assert [(r.value, r.figure.count, r.figure.before, r.figure.mean) for r in numbers.categories] == [
        ("neglect", 3, 1, 0.5),
        ("violence", 3, 0, 0.0),
        ("privacy", 0, 0, 1.0),
    ]
    assert [(r.value, r.figure.count) for r in numbers.severity] == [("3", 3), ("2", 0)]
    assert [(r.value, r.figure.count) for r in numbers.provinces] == [("Hà Nội", 3)]
    assert [(r.value, r.figure.count) for r in numbers.sources] == [("bao", 3), ("dien-dan", 0)]


def test_the_gravest_cases_are_one_per_thread_without_what_is_no_case(
    engine: EmbeddedEngine, add: Add
) -> None:
    add(3, severity=2)
    add(2, severity=3, thread_id="t")
    add(2, severity=1)
    add(9, severity=2)
    gravest = weekly_numbers(engine, "2026-W47").gravest
    assert len(gravest) == 10
    assert gravest[0] == "page-0004"


def test_tones_are_those_of_comments_and_posts(engine: EmbeddedEngine, add: Add) -> None:
    add(2, type=PageType.COMMENT, sentiment=Sentiment.NEGATIVE)
    add(1, type=PageType.POST, sentiment=Sentiment.POSITIVE)
    found = weekly_numbers(engine, "2026-W47").sentiment
    assert [(r.value, r.figure.count, r.figure.before) for r in found] == [
        ("negative", 2, None),
        ("positive", 1, None),
    ]


def test_an_empty_index_gives_noughts_and_nothing_to_compare(engine: EmbeddedEngine) -> None:
    numbers = weekly_numbers(engine, "2026-W47")
    assert (numbers.relevant.count, numbers.relevant.before, numbers.relevant.mean) == (0, None, None)
    assert (numbers.categories, numbers.gravest) == ((), ())


@given(st.dates(min_value=date(2000, 1, 3), max_value=date(2999, 12, 20)))
def test_a_week_begins_on_its_monday(day: date) -> None:
    year, week, _ = day.isocalendar()
    assert week_start(f"{year:04}-W{week:02}") == day - timedelta(days=day.weekday())


@pytest.mark.parametrize(
    "week", ["2026-47", "2025-W53", "2026-W00", "W47", "2026-W471", "0001-W01", "٢٠٢٦-W47", ""]
)
def test_what_is_no_week_is_refused(week: str) -> None:
    with pytest.raises(BadUsage, match="2026-W47"):
        week_start(week)
