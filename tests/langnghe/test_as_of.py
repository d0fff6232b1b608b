"""A watch or a report that is made up for later gives what it would have given in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.contracts import Alert, AlertKind, Document, SourceState
from core.records import crawled
from core.settings import Settings
from langnghe import pipeline
from langnghe.house import House
from langnghe.schedule import WATCHED_EVERY
from tests.index.documents import document

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
# Three Mondays in the past, at six in the morning in Vietnam.
_TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
MONDAYS = [_TODAY - DAY * _TODAY.weekday() - n * WEEK - timedelta(hours=1) for n in (3, 2, 1)]


def fetched_by(now: datetime) -> list[Document]:
    """What had been fetched by then of five weeks in which violence rises, and the last text is grave."""
    start = MONDAYS[0] - 3 * WEEK
    made = []
    for day in range(36):
        at = start + DAY * day
        for n in range(5 + (day % 2, day % 2, day % 2, 4, 12, 0)[day // 7]):
            fetched = at + timedelta(hours=n)
            made.append(document(20 * day + n, relevant=n >= 5, published_at=at, fetched_at=fetched))
    grave = MONDAYS[1] - timedelta(hours=5)
    made += [
        document(901, severity=3, published_at=grave, fetched_at=grave),
        document(901, severity=3, published_at=grave, fetched_at=grave + 2 * DAY, content_hash="edited"),
        document(902, severity=3, published_at=grave, fetched_at=grave + WEEK),  # found late
        document(903, severity=3, published_at=grave + WEEK, fetched_at=grave + WEEK),
    ]
    return [d for d in made if d.page.fetched_at <= now]


@pytest.fixture
def later(house: House, settings: Settings, tmp_path: Path) -> Iterator[House]:
    """The same house with records in which nothing was written yet."""
    other = {"database_url": f"sqlite:///{tmp_path}/later.db", "sources_dir": house.settings.sources_dir}
    opened = House(settings.model_copy(update=other))
    yield opened
    opened.engine.close()
    opened.records.close()


def test_three_runs_made_up_for_give_what_three_timely_runs_gave(house: House, later: House) -> None:
    def watched_and_reported(place: House, now: datetime) -> tuple[list[Alert], str]:
        return pipeline.watch(place, now), Path(pipeline.report(place, None, now).html).read_text("utf-8")

    timely = []
    for now in MONDAYS:
        house.engine.write(fetched_by(now))
        timely.append(watched_and_reported(house, now))
    house.engine.write(fetched_by(datetime.now(UTC)))
    made_up_for = [watched_and_reported(later, now) for now in MONDAYS]

    assert made_up_for == timely
    raised = [[(alert.kind, alert.at) for alert in alerts] for alerts, _ in timely]
    assert raised == [
        [],
        [(AlertKind.GRAVE, MONDAYS[1]), (AlertKind.RISE, MONDAYS[1])],
        [(AlertKind.GRAVE, MONDAYS[2]), (AlertKind.RISE, MONDAYS[2])],
    ]
    assert len({report for _, report in timely}) == 3


def test_how_sources_stand_today_is_not_told_of_an_earlier_time(house: House, tmp_path: Path) -> None:
    (tmp_path / "sources" / "hong.yaml").write_text(
        "id: hong\nname: Báo Hỏng\nhome: https://hong.example/\ntype: news\n"
        "discover: {feeds: ['https://hong.example/rss']}\narticles: {allow: ['.']}\n"
    )
    now = datetime.now(UTC)
    assert pipeline.watch(house, now) == []
    crawled.source_ran(house.records, "hong", SourceState.FAILED)
    assert pipeline.watch(house, now - WATCHED_EVERY) == []
    assert [alert.kind for alert in pipeline.watch(house, now - timedelta(minutes=20))] == [AlertKind.FAILED]
