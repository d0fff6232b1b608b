"""From a Vega-Lite chart to an SVG that a strict page and a screen reader can take."""

import json
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import fontpkg_be_vietnam_pro as be_vietnam_pro
import vl_convert
from babel.numbers import format_decimal

FONT_DIR = Path(be_vietnam_pro.ROOT) / "files"
FONTS = "Be Vietnam Pro, Segoe UI, Roboto, Noto Sans, Helvetica, Arial, sans-serif"

# Contrast on white (WCAG 2.2, measured): INK 14.6, MUTED 6.0, ACCENT 7.5. BEFORE and SOFT are only ever
# shapes whose number is written beside them.
INK = "#1d2b36"
MUTED = "#56656f"
ACCENT = "#0b5c7a"
SOFT = "#7fa9ba"
BEFORE = "#c3ccd2"
LINE = "#e3e8eb"

LINK = "https://link.invalid/"  # vl-convert makes relative addresses absolute: marks carry a number instead
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
VIETNAMESE_NUMBERS = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " đ"]}
KEPT = 64  # rendered charts: an overview opened again draws nothing anew


def number(value: float) -> str:
    """Return `value` as Vietnamese readers write it: 1234 is `1.234`, 0.5 is `0,5`."""
    return str(format_decimal(value, format="#,##0.#", locale="vi"))


def drawable(text: str) -> str:
    """Return `text` without the control characters and lone surrogates that no XML may hold."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})


def nothing(sentence: str) -> str:
    """Return what stands in a chart's place when there is nothing to draw."""
    return f'<p class="chart-empty">{escape(sentence)}</p>'


def is_empty(chart: str) -> bool:
    """Say whether `chart` is the sentence that stands in for a chart without data."""
    return not chart.startswith("<svg")


def links(rows: Sequence[int]) -> alt.Chart:
    """Return see-through marks over whole rows or columns: a large target, one stop for the Tab key."""
    data = [{"at": at, "href": f"{LINK}{at}"} for at in rows]
    chart: alt.Chart = alt.Chart(alt.InlineData(values=data)).mark_rect(fillOpacity=0, fill="#ffffff")
    return chart.encode(href="href:N")


def draw(chart: alt.TopLevelMixin, title: str, told: Sequence[str], targets: Sequence[str | None]) -> str:
    """Return `chart` as SVG. `told` says each mark in words; `targets` are the addresses behind them."""
    spec = chart.configure(
        background="transparent",
        font=FONTS,
        padding=2,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=MUTED, labelFontSize=12, gridColor=LINE, domainColor=BEFORE, tickColor=BEFORE
        ),
        legend=alt.LegendConfig(labelColor=MUTED, labelFontSize=12),
        text=alt.MarkConfig(fontSize=12.5),
    ).to_dict()
    root = ElementTree.fromstring(_render(json.dumps(spec, ensure_ascii=False)))  # noqa: S314 (our own SVG)
    _plain(root)
    linked = _link(root, told, targets)
    root.set("class", "chart")
    root.set("role", "group" if linked else "img")
    root.set("width", "100%")
    root.attrib.pop("height", None)
    for name, text in (("desc", "; ".join(told)), ("title", title)):
        element = ElementTree.Element(f"{{{SVG}}}{name}")
        element.text = drawable(text)
        root.insert(0, element)
    return ElementTree.tostring(root, encoding="unicode")


@lru_cache(maxsize=KEPT)
def _render(spec: str) -> str:
    _use_our_fonts()
    return str(vl_convert.vegalite_to_svg(spec, format_locale=VIETNAMESE_NUMBERS, allowed_base_urls=[]))


@cache
def _use_our_fonts() -> None:
    vl_convert.register_font_directory(str(FONT_DIR))


def _plain(root: ElementTree.Element) -> None:
    """Turn style into presentation attributes, and drop Vega's English words for screen readers."""
    for element in root.iter():
        for declaration in element.attrib.pop("style", "").split(";"):
            name, _, value = declaration.partition(":")
            if value:
                element.set(name.strip(), value.strip())
        for name in ("role", "class", "aria-label", "aria-roledescription", "aria-hidden"):
            element.attrib.pop(name, None)


def _link(root: ElementTree.Element, told: Sequence[str], targets: Sequence[str | None]) -> bool:
    linked = False
    for anchor in list(root.iter(f"{{{SVG}}}a")):
        at = int(anchor.attrib.pop(f"{{{XLINK}}}href").removeprefix(LINK))
        target = targets[at]
        if target is None or not target.startswith(("/", "#", "?", "http://", "https://")):
            anchor.tag = f"{{{SVG}}}g"
            continue
        linked = True
        anchor.set("href", target)
        anchor.set("aria-label", told[at])
        tip = ElementTree.Element(f"{{{SVG}}}title")
        tip.text = told[at]
        for mark in anchor:
            mark.insert(0, tip)
    return linked


ElementTree.register_namespace("", SVG)
