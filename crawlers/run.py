"""Crawling, as the pipeline calls it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from core.outcomes import Outcome
from core.settings import Settings
from crawlers.process import child_lines
from crawlers.source import SourceSpec

Days = tuple[date, date]  # the first and the last


def crawl(
    settings: Settings,
    run_id: str,
    specs: Sequence[SourceSpec],
    urls: Mapping[str, Sequence[str]] | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
    dated: Days | None = None,
) -> None:
    """Fetch the new and changed pages of `specs` into archive and records, all sources at the same time.

    `urls`, by source id: fetch just these pages. `dated`: of what is new just what lists date from the one
    day to the other (in Vietnam), and what they do not date. Both leave the sources' health alone.
    `on_outcome` hears each outcome once it is written down. The sources must be declared in the records.
    Raises ArchiveUnavailable or RecordsUnavailable when these fail, and StageFailed when the crawl process
    dies; each can be run again.
    """
    for said in child_lines(job(settings, run_id, specs, urls, dated)):
        if on_outcome is not None and "outcome" in said:
            on_outcome(Outcome.model_validate(said["outcome"]))


def job(
    settings: Settings,
    run_id: str,
    specs: Sequence[SourceSpec],
    urls: Mapping[str, Sequence[str]] | None = None,
    dated: Days | None = None,
) -> dict[str, object]:
    """Return the job of the crawl process as JSON values (`crawlers.child.Job`)."""
    return {
        "settings": settings.model_dump(mode="json"),
        "run_id": run_id,
        "specs": [spec.model_dump(mode="json") for spec in specs],
        "dated": dated and [day.isoformat() for day in dated],
        "urls": None if urls is None else {source: list(items) for source, items in urls.items()},
    }
