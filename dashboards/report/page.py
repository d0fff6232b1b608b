"""The report as one HTML file: style and charts inside, no script, its own content security policy."""

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from dashboards.report.content import Content
from dashboards.report.method import METHOD

TEMPLATES = files("dashboards.report").joinpath("templates")
STYLE = TEMPLATES.joinpath("report.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# Whoever serves the file sends this policy, or one that allows the same style.
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


def html(content: Content, charts: Mapping[str, str]) -> str:
    """Return the report as an HTML document; `charts` are SVG (see `content.draw_charts`, drawn at 480)."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATES.joinpath("report.html.jinja").read_text("utf-8"))
    return template.render(c=content, charts=charts, method=METHOD, policy=POLICY, style=STYLE)
