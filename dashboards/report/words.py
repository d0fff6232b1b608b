"""Numbers, changes and foreign text as the report writes them."""

import unicodedata
from collections.abc import Sequence

from dashboards.charts import number
from dashboards.console.marking import plain
from index.weekly import Figure

# Below 20 events a rate is too unsteady to be read: the rule of the US National Center for Health Statistics
# (Vital Statistics Reports, technical notes, "random variation").
ENOUGH_FOR_PERCENT = 20
UNBROKEN = 24  # characters; no Vietnamese word is nearly as long, and a table cell still holds it
ZERO_WIDTH_SPACE = "\u200b"
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def change(figure: Figure) -> str:
    """Return the change against the week before: `+4`, `−12 (−24%)`, `0`, or a dash when it isn't known.

    The percentage is left out where the week before had fewer than 20.
    """
    if figure.before is None:
        return "–"
    step = figure.count - figure.before
    if step == 0 or figure.before < ENOUGH_FOR_PERCENT:
        return _signed(step)
    return f"{_signed(step)} ({_signed(round(100 * step / figure.before))}%)"


def change_in_words(figure: Figure) -> str:
    """Return `tăng 4 so với tuần trước`, or why there is nothing to compare with."""
    if figure.before is None:
        return "chưa có số liệu tuần trước để so sánh"
    step = figure.count - figure.before
    if step == 0:
        return "bằng tuần trước"
    share = f" ({round(100 * abs(step) / figure.before)}%)" if figure.before >= ENOUGH_FOR_PERCENT else ""
    return f"{'tăng' if step > 0 else 'giảm'} {number(abs(step))}{share} so với tuần trước"


def known(value: float | None) -> str:
    """Return a number, or a dash when it isn't known."""
    return "–" if value is None else number(value)


def listing(parts: Sequence[str]) -> str:
    """Return `a, b và c`."""
    return " và ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def foreign(text: str, longest: int) -> str:
    """Return text from a web page fit to print: one line, at most `longest` characters, cut between words.

    Control characters and those that turn the direction of what follows are gone; words without end get
    places to break.
    """
    kept = (" " if c.isspace() else c for c in text if c.isspace() or _printable(c))
    line = plain(" ".join("".join(kept).split()))
    if len(line) > longest:
        head, space, _ = line[:longest].rpartition(" ")
        line = (head if space and len(head) > longest // 2 else line[: longest - 1]).rstrip(" ,;:.") + "…"
    return " ".join(_breakable(word) for word in line.split(" "))


def _signed(value: int) -> str:
    return "0" if value == 0 else f"{'+' if value > 0 else '−'}{number(abs(value))}"


def _printable(character: str) -> bool:
    return character not in BIDI and unicodedata.category(character) not in {"Cc", "Cs", "Cn", "Co"}


def _breakable(word: str) -> str:
    if len(word) <= UNBROKEN:
        return word
    return ZERO_WIDTH_SPACE.join(word[i : i + UNBROKEN] for i in range(0, len(word), UNBROKEN))
