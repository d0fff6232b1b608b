"""Charts: safe to inline, readable without seeing them, honest without data."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from core.volume import Expectation
from dashboards.charts import BarRow, VolumeDay, bars, is_empty, number, trend, volume
from index.engine import Bucket

SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2026, 9, 28)
WEEKS = [Bucket(start=MONDAY + timedelta(weeks=i), count=n) for i, n in enumerate([12, 14, 9, 0, 22, 1234])]
ROWS = [
    BarRow(label="Xâm hại tình dục", value=1234, previous=980, href="/tim?loai=sexual_abuse&tu=2026-11-16"),
    BarRow(label="Bạo lực, bạo hành", value=0, previous=3, href='/tim?x="><script>'),
]
BAND = Expectation(low=20, usual=45, high=1200)
DAYS = [
    VolumeDay(day=MONDAY + timedelta(days=n), count=40 * n, expected=BAND if n > 3 else None, read=n != 2)
    for n in range(14)
]
VOLUME = volume(DAYS, title="Tin mới", expected="mức thường", empty="Không có gì.")


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    "svg", [bars(ROWS, title="Theo loại"), trend(WEEKS, title="Tám tuần", baseline={MONDAY: 9.5}), VOLUME]
)
def test_a_chart_holds_nothing_that_a_strict_content_security_policy_blocks(svg: str) -> None:
    root = ElementTree.fromstring(svg)

    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "g", "a", "path", "rect", "line", "text")
    }
    names = {name for element in root.iter() for name in element.attrib}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_a_chart_fits_its_container_and_names_itself() -> None:
    root = ElementTree.fromstring(trend(WEEKS, title="Số văn bản theo tuần"))

    assert root.get("width") == "100%"
    assert root.get("height") is None
    assert root.get("viewBox")
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Số văn bản theo tuần"
    assert "02/11–08/11: 1.234" in (root.findtext(f"{SVG}desc") or "")


def test_numbers_and_dates_are_written_the_vietnamese_way() -> None:
    assert number(1234567) == "1.234.567"
    assert number(0.5) == "0,5"
    assert "1.234" in texts(bars(ROWS, title="Theo loại"))
    assert {"1.234", "28/09", "02/11"} <= set(texts(trend(WEEKS, title="Theo tuần")))


def test_each_row_is_one_link_to_the_search_behind_it_said_in_words() -> None:
    svg = bars(ROWS, title="Theo loại")
    root = ElementTree.fromstring(svg)
    links = list(root.iter(f"{SVG}a"))

    assert [link.get("href") for link in links] == [row.href for row in ROWS]
    assert links[0].get("aria-label") == "Xâm hại tình dục: tuần này 1.234, tuần trước 980"
    assert root.get("role") == "group"
    assert "<script" not in svg


def test_an_address_that_is_no_web_address_is_not_linked() -> None:
    svg = bars([BarRow(label="Tên", value=1, href="javascript:alert(1)")], title="Theo loại")

    assert "javascript" not in svg
    assert ElementTree.fromstring(svg).get("role") == "img"


def test_a_week_that_the_index_left_out_is_drawn_as_zero() -> None:
    gap = [WEEKS[0], WEEKS[2]]

    assert [t for t in texts(trend(gap, title="Theo tuần")) if "/" not in t] == ["12", "0", "9"]


def test_since_and_until_widen_the_span() -> None:
    svg = trend(
        [WEEKS[1]],
        title="Theo tuần",
        since=MONDAY,
        until=MONDAY + timedelta(weeks=3),
        href=lambda d: f"/tim?tu={d}",
    )

    assert [a.get("href") for a in ElementTree.fromstring(svg).iter(f"{SVG}a")] == [
        f"/tim?tu={MONDAY + timedelta(weeks=i)}" for i in range(4)
    ]


def test_many_days_get_an_axis_and_thinned_dates_that_include_the_last() -> None:
    days = [Bucket(start=MONDAY + timedelta(days=i), count=i % 7) for i in range(28)]
    shown = [t for t in texts(trend(days, title="Theo ngày", interval="day")) if "/" in t]

    assert len(shown) <= 10
    assert shown[-1] == "25/10"


def test_a_name_of_any_length_and_content_stays_text() -> None:
    hostile = "</text><script>alert(1)</script>\x00\x0b ‮‏ 😭 " + "dài" * 3000
    svg = bars([BarRow(label=hostile, value=3)], title=hostile)

    assert "<script" not in svg
    assert len(ElementTree.fromstring(svg).findall(f".//{SVG}text")) == 2


def test_without_data_a_chart_is_a_sentence() -> None:
    none = [
        bars([], title="Theo loại"),
        bars([BarRow(label="a", value=0)], title="b"),
        trend([], title="Theo tuần"),
    ]

    assert all(is_empty(chart) for chart in none)
    assert (
        bars([], title="a", empty="Tuần này <không> có gì.")
        == '<p class="chart-empty">Tuần này &lt;không&gt; có gì.</p>'
    )


def test_a_small_number_keeps_a_chart_of_one_column() -> None:
    assert not is_empty(trend([Bucket(start=MONDAY, count=1)], title="Theo tuần"))


def test_a_volume_says_each_day_with_what_was_expected_and_crosses_out_the_unread() -> None:
    root = ElementTree.fromstring(VOLUME)
    told = (root.findtext(f"{SVG}desc") or "").split("; ")

    assert told[1] == "29/09: 40"
    assert told[2] == "30/09: ×"
    assert told[13] == "11/10: 520 (mức thường 20–1.200)"
    assert "×" in texts(VOLUME)


def test_a_volume_without_any_day_is_a_sentence() -> None:
    nothing = [VolumeDay(day=MONDAY, count=0, expected=None, read=True)]
    chart = volume(nothing, title="Tin mới", expected="mức thường", empty="Không có gì.")
    assert is_empty(chart)
    assert "Không có gì." in chart
