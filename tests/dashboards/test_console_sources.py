"""The console's pages of sources: who needs a look, why, and by how much."""

from datetime import timedelta

import pytest
from lxml.html import HtmlElement, document_fromstring

from core.contracts import VIETNAM, Reason, Why
from core.makeup import Measure
from core.records.crawled import declare_sources
from core.records.people import Role
from dashboards.console.language import LANGUAGES, language
from dashboards.console.words import Names
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import NOW


def page(client: Client, address: str, role: Role = Role.ANALYST) -> HtmlElement:
    answer = client(role).get(address)
    assert answer.status_code == 200
    return document_fromstring(answer.content)


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_the_list_shows_first_what_needs_a_person_with_the_reason_in_vietnamese(client: Client) -> None:
    rows = page(client, "/sources").xpath("//tbody/tr")

    assert [words(r.xpath("./th/a")[0]) for r in rows] == [
        "Báo Khác",
        "Báo Mai",
        "Diễn đàn Cha Mẹ",
        "Báo đã tắt",
    ]
    assert "Lỗi, không đọc được" in words(rows[0])
    reason = "Không đọc được https://bao-khac.example/rss: máy chủ trả lời mã 500 (và 1 địa chỉ khác)"
    assert reason in words(rows[0])
    assert "Bình thường Thay đổi cấu trúc" in words(rows[1])
    assert "Trang có dữ liệu mô tả bài viết (JSON-LD): trước 98 %, nay 0 %" in words(rows[1])
    assert "chưa đủ dữ liệu để biết mức thường" in words(rows[2])


def test_the_list_draws_fourteen_days_of_each_source_that_has_any(client: Client) -> None:
    rows = page(client, "/sources").xpath("//tbody/tr")
    drawn = [len(r.xpath(".//svg/rect[not(@class)]")) for r in rows]
    assert drawn == [14, 14, 0, 0]


def test_a_sources_page_shows_its_days_chart_and_changes(client: Client) -> None:
    root = page(client, "/sources/bao")
    today = NOW.astimezone(VIETNAM).date()

    (change,) = root.xpath("//section[@aria-labelledby='changes']//tbody/tr")
    noticed, what, now = (words(cell) for cell in change)
    assert (noticed, now) == (f"{today - timedelta(days=4):%d/%m/%Y}", "vẫn như vậy")
    assert what.startswith("Trang có dữ liệu mô tả bài viết")
    newest = root.xpath("//section[@aria-labelledby='by-day']//tbody/tr")[1]
    assert [words(cell) for cell in newest][4:] == ["2", "0 %", "98 %", "59", "1.807", "8 %"]
    (chart, _) = root.xpath("//section[@aria-labelledby='volume']//svg[@role='img']")
    assert f"{today - timedelta(days=1):%d/%m}:" in chart.findtext("desc")


def test_days_that_could_not_be_read_are_crossed_not_drawn_as_zero(client: Client) -> None:
    chart = page(client, "/sources/bao-khac").xpath("//section[@aria-labelledby='volume']//svg")[0]
    yesterday = NOW.astimezone(VIETNAM).date() - timedelta(days=1)
    assert f"{yesterday:%d/%m}: ×" in chart.findtext("desc")


def test_a_source_that_never_ran_says_so_and_one_that_is_none_is_not_found(client: Client) -> None:
    root = page(client, "/sources/tat")
    assert "Chưa có lượt chạy nào của nguồn này." in words(root)
    assert "Chưa có tin nào trong 14 ngày qua." in words(root)
    assert "Chưa nhận thấy thay đổi nào" in words(root)
    assert client().get("/sources/khong-co").status_code == 404


def test_what_a_site_says_of_itself_is_shown_as_text(client: Client, house: House) -> None:
    declare_sources(house.records, [("x", "<b>Báo</b>", "https://x.example/<script>", True)])
    html = client().get("/sources/x").text
    assert "<b>Báo" not in html
    assert "example/<script>" not in html


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_reason_and_every_change_has_its_sentence(code: str) -> None:
    names = Names(language(code))
    facts: dict[str, str | int] = {
        "url": "https://a.example/rss", "reason": "timeout", "more": 0, "count": 1234, "times": 2, "got": 1,
        "minimum": 5, "hours": 24, "low": 10, "usual": 20,
    }  # fmt: skip
    said = [names.why(Reason(code=why, facts=facts)) for why in Why]
    told = [names.changed(measure, 0.9, 0.1) for measure in Measure]
    assert len(set(said)) == len(Why)
    assert len(set(told)) == len(Measure)
    assert not any("%(" in sentence for sentence in said + told)
