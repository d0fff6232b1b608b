"""Extraction gives title, lead, text, dates, language, section and address of a page, whatever its make."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.extraction import Extract, extract

URL = "https://bao.example.vn/xa-hoi/duong-day-nong-1.html"
PARAGRAPHS = "".join(
    f"<p>Đoạn {i}: đường dây nóng 111 nhận cuộc gọi của phụ huynh và chuyển hồ sơ về xã.</p>"
    for i in range(8)
)
MORNING = datetime(2026, 11, 16, 7, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def page(head: str = "", body: str = "", paragraphs: str = PARAGRAPHS, lang: str = "vi") -> bytes:
    return (
        f"<!doctype html><html lang='{lang}'><head><meta charset='utf-8'>{head}</head><body>"
        f"<nav><a href='/'>Trang chủ</a></nav><article>{body}{paragraphs}</article></body></html>"
    ).encode()


def linked(**fields: str) -> str:
    given_fields = "".join(f', "{k}": "{v}"' for k, v in fields.items())
    return f'<script type="application/ld+json">{{"@type": "NewsArticle"{given_fields}}}</script>'


@given(
    st.one_of(
        st.binary(max_size=3_000),
        st.text(alphabet="<>!-/\"'=&;[]{}@:,abc script html title\x00", max_size=300).map(str.encode),
    ),
    st.text(max_size=60),
    st.none() | st.text(max_size=60),
)
@example(b"\xff\xfe<\x00", "", "text/html; charset=utf-16")
@example(b"<html><title>" + b"<b>" * 5_000, "http://[", "text/html; charset=\x00")
def test_any_bytes_give_an_extract(body: bytes, url: str, content_type: str | None) -> None:
    assert isinstance(extract(body, url, content_type), Extract)


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"\x89PNG\r\n\x1a\n\x00\x00", b"<html></html>", b"<svg></svg>"]
)
def test_a_page_without_text_is_empty(body: bytes) -> None:
    assert extract(body, URL).text == ""


def test_dates_have_a_zone() -> None:
    found = extract(page(linked(datePublished="2026-11-16T07:30:00+07:00")), URL)
    assert found.published_at == MORNING
    assert found.published_at == datetime(2026, 11, 16, 0, 30, tzinfo=UTC)
