"""`watch` and `weekly_report` are for data intervals: a back-fill gives what timely runs gave."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.records import notices
from core.settings import Settings, load_settings
from index.weekly import week_start
from langnghe.house import House
from langnghe.reporting import reports_due
from tests.dags.conftest import Airflow
from tests.langnghe.test_as_of import MONDAYS, fetched_by


def known_by(settings: Settings, now: datetime) -> None:
    house = House(settings)
    house.engine.write(fetched_by(now))
    house.close()


def left_by(settings: Settings) -> tuple[dict[str, object], dict[str, str]]:
    """Return the alerts by key, and the reports by week."""
    house = House(settings)
    alerts: dict[str, object] = {alert.key: alert for alert in notices.alerts(house.records)}
    folder = settings.reports_dir
    reports = {
        r.week: (folder / Path(r.html).name).read_text("utf-8") for r in notices.reports(house.records)
    }
    house.close()
    return alerts, reports


def test_a_back_fill_of_three_intervals_gives_what_three_timely_runs_gave(
    airflow: Airflow, tmp_path: Path
) -> None:
    (tmp_path / "sources").mkdir()
    timely, later = (
        load_settings(data_dir=tmp_path / name, sources_dir=tmp_path / "sources")
        for name in ("timely", "later")
    )
    for monday in MONDAYS:
        known_by(timely, monday)
        for dag in ("watch", "weekly_report"):
            assert airflow.run(dag, timely, until=monday.isoformat()).state == "success"
    known_by(later, datetime.now(UTC))
    for monday in reversed(MONDAYS):  # Airflow may run several at once, and in any order
        for dag in ("watch", "weekly_report"):
            assert airflow.run(dag, later, until=monday.isoformat()).state == "success"

    alerts, reports = left_by(timely)
    assert (len(alerts), len(reports)) == (4, 3)
    assert left_by(later) == (alerts, reports)


def test_a_repeated_run_raises_nothing_twice(airflow: Airflow, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    settings = load_settings(data_dir=tmp_path / "data", sources_dir=tmp_path / "sources")
    known_by(settings, MONDAYS[1])
    for _ in range(2):
        airflow.run("watch", settings, until=MONDAYS[1].isoformat())
    assert len(left_by(settings)[0]) == 2


def test_weeks_without_a_report_since_the_one_before_are_made_up_for(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "data", sources_dir=tmp_path)
    house = House(settings)
    with closing(house):
        (first,) = reports_due(house, MONDAYS[0])
        weeks = reports_due(house, MONDAYS[0] + timedelta(weeks=3))
        assert [week_start(week) - week_start(first) for week in weeks] == [
            timedelta(weeks=n) for n in (1, 2, 3)
        ]
        assert reports_due(house, MONDAYS[0] + timedelta(weeks=3)) == weeks[-1:]
