"""Sources: which give what they should, which do not and why. Numbers and states, never a text."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from core.contracts import VIETNAM, Contract, SourceState
from core.makeup import changes
from core.records.standing import standings
from core.source_days import Makeup, SourceDay
from core.volume import History
from dashboards.charts import VolumeDay, volume
from dashboards.console.overview import WIDTHS
from dashboards.console.pages import Console, console, page
from dashboards.console.permissions import Action, needs

router = APIRouter()

DAYS_SHOWN = 14
# The state that needs a person first.
URGENCY = (
    SourceState.FAILED,
    SourceState.EMPTY,
    SourceState.LATE,
    SourceState.OK,
    SourceState.UNCHANGED,
    SourceState.NEW,
    SourceState.DISABLED,
)


class Column(Contract):
    """A day in the small chart of a list, in percent of its height: column, and band of what was expected."""

    height: float
    low: float
    band: float


class DayShown(Contract):
    """A day and its make-up: shares in percent, typical lengths in characters, None if unknown."""

    day: SourceDay
    linked: int | None
    dated: int | None
    repeated: int | None
    title: int | None
    text: int | None


@router.get("/sources")
@needs(Action.READ_SOURCES)
def list_sources(request: Request) -> Response:
    """Show all sources, those first that need a person."""
    now = datetime.now(UTC)
    found = sorted(
        standings(console(request).records, now),
        key=lambda s: (URGENCY.index(s.health.state), not s.changes, s.health.name),
    )
    values = {
        "sources": [(s, _small(_by_day(s.days, now))) for s in found],
        "states": Counter(s.health.state for s in found),
        "changed": sum(bool(s.changes) for s in found),
    }
    return page(request, "sources.html", values)


@router.get("/sources/{source_id}")
@needs(Action.READ_SOURCES)
def one_source(request: Request, source_id: str) -> Response:
    """Show one source by day: what came, what was expected, how its pages are made, what changed."""
    here, now = console(request), datetime.now(UTC)
    known = {s.health.source_id: s for s in standings(here.records, now)}
    if source_id not in known:
        raise HTTPException(404)
    found = known[source_id]
    days = _by_day(found.days, now)
    values = {
        "source": found,
        "charts": _charts(here, days),
        "days": [_day_shown(d) for d in reversed(found.days[-DAYS_SHOWN:])],
        "changes": list(reversed(changes(found.days))),
    }
    return page(request, "source.html", values)


def _by_day(days: Sequence[SourceDay], now: datetime) -> list[VolumeDay]:
    """Return the last days with what was expected of each whole day."""
    history, known = History(days), {d.day: d for d in days}
    today = now.astimezone(VIETNAM).date()
    shown = []
    for back in reversed(range(DAYS_SHOWN)):
        day = today - timedelta(days=back)
        found = known.get(day)
        shown.append(
            VolumeDay(
                day=day,
                count=found.new if found else 0,
                expected=history.expected(_end(day), 24),
                read=found is not None and found.checks > found.failed,
            )
        )
    return shown


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, VIETNAM)


def _small(days: Sequence[VolumeDay]) -> list[Column]:
    """Return the columns of the small chart, nothing if there is nothing to draw."""
    most = max([d.count for d in days] + [d.expected.high for d in days if d.expected])
    return [
        Column(
            height=100 * d.count / most,
            low=100 * d.expected.low / most if d.expected else 0,
            band=100 * (d.expected.high - d.expected.low) / most if d.expected else 0,
        )
        for d in days
        if most
    ]


def _charts(here: Console, days: Sequence[VolumeDay]) -> list[str]:
    say = here.language.say
    return [
        volume(
            days,
            title=say("Số tin mới theo ngày, 14 ngày gần nhất"),
            expected=say("mức thường"),
            empty=say("Chưa có tin nào trong 14 ngày qua."),
            width=width,
        )
        for width in WIDTHS
    ]


def _day_shown(day: SourceDay) -> DayShown:
    made = day.makeup
    return DayShown(
        day=day,
        linked=_percent(made.linked, made.pages),
        dated=_percent(made.dated, made.pages),
        repeated=_percent(made.repeated, made.paragraphs),
        title=_typical(made.title, made),
        text=_typical(made.text, made),
    )


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _typical(logarithms: float, made: Makeup) -> int | None:
    """Return the geometric mean of lengths from the sum of their logarithms."""
    return round(math.expm1(logarithms / made.pages)) if made.pages else None
