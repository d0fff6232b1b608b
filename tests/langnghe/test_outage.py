"""A source whose host is down for a while."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from core.contracts import AlertKind, SourceState
from core.records.standing import standings
from core.settings import CrawlSettings, load_settings
from langnghe import pipeline
from langnghe.demo.site.server import serving
from langnghe.house import House, running

SOURCE = "ben-song"


def interval(house: House) -> tuple[SourceState, int, list[AlertKind]]:
    """Crawl once and watch; return the source's state, its failures in a row, and the kinds of new alerts."""
    with running(house, "run") as run_id:
        pipeline.crawl(house, run_id, [SOURCE])
        pipeline.reconcile(house, run_id, [SOURCE])
    now = datetime.now(UTC)
    raised = [alert.kind for alert in pipeline.watch(house, now)]
    health = next(s.health for s in standings(house.records, now) if s.health.source_id == SOURCE)
    return health.state, health.failures, raised


def test_a_source_whose_host_is_down_is_late_then_failed_and_recovers_by_itself(
    tmp_path: Path,
) -> None:
    crawl = CrawlSettings(delay_s=0, pages_per_run=15, retries=0)
    with serving(tmp_path / "web") as web:
        settings = load_settings(data_dir=tmp_path / "data", sources_dir=web.sources_dir, crawl=crawl)
        house = House(settings)
        assert interval(house) == (SourceState.OK, 0, [])
    with closing(house):
        assert interval(house) == (SourceState.LATE, 1, [AlertKind.LATE])
        assert interval(house) == (SourceState.FAILED, 2, [AlertKind.FAILED])
        assert interval(house) == (SourceState.FAILED, 3, [])  # told once
        with serving(tmp_path / "web"):
            assert interval(house) == (SourceState.OK, 0, [])
