"""A house with texts that people decided on, and its command line within this process."""

import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from core.contracts import Decision, Page, Relabel, What, content_hash
from core.records import crawled
from core.records.decisions import Shown, decide, undo
from langnghe import cli, pipeline
from langnghe.house import House, running
from tests.conftest import NOON

BEATEN = {
    "title": "Bé gái 7 tuổi bị cha dượng bạo hành",
    "text": "Công an đang điều tra vụ bé gái bị cha dượng đánh, hàng xóm nghe tiếng khóc đã báo tin.",
}
DROWNED = {
    "title": "Hai học sinh đuối nước khi tắm sông",
    "text": "Hai học sinh lớp 5 rủ nhau ra sông tắm rồi bị nước cuốn, người dân vớt được một em.",
}
GOLD = {
    "title": "Giá vàng trong nước tăng nhẹ",
    "text": "Giá vàng miếng sáng nay tăng nhẹ so với cuối tuần trước, giao dịch trầm lắng.",
}


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


def revision(page: Page, **changed: Any) -> Page:
    """Return a page with its content hash, as a crawl gives it."""
    page = page.model_copy(update=changed)
    return page.model_copy(update={"content_hash": content_hash(page.title, page.lead, page.text)})


def later(page: Page, hours: int, **changed: Any) -> Page:
    """Return a revision of a page that was fetched so many hours later."""
    return revision(page, fetched_at=NOON + timedelta(hours=hours), **changed)


def take_in(house: House, pages: Sequence[Page]) -> None:
    """Archive, judge and index pages, as a run does."""
    partitions = house.archive.write(pages)
    with running(house, "test") as run_id:
        crawled.record_batch(house.records, run_id, partitions, [], [])
        pipeline.analyse(house, run_id)
        pipeline.index(house, run_id)


def shown(house: House, page: Page) -> Shown:
    """Return what the console would show of a page now."""
    hit = house.engine.get(page.id)
    assert hit is not None
    model = hit.document.analysis.model
    return Shown(
        page_id=page.id,
        content_hash=hit.document.page.content_hash,
        model=f"{model.name} {model.version}",
        severity=hit.severity,
        categories=hit.categories,
        seq=hit.triage.seq,
    )


def say(house: House, page: Page, what: What, *labels: str, severity: int | None = None) -> Decision:
    """Decide on a page as the console does."""
    relabel = None if severity is None else Relabel(categories=labels, severity=severity)
    [made] = decide(house.records, "lan", what, [shown(house, page)], relabel=relabel)
    _apply(house, page)
    return made


def take_back(house: House, page: Page, decision: Decision) -> None:
    """Undo a decision."""
    undo(house.records, "lan", [(decision.seq, shown(house, page))])
    _apply(house, page)


def _apply(house: House, page: Page) -> None:
    from core.records.decisions import triages

    house.engine.apply(triages(house.records, [page.id]))


def langnghe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> Said:
    """Run the command line here: the same as `langnghe …`, without a new process."""
    monkeypatch.setattr(sys, "argv", ["langnghe", *map(str, arguments)])
    umask = os.umask(0o022)
    capsys.readouterr()
    try:
        cli.main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os.umask(umask)
    return Said(code, *capsys.readouterr())
