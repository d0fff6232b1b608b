"""Dates are read as pages write them; one that can be read in two ways is not read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contracts import VIETNAM
from crawlers.extraction import extract
from crawlers.extraction.dates import Habits, habits, parse, settle

VIETNAMESE = habits("vi", "bao.example.vn")
MORNING = datetime(2026, 11, 16, 7, 30, tzinfo=VIETNAM)
BODY = "".join(
    f"<p>Đoạn {i}: cán bộ xã hướng dẫn phụ huynh giữ an toàn cho trẻ trên mạng.</p>" for i in range(8)
)


def shown(html: str) -> datetime | None:
    return extract(
        f"<html lang=vi><body>{html}{BODY}</body></html>".encode(), "https://bao.example.vn/1"
    ).published_at


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-16T07:30:00+07:00",
        "2026-11-16T00:30:00Z",
        "2026-11-16 00:30:00.000Z",
        "2026-11-16T07:30:00+0700",
        "2026-11-16T07:30",
        "2026-11-16 07:30:00",
        "20261116T073000",
        "Mon, 16 Nov 2026 07:30:00 +0700",
        "1794789000",
        "1794789000000",
        "Thứ hai, 16/11/2026, 07:30 (GMT+7)",
        "Thứ Hai, ngày 16/11/2026 - 07:30",
        "16-11-2026 - 07:30 AM",
        "16.11.2026 | 07:30",
        "16/11/2026 07:30 GMT+7",
        "16/11/2026 lúc 7h30",
        "07:30 16/11/2026",
        "07:30 | 16/11/2026",
        "07:30, thứ hai ngày 16/11/2026",
        "7 giờ 30 ngày 16 tháng 11 năm 2026",
        "16 tháng 11, 2026 07:30",
        "Cập nhật lúc: 07:30 SA, 16/11/2026",
        "16 November 2026, 07:30",
        "November 16, 2026 at 7:30 AM",
    ],
)
def test_a_moment_is_read(text: str) -> None:
    assert parse(text, VIETNAMESE) == MORNING


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("16-11-2026 - 07:30 PM", 19),
        ("16/11/2026 07:30 CH", 19),
        ("16/11/2026 12:30 SA", 0),
        ("16/11/2026 19:30 PM", 19),
    ],
)
def test_halves_of_the_day_are_read(text: str, hour: int) -> None:
    assert parse(text, VIETNAMESE) == MORNING.replace(hour=hour)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hôm qua",
        "16/13/2026",
        "31/02/2026",
        "0000-00-00",
        "1970-01-01",
        "9999-12-31",
        "0001-01-01T00:00:00+07:00",
        "0001-01-01",
        "01/01/0001 07:00",
        "1 tháng 1 năm 0001",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "January 1, 0001",
        "2026",
        "111",
        "16/11/2026+99:99 07:30 +99:00",
    ],
)
def test_what_is_no_date_or_absurd_is_none(text: str) -> None:
    assert parse(text, VIETNAMESE) in {None, MORNING.replace(hour=0, minute=0)}


def test_a_day_that_can_be_a_month_is_read_only_where_days_come_first() -> None:
    assert parse("03/04/2026", VIETNAMESE) == datetime(2026, 4, 3, tzinfo=VIETNAM)
    assert parse("03/04/2026", habits("de", "a.example")) == datetime(2026, 4, 3, tzinfo=UTC)
    assert parse("03/04/2026", habits("en", "a.example")) is None
    assert parse("03/04/2026", habits("", "a.example")) is None


def test_a_time_without_zone_is_vietnams_on_vietnamese_pages_and_utc_elsewhere() -> None:
    assert parse("2026-11-16T07:30", habits("vi", "bao.example.com")) == MORNING
    assert parse("2026-11-16T07:30", habits("en", "english.example.vn")) == MORNING
    assert parse("2026-11-16T07:30", habits("fr", "a.example")) == MORNING.replace(tzinfo=UTC)


def test_month_names_are_those_of_the_page_s_language() -> None:
    german = habits("de", "a.example")
    assert parse("Veröffentlicht am 16. November 2026 um 07:30", german) == MORNING.replace(tzinfo=UTC)
    assert parse("01. Mai 2026, 15:25", german) == datetime(2026, 5, 1, 15, 25, tzinfo=UTC)
    assert parse("01. Mai 2026, 15:25", VIETNAMESE) is None


def test_a_day_gets_its_hour_from_a_later_date_of_that_day_only() -> None:
    assert settle(["2026-11-16", "2026-11-16T07:30:00+07:00"], VIETNAMESE) == MORNING
    assert settle(["2026-11-16", "2026-12-24T07:30:00+07:00"], VIETNAMESE) == MORNING.replace(
        hour=0, minute=0
    )


def test_a_date_in_the_future_is_given_as_found() -> None:
    html = '<meta property="article:published_time" content="2098-01-01T00:00:00+07:00">'
    assert shown(html) == datetime(2098, 1, 1, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "html",
    [
        '<h1>Tít</h1><span class="date">Thứ hai, 16/11/2026, 07:30 (GMT+7)</span>',
        '<span class="date">Thứ hai, 16/11/2026, 07:30 (GMT+7)</span><h1>Tít</h1>',
        '<h1>Tít</h1><time datetime="2026-11-16T07:30:00+07:00">sáng nay</time>',
        "<h1>Tít</h1><div>16-11-2026 - 07:30 AM</div>",
        '<h1>Tít</h1><i class="updated-date">17/11/2026 09:00</i><i class="date">16/11/2026 07:30</i>',
    ],
)
def test_the_date_at_the_headline_counts(html: str) -> None:
    assert shown(html) == MORNING


@pytest.mark.parametrize(
    "html",
    [
        '<span class="date">16/11/2026 07:30</span>',
        '<h1>Tít</h1><a href="/khac"><span class="date">16/11/2026 07:30</span></a>',
        '<h1>Tít</h1><aside><time datetime="2026-11-16T07:30:00+07:00">bài khác</time></aside>',
        "<h1>Tít</h1><p>Sự việc xảy ra ngày 16/11/2026 tại một xã.</p>",
    ],
)
def test_dates_of_other_articles_and_in_the_text_do_not_count(html: str) -> None:
    assert shown(html) is None


@pytest.mark.parametrize(
    ("seen", "hour"),
    [
        ("Thứ hai, 16/11/2026, 07:30", 7),
        ("07:30 16/11/2026 (GMT+7)", 7),
        ("Thứ hai, 16/11/2026, 14:30", 14),
        ("Thứ hai, 16/11/2026", 14),
        ("", 14),
    ],
)
def test_a_vietnamese_time_called_utc_is_read_as_the_readers_see_it(seen: str, hour: int) -> None:
    html = (
        '<meta property="article:published_time" content="2026-11-16T07:30:12Z">'
        '<meta property="article:modified_time" content="2026-11-16T07:45:00Z">'
        f'<h1>Tít</h1><span class="date">{seen}</span>'
    )
    found = extract(f"<html lang=vi>{html}{BODY}".encode(), "https://bao.example.vn/1")
    assert found.published_at == MORNING.replace(hour=hour, second=12)
    assert found.modified_at == MORNING.replace(hour=hour, minute=45)


@given(
    st.text(max_size=250) | st.from_regex(r"[0-9/.:T +-]{1,40}", fullmatch=True),
    st.sampled_from(["vi", "en", "", "zz", "a b"]),
)
def test_any_text_is_a_date_or_none(text: str, language: str) -> None:
    found = parse(text, Habits(language, UTC))
    assert found is None or found.tzinfo is not None
