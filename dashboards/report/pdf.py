"""The report as PDF, set by Typst. Texts reach it as data, never as markup."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

import typst

from dashboards.charts import FONT_DIR
from dashboards.report.content import Content
from dashboards.report.method import METHOD

# Emoji, with what joins and colours them: the font has none.
SIGNS = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]+")
TEMPLATE = files("dashboards.report").joinpath("templates", "report.typ")


def pdf(content: Content, charts: Mapping[str, str], now: datetime) -> bytes:
    """Return the report as a tagged PDF dated `now`; `charts` is the trend as SVG (drawn at 720);
    the tables carry their own bars.

    The same content, charts and `now` give the same bytes. Only the packaged fonts are used: no system font.
    """
    data = {"c": content.model_dump(mode="json"), "charts": dict(charts), "method": METHOD}
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": SIGNS.sub("", json.dumps(data, ensure_ascii=False))},
    )
    made = compiler.compile(format="pdf", timestamp=int(now.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError("Typst gives a PDF as one piece")
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_DIR)])
