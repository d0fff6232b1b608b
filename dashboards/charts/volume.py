"""Pages a day against what was expected of the day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt

from core.contracts import Contract
from core.volume import Expectation
from dashboards.charts.svg import ACCENT, INK, draw, nothing, number
from dashboards.charts.trend import dates

BAND = "#d3e2e8"
VALUES = ("value", "usual")


class VolumeDay(Contract):
    """A day with its pages and what was `expected`; `read` is false where nobody could look."""

    day: date
    count: int
    expected: Expectation | None
    read: bool


def volume(
    days: Sequence[VolumeDay], *, title: str, expected: str, empty: str, width: int = 480, height: int = 160
) -> str:
    """Return columns by day before the band of what was expected, the usual number as a dash.

    `expected` names the band in words. Days that could not be read have a cross in place of a column. Nothing
    at all: the sentence `empty`.
    """
    if not any(day.count or day.expected for day in days):
        return nothing(empty)
    x = alt.X("at:O", axis=dates([d.day for d in days]), scale=alt.Scale(padding=0.2))
    axis = alt.Axis(title=None, tickMinStep=1, tickCount=4, format=",d", domain=False)
    y, usual = (alt.Y(f"{v}:Q", axis=axis, scale=alt.Scale(domainMin=0, nice=True)) for v in VALUES)
    room = width - 44
    bands = [
        {"at": at, "value": e.low, "top": e.high, "usual": e.usual}
        for at, e in enumerate(d.expected for d in days)
        if e is not None
    ]
    columns = [{"at": at, "value": d.count} for at, d in enumerate(days) if d.read]
    unread: list[dict[str, Any]] = [{"at": at, "value": 0} for at, d in enumerate(days) if not d.read]
    band, column, cross = (alt.Chart(alt.InlineData(values=v)) for v in (bands, columns, unread))
    layers = [
        band.mark_bar(color=BAND, width=alt.RelativeBandSize(1.0)).encode(x=x, y=y, y2="top:Q"),
        column.mark_bar(color=ACCENT, width=alt.RelativeBandSize(0.6)).encode(x=x, y=y),
        band.mark_tick(thickness=1.5, orient="horizontal", bandSize=room / len(days) * 0.8, color=INK).encode(
            x=x, y=usual
        ),
        cross.mark_text(text="×", baseline="bottom", color=INK, fontSize=11).encode(x=x, y=y),
    ]
    chart = alt.layer(*layers).properties(width=room, height=height)
    told = [_in_words(day, expected) for day in days]
    return draw(chart, title, told, [None] * len(days))


def _in_words(day: VolumeDay, expected: str) -> str:
    between = f" ({expected} {number(day.expected.low)}–{number(day.expected.high)})" if day.expected else ""
    return f"{day.day:%d/%m}: {number(day.count) if day.read else '×'}{between}"
