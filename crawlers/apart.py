"""Crawling apart: into a folder that is thrown away, so that nothing of a trial is kept."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from core.archive import Archive
from core.contracts import Page
from core.outcomes import Outcome
from core.records import open_records
from core.records.crawled import declare_sources
from core.records.runs import start_run
from core.settings import Settings
from crawlers.process import child_lines
from crawlers.run import job
from crawlers.scouting.sights import Scouted
from crawlers.source import SourceSpec


@dataclass
class Trial:
    """What a crawl apart gave: pages, outcomes, and what was read of robots.txt and discovery pages."""

    pages: list[Page] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    steps: dict[str, tuple[bool, str]] = field(default_factory=dict)
    scouted: Scouted = field(default_factory=Scouted)


def crawl_apart(spec: SourceSpec, settings: Settings, pages: int, *, scout: bool = False) -> Trial:
    """Crawl up to `pages` pages of `spec`, or look its site over (`scout`), and keep nothing.

    Raises StageFailed when the crawl process dies.
    """
    threads = spec.threads.model_copy(update={"next": None}) if spec.threads else None
    api = spec.comment_api.model_copy(update={"pages": 1}) if spec.comment_api else None
    spec = spec.model_copy(update={"threads": threads, "comment_api": api})
    trial = Trial()
    with TemporaryDirectory(prefix="langnghe-apart-") as folder:
        apart = settings.model_copy(
            update={
                "data_dir": Path(folder),
                "archive_url": "",
                "database_url": "",
                "crawl": settings.crawl.model_copy(update={"pages_per_run": pages}),
            }
        )
        records = open_records(apart)
        try:
            declare_sources(records, [(spec.id, spec.name, spec.home, True)])
            run_id = start_run(records, "check")
        finally:
            records.close()
        for said in child_lines({**job(apart, run_id, [spec]), "scout": scout}):
            if "outcome" in said:
                trial.outcomes.append(Outcome.model_validate(said["outcome"]))
            if "scouted" in said:
                trial.scouted = Scouted.model_validate(said["scouted"])
            trial.steps |= {what: (ok, detail) for what, (ok, detail) in said.get("steps", {}).items()}
        archive = Archive.of(apart)
        trial.pages = [page for path in archive.partitions() for page in archive.read(path)]
    return trial
