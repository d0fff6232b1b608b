"""Horizontal bars: this week against the week before."""

from collections.abc import Sequence

import altair as alt
from pydantic import Field

from core.contracts import Contract
from dashboards.charts.svg import ACCENT, BEFORE, INK, MUTED, draw, drawable, links, nothing, number

LABELS = 184  # px, at letters of 12.5 px room for the longest name, "Bắt nạt, bạo lực học đường"
SHOWN = 60  # characters: more never fit in LABELS px, and long ones are slow to measure
NUMBERS = 48  # px right of the longest bar, room for "12.345"


class BarRow(Contract):
    """A row of `bars`: its name, its number, that of the week before, and the search behind it."""

    label: str
    value: int = Field(ge=0)
    previous: int | None = Field(default=None, ge=0)
    href: str | None = None


def bars(
    rows: Sequence[BarRow],
    *,
    title: str,
    this: str = "Tuần này",
    before: str = "Tuần trước",
    empty: str = "Chưa có dữ liệu để vẽ biểu đồ.",
    width: int = 480,
) -> str:
    """Return horizontal bars in the order given, each over a pale one for the week before where known.

    `title` is what a screen reader says; the picture itself has no heading. `this` and `before` name the two
    in the legend and in each row's words. All rows zero, or none: the sentence `empty`.
    """
    if not any(row.value or row.previous for row in rows):
        return nothing(empty)
    values = [_mark(at, this, row.value) for at, row in enumerate(rows)]
    previous = [_mark(at, before, row.previous) for at, row in enumerate(rows) if row.previous is not None]
    names = [{"at": at, "label": drawable(row.label[:SHOWN])} for at, row in enumerate(rows)]
    room = width - LABELS - NUMBERS

    y = alt.Y("at:O", axis=None, scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1))
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domainMin=0, nice=False))
    periods = [this, before] if previous else [this]
    offset = alt.YOffset("period:N", sort=periods, scale=alt.Scale(paddingInner=0.1))
    colour = alt.Color(
        "period:N",
        scale=alt.Scale(domain=periods, range=[ACCENT, BEFORE][: len(periods)]),
        legend=alt.Legend(title=None, orient="top", symbolType="square", offset=4) if previous else None,
    )
    both, new, old = (alt.Chart(alt.InlineData(values=v)) for v in (values + previous, values, previous))
    number_at = {"y": y, "yOffset": offset, "x": x, "text": "text:N"}
    layers = [
        both.mark_bar().encode(y=y, yOffset=offset, x=x, color=colour),
        new.mark_text(align="left", dx=5, fontWeight=600, color=INK).encode(**number_at),
        old.mark_text(align="left", dx=5, fontSize=10.5, color=MUTED).encode(**number_at),
        alt.Chart(alt.InlineData(values=names))
        .mark_text(align="right", dx=-8, color=INK, limit=LABELS - 8)
        .encode(y=y, x=alt.value(0), text="label:N"),
        # On all rows, also to hold the picture's width whatever the names are.
        links(range(len(rows))).encode(y=y, x=alt.value(-LABELS), x2=alt.value(room + NUMBERS)),
    ]
    chart = alt.layer(*layers).properties(width=room, height=len(rows) * (36 if previous else 24))
    told = [_in_words(row, this, before) for row in rows]
    return draw(chart, title, told, [row.href for row in rows])


def _mark(at: int, period: str, value: int) -> dict[str, object]:
    return {"at": at, "period": period, "value": value, "text": number(value)}


def _in_words(row: BarRow, this: str, before: str) -> str:
    previous = "" if row.previous is None else f", {before.lower()} {number(row.previous)}"
    return f"{drawable(row.label)}: {this.lower()} {number(row.value)}{previous}"
