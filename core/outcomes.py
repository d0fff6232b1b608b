"""What became of each item at each stage: exactly one counted outcome, stored, adding up."""

from enum import StrEnum

from core.contracts import Contract, Page


class Stage(StrEnum):
    """The stages of the pipeline that give outcomes."""

    CRAWL = "crawl"
    INTAKE = "intake"
    ANALYSE = "analyse"
    INDEX = "index"


class Result(StrEnum):
    """What can become of an item. The first three are each stage's success."""

    ARCHIVED = "archived"
    ANALYSED = "analysed"
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"
    QUARANTINED = "quarantined"


class Outcome(Contract):
    """What became of `item` at `stage`: a URL at crawl, a row or request at intake, after these a page id.

    `url` is where a crawled item was asked for. `reason` is a short code (`robots`, `image`, `http_500`),
    needed for dropped and quarantined; `detail` is a plain line for people. The quarantined can be replayed.
    """

    stage: Stage
    item: str
    source_id: str
    url: str = ""
    result: Result
    reason: str = ""
    detail: str = ""

    @property
    def label(self) -> str:
        """`dropped:robots`, or just `indexed`."""
        return f"{self.result}:{self.reason}" if self.reason else str(self.result)


def page_outcome(stage: Stage, page: Page, result: Result, reason: str = "", detail: str = "") -> Outcome:
    """Return what became of a page."""
    return Outcome(
        stage=stage, item=page.id, source_id=page.source_id, result=result, reason=reason, detail=detail
    )
