"""The main sentences of the first page: what was found, what rose, what fell, what to be careful with."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from core.contracts import VIETNAM, State
from dashboards.charts import number
from dashboards.report.words import change_in_words, listing
from index.weekly import Figure, Row, WeeklyNumbers

NAMED = 3  # of a kind in one sentence: more is a table
# One-sided 5 % point of the normal distribution: beyond it a change is more than the play of chance.
Z_NOTABLE = 1.645
# A fifth more or less collected moves all numbers visibly.
COLLECTED_CHANGE = 0.2


def summary(numbers: WeeklyNumbers, name: Callable[[str], str]) -> list[str]:
    """Return what the week's numbers say, the most important first; `name` gives a category's name."""
    if not numbers.collected.count:
        return [
            "Trong tuần không thu thập được tin nào.",
            "Báo cáo trống vì thiếu số liệu; điều đó không có nghĩa là không có nguy cơ đối với trẻ em.",
        ]
    collected = f"Trong tuần đã thu thập {number(numbers.collected.count)} tin công khai"
    if not numbers.relevant.count:
        nothing = "không có tin nào được xác định liên quan đến nguy cơ đối với trẻ em"
        return [f"{collected}; {nothing} ({change_in_words(numbers.relevant)})."]
    relevant = f"{number(numbers.relevant.count)} tin liên quan đến nguy cơ đối với trẻ em"
    return [
        f"{collected}, trong đó {relevant}, {change_in_words(numbers.relevant)}.",
        _grave(numbers),
        *_most(numbers.categories, name),
        *_moves(numbers, name),
        _handled(numbers.states),
    ]


def cautions(numbers: WeeklyNumbers, silent: Sequence[str], now: datetime) -> list[str]:
    """Return what a reader must know not to misread the numbers; `silent` are sources without a text."""
    found = []
    local = now.astimezone(VIETNAM)
    if local.date() <= numbers.until:
        found.append(
            f"Tuần chưa kết thúc: số liệu tính đến {local:%H:%M} ngày {local:%d/%m/%Y}, chưa so sánh được "
            "trọn vẹn với tuần trước."
        )
    if numbers.collected.count and numbers.collected.before is None:
        found.append("Tuần trước không có số liệu, nên báo cáo không nêu tăng, giảm.")
    elif numbers.collected.count and _far(numbers.collected):
        found.append(
            f"Tổng số tin thu thập {change_in_words(numbers.collected)}; "
            "số tin liên quan tăng hoặc giảm có thể một phần do thu thập nhiều hơn hoặc ít hơn."
        )
    if silent and numbers.collected.count:
        more = len(silent) - NAMED
        named = [*silent[:NAMED], *([f"{number(more)} nguồn khác"] if more > 0 else [])]
        found.append(
            f"{number(len(silent))} nguồn đang bật không có tin nào trong tuần ({listing(named)}); "
            "mức giảm, nếu có, có thể do thiếu số liệu."
        )
    return found


def notable(figure: Figure) -> bool:
    """Say whether a change against the week before is beyond chance.

    The difference of two Poisson counts after the variance-stabilising transform of Anscombe (1948,
    Biometrika 35, 246-254), as `index.trends` uses it, against the one-sided 5 % point.
    """
    if figure.before is None:
        return False
    z = 2 * abs(math.sqrt(figure.count + 3 / 8) - math.sqrt(figure.before + 3 / 8)) / math.sqrt(2)
    return z >= Z_NOTABLE


def _grave(numbers: WeeklyNumbers) -> str:
    grave = severity(numbers, 3)
    if not grave.count:
        return f"Không có tin nào ở mức nghiêm trọng ({change_in_words(grave)})."
    return f"{number(grave.count)} tin ở mức nghiêm trọng, {change_in_words(grave)}."


def severity(numbers: WeeklyNumbers, level: int) -> Figure:
    """Return the figure of a level of severity, zeros when no text has it."""
    nothing = Figure(count=0, before=None if numbers.relevant.before is None else 0, mean=None)
    return next((row.figure for row in numbers.severity if row.value == str(level)), nothing)


def _most(rows: Sequence[Row], name: Callable[[str], str]) -> Iterator[str]:
    first = [f"{name(row.value)} ({number(row.figure.count)})" for row in rows[:NAMED] if row.figure.count]
    if first:
        yield f"Được nhắc đến nhiều nhất: {'; '.join(first)}."


def _moves(numbers: WeeklyNumbers, name: Callable[[str], str]) -> Iterator[str]:
    if numbers.relevant.before is None:
        return
    rose, fell = _beyond(numbers.categories, name, up=True), _beyond(numbers.categories, name, up=False)
    where = _beyond(numbers.provinces, str, up=True)
    if rose:
        yield f"Tăng rõ: {'; '.join(rose)}."
    if fell:
        yield f"Giảm rõ: {'; '.join(fell)}."
    if not rose and not fell:
        yield "Không có nhóm nguy cơ nào tăng hoặc giảm vượt mức dao động thông thường."
    if where:
        yield f"Địa phương tăng rõ: {'; '.join(where)}."


def _beyond(rows: Sequence[Row], name: Callable[[str], str], *, up: bool) -> list[str]:
    moved = [
        (abs(row.figure.count - row.figure.before), row)
        for row in rows
        if row.figure.before is not None
        and (row.figure.count > row.figure.before) is up
        and notable(row.figure)
    ]
    moved.sort(key=lambda pair: -pair[0])
    return [
        f"{name(row.value)} ({number(row.figure.count)}, tuần trước {number(row.figure.before or 0)})"
        for _, row in moved[:NAMED]
    ]


def _handled(states: Sequence[Row]) -> str:
    every = sum(row.figure.count for row in states)
    waiting = sum(row.figure.count for row in states if row.value == State.OPEN)
    if waiting == every:
        return "Đến lúc lập báo cáo, chưa có tin nào trong số đó được cán bộ xử lý."
    return (
        f"Đến lúc lập báo cáo, cán bộ đã xử lý {number(every - waiting)} tin trong số đó; "
        f"{number(waiting)} tin chưa xử lý."
    )


def _far(figure: Figure) -> bool:
    return bool(figure.before) and abs(figure.count - (figure.before or 0)) > COLLECTED_CHANGE * (
        figure.before or 0
    )
