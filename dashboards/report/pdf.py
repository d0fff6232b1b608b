"""The report as PDF, set by Typst. Texts reach it as data, never as markup."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

import typst

from dashboards.charts import FONT_DIR
from dashboards.report.content import Content
from dashboards.report.method import METHOD

TEMPLATE = files("dashboards.report").joinpath("templates", "report.typ")


def pdf(content: Content, charts: Mapping[str, str], now: datetime) -> bytes:
    """Return the report as a tagged PDF dated `now`; `charts` are SVG (drawn at 720).

    The same content, charts and `now` give the same bytes. Only the packaged fonts are used: no system font.
    """
    data = {"c": content.model_dump(mode="json"), "charts": dict(charts), "method": METHOD}
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", timestamp=int(now.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError("Typst gives a PDF as one piece")
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_DIR)])
