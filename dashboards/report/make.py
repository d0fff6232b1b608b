"""Making the weekly report: gather, draw, set, write."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.contracts import VIETNAM, ReportFile, SourceHealth
from core.errors import BadUsage
from core.settings import Settings
from core.source_days import SourceDay
from dashboards.report.content import draw_charts, draw_trend, gather, write_content
from dashboards.report.page import html
from dashboards.report.pdf import pdf
from index.engine import Reader
from index.weekly import last_complete_week, week_start

SCREEN = 480  # px: a chart on a telephone, or beside another on a desk
PAPER = (720, 150)  # px: the full width of an A4 page at letters of about 8.5 pt, so that page 1 holds more


def make_report(
    engine: Reader,
    settings: Settings,
    week: str,
    health: Sequence[SourceHealth],
    source_days: Mapping[str, Sequence[SourceDay]],
    source_names: Mapping[str, str],
    output: Path,
    now: datetime,
) -> ReportFile:
    """Write `bao-cao-tuan-WEEK.html` and `.pdf` into the folder `output` and return their absolute paths.

    `health`, `source_days` and `source_names` (by source id) say which sources were silent, failed, late or
    changed, so that a fall isn't misread; the days reach back some weeks before `week`.
    Each file is written whole or not at all; a second call replaces them. Raises BadUsage when `week` is no
    ISO week or lies in the future, or `output` can't be written.
    """
    if week_start(week) > now.astimezone(VIETNAM).date():
        raise BadUsage(f"week {week!r} has not begun; the last complete one is {last_complete_week(now)}")
    gathered = gather(engine, week)
    content = write_content(engine, gathered, health, source_days, source_names, now)
    name = f"bao-cao-tuan-{week}"
    page = _write(output, f"{name}.html", html(content, draw_charts(gathered, SCREEN)).encode())
    paper = _write(output, f"{name}.pdf", pdf(content, draw_trend(gathered, *PAPER), now))
    return ReportFile(week=week, made_at=now, html=str(page), pdf=str(paper))


def _write(folder: Path, name: str, data: bytes) -> Path:
    path = folder.resolve() / name
    partial = path.with_name(f".{name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(data)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise BadUsage(f"report can't be written to {path.parent}: {error.strerror}") from error
    return path
