"""Columns over days or weeks, the last one stressed, against a usual level where one is known."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

import altair as alt

from dashboards.charts.svg import ACCENT, INK, SOFT, draw, links, nothing, number
from index.engine import Bucket

NUMBERED = 16  # columns that are wide enough at 480 px to carry their number
DASH = "M-1,-0.13L1,-0.13L1,0.13L-1,0.13Z"
NEAR = 0.16  # of the height: what a number of 12.5 px takes above its column of 150 px, with room
DATED = 10  # dates that fit side by side under 480 px


def trend(
    buckets: Sequence[Bucket],
    *,
    title: str,
    interval: Literal["day", "week"] = "week",
    since: date | None = None,
    until: date | None = None,
    baseline: Mapping[date, float] | None = None,
    baseline_name: str = "Mức bình thường",
    href: Callable[[date], str] | None = None,
    empty: str = "Chưa có dữ liệu để vẽ biểu đồ.",
    width: int = 480,
    height: int = 150,
) -> str:
    """Return columns over time, the last one stressed; `baseline` gives a level per bucket as a dash.

    Buckets that an engine leaves out count as 0; `since` and `until` (the starts of the first and the last
    bucket) widen the span. Split buckets of one start are added up. `href` gives the search behind the bucket
    of a start. All zero, or none: the sentence `empty`.
    """
    found: dict[date, int] = {}
    for bucket in buckets:
        found[bucket.start] = found.get(bucket.start, 0) + bucket.count
    if not any(found.values()):
        return nothing(empty)
    step = timedelta(days=7 if interval == "week" else 1)
    first, last = since or min(found), until or max(found)
    starts = [first + i * step for i in range((last - first) // step + 1)]
    levels = baseline or {}

    near = NEAR * max([*found.values(), *levels.values()])
    columns = [
        {"at": at, "value": found.get(day, 0), "text": number(found.get(day, 0)), "last": day == last}
        | {"top": _clear_of(levels.get(day), found.get(day, 0), near)}
        for at, day in enumerate(starts)
    ]
    usual = [
        {"at": at, "level": levels[day], "name": baseline_name}
        for at, day in enumerate(starts)
        if day in levels
    ]
    numbered = len(starts) <= NUMBERED
    x = alt.X("at:O", axis=dates(starts), scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1))
    axis = None if numbered else alt.Axis(title=None, tickMinStep=1, tickCount=4, format=",d", domain=False)
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(domainMin=0, nice=not numbered))
    base = alt.Chart(alt.InlineData(values=columns))
    colour = alt.condition("datum.last", alt.value(ACCENT), alt.value(SOFT))
    layers = [base.mark_bar().encode(x=x, y=y, color=colour)]
    if numbered:
        layers.append(base.mark_text(dy=-8, fontWeight=600, color=INK).encode(x=x, y="top:Q", text="text:N"))
    if usual:
        legend = alt.Legend(title=None, orient="top", symbolType=DASH, symbolSize=150, offset=8)
        layers.append(
            alt.Chart(alt.InlineData(values=usual))
            .mark_tick(thickness=2, orient="horizontal", bandSize=(width - 40) / len(starts) * 0.9)
            .encode(x=x, y="level:Q", color=alt.Color("name:N", scale=alt.Scale(range=[INK]), legend=legend))
        )
    if href:
        layers.append(links(range(len(starts))).encode(x=x, y=alt.value(0), y2=alt.value(height)))
    chart = alt.layer(*layers).properties(width=width - (8 if numbered else 44), height=height)
    told = [_in_words(day, step, found.get(day, 0)) for day in starts]
    return draw(chart, title, told, [href(day) if href else None for day in starts])


def dates(starts: Sequence[date]) -> alt.Axis:
    """Return the axis of days below columns: dd/MM, thinned from the last one backwards."""
    every = -(-len(starts) // DATED)
    shown = [at for at in range(len(starts)) if (len(starts) - 1 - at) % every == 0]
    names = json.dumps([f"{day:%d/%m}" for day in starts])
    return alt.Axis(
        values=shown, labelExpr=f"{names}[datum.value]", labelAngle=0, labelPadding=6, title=None, ticks=False
    )


def _clear_of(level: float | None, value: int, near: float) -> float:
    """Where a column's number stands: on the column, or on the level's dash where the two would meet."""
    return level if level is not None and 0 <= level - value < near else value


def _in_words(start: date, step: timedelta, count: int) -> str:
    end = start + step - timedelta(days=1)
    return f"{start:%d/%m}{f'–{end:%d/%m}' if end > start else ''}: {number(count)}"
