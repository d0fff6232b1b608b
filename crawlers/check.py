"""Checking a source: its robots.txt, feeds and sitemaps, and one page, fetched as safely as in a crawl."""

from core.contracts import Contract, Page
from core.outcomes import Outcome, Result
from core.settings import Settings
from crawlers.apart import crawl_apart
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
    trial = crawl_apart(spec, settings, 1)
    findings = [
        Finding(source_id=spec.id, what=what, ok=ok, detail=detail)
        for what, (ok, detail) in trial.steps.items()
    ]
    findings.append(_page(spec, trial.pages, [o for o in trial.outcomes if o.item not in trial.steps]))
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
