"""The weekly report: what policy staff read on Monday, and what it must not claim."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from lxml.html import HtmlElement, document_fromstring
from pypdf import PdfReader

from core.contracts import (
    Document,
    Kind,
    PageType,
    ReportFile,
    Sentiment,
    SourceHealth,
    SourceState,
    Span,
    State,
    Triage,
)
from core.errors import BadUsage
from core.settings import Settings
from core.source_days import Makeup, SourceDay
from dashboards.report import POLICY, make_report
from index.embedded import EmbeddedEngine
from index.engine import Engine
from index.weekly import last_complete_week
from tests.core.sources import shaped
from tests.index.documents import document

WEEK = "2026-W47"
MONDAY = datetime(2026, 11, 16, 3, tzinfo=UTC)  # ten in the morning in Vietnam
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
NAMES = {"bao": "Báo Mai", "dien-dan": "Diễn đàn Cha Mẹ"}
HEALTH = [SourceHealth(source_id="bao", name="Báo Mai", url="https://bao.example", state=SourceState.OK)]

Make = Callable[..., ReportFile]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = EmbeddedEngine(tmp_path / "index.db")
    yield opened
    opened.close()


@pytest.fixture
def make(engine: Engine, settings: Settings, tmp_path: Path) -> Make:
    def made(
        documents: Sequence[Document] = (),
        week: str = WEEK,
        health: Sequence[SourceHealth] = HEALTH,
        days: Sequence[SourceDay] = (),
    ) -> ReportFile:
        engine.write(documents)
        folder = tmp_path / "reports"
        return make_report(engine, settings, week, health, {"bao": days}, NAMES, folder, NOW)

    return made


def texts(
    first: int, count: int, *, weeks_ago: int = 0, at: datetime = MONDAY, **given: object
) -> list[Document]:
    """Documents numbered from `first`, one a minute from `at`."""
    start = at - timedelta(weeks=weeks_ago)
    times = [start + timedelta(minutes=n) for n in range(count)]
    return [
        document(first + n, **({"published_at": t, "fetched_at": t + timedelta(hours=1)} | given))
        for n, t in enumerate(times)
    ]


def page(report: ReportFile) -> HtmlElement:
    return document_fromstring(Path(report.html).read_bytes())


def words(report: ReportFile) -> str:
    """The text of the HTML page on one line."""
    root = page(report)
    root.head.drop_tree()
    return " ".join(root.text_content().replace("\u200b", "").split())


def printed(report: ReportFile) -> str:
    """The text of the PDF on one line."""
    return " ".join(" ".join(p.extract_text() for p in PdfReader(report.pdf).pages).split())


A_WEEK = [
    *texts(1, 24, categories=("online_exploitation",), severity=3, provinces=("Đồng Nai",)),
    *texts(101, 6, categories=("bullying",), provinces=("Hà Nội", "Huế")),
    *texts(201, 5, relevant=False),
    *texts(301, 4, type=PageType.COMMENT, sentiment=Sentiment.NEGATIVE, thread_title="Chuyện ở lớp"),
    *texts(401, 8, weeks_ago=1, categories=("online_exploitation",), severity=3, provinces=("Đồng Nai",)),
    *texts(501, 18, weeks_ago=1, categories=("bullying",)),
    *texts(601, 9, weeks_ago=1, relevant=False),
]


def test_html_and_pdf_say_the_same_week_and_numbers(make: Make) -> None:
    report = make(A_WEEK)

    assert report.week == WEEK
    assert report.made_at == NOW
    for text in (words(report), printed(report)):
        assert "Tuần 47/2026, từ 16/11 đến 22/11/2026" in text
        assert "Trong tuần đã thu thập 39 tin công khai, trong đó 34 tin liên quan" in text
        assert "tăng 8 (31%) so với tuần trước" in text
        assert "08:30 ngày 23/11/2026 (giờ Việt Nam)" in text


def test_the_first_page_says_what_rose_what_fell_and_how_many_are_grave(make: Make) -> None:
    text = words(make(A_WEEK))

    assert "24 tin ở mức nghiêm trọng, tăng 16 so với tuần trước." in text
    assert "Tăng rõ: Dụ dỗ, bóc lột qua mạng (24, tuần trước 8)" in text
    assert "Giảm rõ: Bắt nạt, bạo lực học đường (6, tuần trước 18)" in text
    assert "Địa phương tăng rõ: Đồng Nai (24, tuần trước 8)" in text


def test_a_percentage_is_given_only_where_the_week_before_had_twenty(make: Make) -> None:
    text = words(make(A_WEEK))

    assert "Tin liên quan đến nguy cơ 34 +8 (+31%) · tuần trước 26" in text.replace("34+8", "34 +8").replace(
        "cơ34", "cơ 34"
    )
    assert "24 8 +16 " in " ".join(cell.text for row in page(make()).iter("tr") for cell in row)


def test_a_change_within_chance_is_not_called_a_rise(make: Make) -> None:
    text = words(make([*texts(1, 12), *texts(101, 10, weeks_ago=1)]))

    assert "Không có nhóm nguy cơ nào tăng hoặc giảm vượt mức dao động thông thường." in text
    assert "Tăng rõ" not in text.split("VII.")[0]


def test_the_tables_list_every_category_province_tone_and_source(make: Make) -> None:
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in page(make(A_WEEK)).iter("tr")}

    assert rows["Đồng Nai"] == ["24", "8", "+16", "8"]
    assert rows["Huế"] == ["6", "0", "+6", "0"]
    assert rows["Bắt nạt, bạo lực học đường"] == ["6", "18", "−12", "18"]
    assert rows["Tiêu cực"][0] == "4"
    assert rows["Báo Mai"] == ["39", "35", "34", "Bình thường"]


def test_the_charts_stand_in_both_files(make: Make) -> None:
    report = make(A_WEEK)

    assert len(page(report).xpath("//svg[@role='img']")) == 3
    assert "Tuần này" in printed(report)
    assert "16/11" in printed(report)


def test_a_grave_case_is_shown_masked_with_place_date_source_state_and_link(
    make: Make, engine: Engine
) -> None:
    text = "Sáng nay trời mưa. Cháu Mận bị giữ ở phòng trọ. Công an đã đến."
    case = texts(
        1,
        1,
        title="Giải cứu cháu Mận",
        text=text,
        severity=3,
        categories=("abduction_trafficking",),
        provinces=("Cần Thơ",),
        evidence=(Span(field="text", start=29, end=35, kind="abduction_trafficking"),),
        masked=(
            Span(field="title", start=14, end=17, kind="name"),
            Span(field="text", start=24, end=27, kind="name"),
        ),
    )
    engine.apply({"page-0001": Triage(state=State.REFERRED, relevant=True, seq=1)})
    report = make(case)

    for said in (words(report), printed(report)):
        assert "Giải cứu cháu •••" in said
        assert "“Cháu ••• bị giữ ở phòng trọ.”" in said
        assert "Mận" not in said
        assert "Bắt cóc, mua bán, mất tích · Bài báo · Cần Thơ · 16/11/2026 · Báo Mai" in said
        assert "Đã chuyển cơ quan chức năng" in said
    assert page(report).xpath("//a[text()='Xem tại nguồn']/@href") == ["https://bao.example/page-0001"]
    annotations = [a.get_object() for p in PdfReader(report.pdf).pages for a in p.get("/Annots", [])]
    assert [a["/A"]["/URI"] for a in annotations] == ["https://bao.example/page-0001"]


def test_an_address_that_is_no_web_address_is_not_linked(make: Make) -> None:
    report = make(texts(1, 1, severity=3, url="javascript:alert(1)"))

    assert not page(report).xpath("//a")
    assert "javascript" not in words(report)


def test_texts_on_the_same_case_are_counted_below_it(make: Make) -> None:
    thread = texts(1, 3, severity=3, thread_id="t", thread_title="Một chủ đề", type=PageType.POST, title="")

    text = words(make(thread))
    assert "1. Trong chủ đề: Một chủ đề" in text
    assert "2 tin khác cùng chủ đề" in text
    assert "2. " not in text.split("IV.")[1].split("V. ")[0]


@pytest.mark.parametrize(
    "title",
    [
        '#import "@preview/x:1.0" #panic("x") *đậm* _x_ $a$ @ref `raw` \\ // ] }',
        "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}",
        "dài" * 3500,
        "từ " * 3500,
        "\u202eđảo ngược مرحبا \u2066 😭 \x00\x0b hết",
        "",
    ],
)
def test_hostile_titles_are_printed_as_text(make: Make, title: str) -> None:
    report = make(texts(1, 1, severity=3, title=title, text=title[:5000], thread_title=""))
    root = page(report)

    assert not root.xpath("//script|//img|//@onerror|//@style")
    assert len(PdfReader(report.pdf).pages) <= 4
    shown = " ".join("".join(c for c in title if c.isprintable()).split())[:30]
    assert shown in words(report)
    if shown.isascii():
        assert shown in printed(report)
    assert not re.search("[\u202e\u2066\x00]", Path(report.html).read_text("utf-8"))


def test_the_page_is_whole_by_itself_and_allows_no_script(make: Make) -> None:
    root = page(make(A_WEEK))

    assert root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [POLICY]
    assert "script-src" not in POLICY
    assert "default-src 'none'" in POLICY
    assert not root.xpath("//@src|//link|//script")
    assert root.get("lang") == "vi"


def test_a_week_without_texts_says_so_and_draws_nothing(make: Make) -> None:
    report = make()

    for text in (words(report), printed(report)):
        assert "Trong tuần không thu thập được tin nào." in text
        assert "không có nghĩa là không có nguy cơ" in text
    assert not page(report).xpath("//svg")
    assert "Tăng rõ" not in words(report).split("VII.")[0]


def test_a_week_without_relevant_texts_says_that_nothing_was_found(make: Make) -> None:
    text = words(make(texts(1, 7, relevant=False)))

    assert "Trong tuần đã thu thập 7 tin công khai; không có tin nào được xác định liên quan" in text
    assert "Trong tuần không có vụ việc nào từ mức có nguy cơ trở lên." in text


def test_without_a_week_before_nothing_is_called_a_rise(make: Make) -> None:
    text = words(make(texts(1, 30, severity=3)))

    assert "Tuần trước không có số liệu, nên báo cáo không nêu tăng, giảm." in text
    assert "Tăng rõ" not in text.split("VII.")[0]
    assert "Mới có số liệu của 1 tuần." in text


def test_a_week_that_was_not_collected_is_not_shown_as_a_quiet_one(make: Make) -> None:
    text = words(make([*texts(1, 3), *texts(101, 3, weeks_ago=2)]))

    assert "Không thu thập được gì trong tuần bắt đầu từ 09/11: số 0 ở đó là thiếu số liệu." in text


def test_silent_and_failing_sources_are_named_so_that_a_fall_is_not_misread(make: Make) -> None:
    silent = SourceHealth(
        source_id="nui", name="Báo <Núi>", url="https://nui.example", state=SourceState.FAILED
    )
    off = SourceHealth(source_id="xa", name="Báo Xa", url="https://xa.example", state=SourceState.DISABLED)
    report = make(A_WEEK, health=[*HEALTH, silent, off])

    assert "1 nguồn đang bật không có tin nào trong tuần (Báo <Núi>)" in words(report)
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in page(report).iter("tr")}
    assert rows["Báo <Núi>"] == ["0", "0", "0", "Lỗi, không đọc được"]
    assert "Báo Xa" not in rows
    assert "2 nguồn đang bật, 1 nguồn đang tắt." in words(report)


def test_sources_that_failed_came_late_or_changed_in_the_week_are_named_on_both_prints(make: Make) -> None:
    first = MONDAY.date() - timedelta(weeks=5)
    days = shaped(Random(1), 35, 60, first=first) + shaped(Random(2), 7, 60, first=MONDAY.date(), linked=0)
    days[36] = days[36].model_copy(update={"failed": 24, "makeup": Makeup()})
    days[38] = days[38].model_copy(update={"late": 20})
    days[39] = days[39].model_copy(update={"failed": 3})
    report = make(A_WEEK, days=days)

    pdf = " ".join("".join(p.extract_text() for p in PdfReader(report.pdf).pages).split())
    for said in (words(report), pdf):
        assert "1 nguồn bị lỗi, ít tin bất thường hoặc thay đổi cấu trúc trang trong tuần (Báo Mai)" in said
        assert "Không đọc được 1/7 ngày (17/11)." in said
        assert "Lỗi 3 trong 168 lượt thu thập." in said
        assert "Ít tin hơn mức thường 1/7 ngày (19/11)." in said
        assert "Cấu trúc trang thay đổi từ khoảng 16/11." in said
        assert "nay 0 %" in said


def test_a_week_in_which_all_sources_did_well_says_so_and_other_weeks_do_not_count(make: Make) -> None:
    days = shaped(Random(1), 35, 60, first=MONDAY.date() - timedelta(weeks=4))
    days[3] = days[3].model_copy(update={"failed": 24})
    text = words(make(A_WEEK, days=days))

    assert "Không ghi nhận nguồn nào bị lỗi" in text
    assert "cần được đọc thận trọng" not in text


def test_much_more_collected_is_said_beside_a_rise(make: Make) -> None:
    text = words(make([*texts(1, 60), *texts(101, 20, weeks_ago=1)]))

    assert "Tổng số tin thu thập tăng 40 (200%) so với tuần trước" in text


def test_a_week_that_has_not_ended_is_marked(make: Make) -> None:
    text = words(make(texts(1, 3, at=NOW - timedelta(hours=5)), week="2026-W48"))

    assert "Tuần chưa kết thúc: số liệu tính đến 08:30 ngày 23/11/2026" in text


def test_what_a_person_dismissed_does_not_count(make: Make, engine: Engine) -> None:
    engine.apply({"page-0001": Triage(state=State.DISMISSED, relevant=False, seq=1)})

    assert "trong đó 2 tin liên quan" in words(make(texts(1, 3, severity=3, kind=Kind.INCIDENT)))


def test_a_second_run_gives_the_same_files(make: Make) -> None:
    first = make(A_WEEK)
    before = [Path(name).read_bytes() for name in (first.html, first.pdf)]
    second = make(A_WEEK)

    assert second == first
    assert [Path(name).read_bytes() for name in (second.html, second.pdf)] == before
    assert sorted(p.name for p in Path(first.html).parent.iterdir()) == [
        "bao-cao-tuan-2026-W47.html",
        "bao-cao-tuan-2026-W47.pdf",
    ]


def test_the_pdf_numbers_its_pages_and_uses_the_packaged_font(make: Make) -> None:
    report = make(A_WEEK)
    pages = PdfReader(report.pdf).pages

    assert len(pages) <= 4
    for number, sheet in enumerate(pages, 1):
        assert f"Trang {number}/{len(pages)}" in sheet.extract_text()
    fonts = {str(f.get_object()["/BaseFont"]) for p in pages for f in p["/Resources"]["/Font"].values()}
    assert fonts
    assert all("BeVietnamPro" in font for font in fonts)


@pytest.mark.parametrize("week", ["2026-W54", "2026-47", "2026-W00", "W47", "", "2026-W47; rm", "٢٠٢٦-W47"])
def test_what_is_no_week_is_refused(make: Make, week: str) -> None:
    with pytest.raises(BadUsage, match="2026-W47"):
        make(week=week)


def test_a_week_to_come_is_refused(make: Make) -> None:
    with pytest.raises(BadUsage, match="has not begun"):
        make(week="2026-W49")


def test_a_folder_that_cannot_be_written_is_named(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadUsage, match="file"):
        make_report(engine, settings, WEEK, HEALTH, {}, NAMES, tmp_path / "file", NOW)


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (datetime(2026, 11, 22, 16, 59, tzinfo=UTC), "2026-W46"),  # Sunday night in Vietnam
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "2026-W47"),  # Monday, 0:00 in Vietnam
        (datetime(2027, 1, 5, 0, 0, tzinfo=UTC), "2026-W53"),
    ],
)
def test_the_last_complete_week_ends_on_sunday_midnight_in_vietnam(now: datetime, week: str) -> None:
    assert last_complete_week(now) == week
