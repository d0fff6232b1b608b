"""Checking a source: its robots.txt, feeds and sitemaps, and one page, fetched as safely as in a crawl."""

from pathlib import Path
from tempfile import TemporaryDirectory

from core.archive import Archive
from core.contracts import Contract, Page
from core.outcomes import Outcome, Result
from core.records import open_records
from core.records.crawled import declare_sources
from core.records.runs import start_run
from core.settings import Settings
from crawlers.process import child_lines
from crawlers.run import job
from crawlers.source import SourceSpec


class Finding(Contract):
    """One thing that was checked of a source: what (an address, or `page`), whether it works, in words."""

    source_id: str
    what: str
    ok: bool
    detail: str


def check(spec: SourceSpec, settings: Settings) -> list[Finding]:
    """Crawl one page of `spec` into a folder that is thrown away, and say what worked, in the order done.

    Raises StageFailed when the crawl process dies.
    """
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    with TemporaryDirectory(prefix="langnghe-check-") as folder:
        apart = settings.model_copy(
            update={
                "data_dir": Path(folder),
                "archive_url": "",
                "database_url": "",
                "crawl": settings.crawl.model_copy(update={"pages_per_run": 1}),
            }
        )
        records = open_records(apart)
        try:
            declare_sources(records, [(spec.id, spec.name, spec.home, True)])
            run_id = start_run(records, "check")
        finally:
            records.close()
        for said in child_lines(job(apart, run_id, [spec])):
            if "outcome" in said:
                outcomes.append(Outcome.model_validate(said["outcome"]))
            for what, (ok, detail) in said.get("steps", {}).items():
                findings.append(Finding(source_id=spec.id, what=what, ok=ok, detail=detail))
        archive = Archive.of(apart)
        pages = [page for path in archive.partitions() for page in archive.read(path)]
    findings.append(_page(spec, pages, [o for o in outcomes if o.item not in {f.what for f in findings}]))
    return findings


def _page(spec: SourceSpec, pages: list[Page], outcomes: list[Outcome]) -> Finding:
    """Return what became of the one page; of its words only how many, as a headline may name a child."""
    if pages:
        first = pages[0]
        date = f"{first.published_at:%Y-%m-%d %H:%M %Z}" if first.published_at else "no date"
        title = first.title or first.thread_title
        lengths = f"title of {len(title)} characters, text of {len(first.text)} characters"
        detail = f"{lengths}, {date}, {len(pages) - 1} more texts"
        return Finding(source_id=spec.id, what="page", ok=bool(title), detail=detail)
    for outcome in outcomes:
        if outcome.result is not Result.ARCHIVED:
            detail = f"{outcome.item}: {outcome.label}: {outcome.detail}"
            return Finding(source_id=spec.id, what="page", ok=False, detail=detail)
    return Finding(source_id=spec.id, what="page", ok=False, detail="no page was found")
