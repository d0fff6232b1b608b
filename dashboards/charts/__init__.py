"""Charts as SVG, drawn on the server: Vega-Lite by Altair, rendered by vl-convert.

Every function returns one `<svg class="chart">` that can be put into a page under a strict content security
policy (no script, no style attribute) and into the PDF. It has a viewBox and `width="100%"`: the container
sets the size, and `width` (in px, default 480) the proportion of letters to picture, so give about the
container's real width. Without data it says so in a sentence of HTML, `<p class="chart-empty">`.

A chart without links is an image to a screen reader; one with links is a group, since the inside of an
image can't be reached.
"""

from dashboards.charts.bars import BarRow, bars
from dashboards.charts.svg import FONT_DIR, is_empty, number
from dashboards.charts.trend import trend
from dashboards.charts.volume import VolumeDay, volume

__all__ = ["FONT_DIR", "BarRow", "VolumeDay", "bars", "is_empty", "number", "trend", "volume"]
