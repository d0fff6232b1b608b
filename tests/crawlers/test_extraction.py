"""Extraction gives title, lead, text, dates, language, section and address of a page, whatever its make."""

import gzip
import json
import time
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.contracts import VIETNAM
from core.errors import BadInput
from crawlers.extraction import Extract, extract, extract_file
from tests.site import CASES, Family, hostile_site

URL = "https://bao.example.vn/xa-hoi/duong-day-nong-1.html"
MORNING = datetime(2026, 11, 16, 7, 30, tzinfo=VIETNAM)
TITLE = "Xã mở phòng tư vấn cho trẻ em"
LEAD = (
    "Từ tháng này, phụ huynh và học sinh trong xã có thể đến phòng tư vấn hai buổi mỗi tuần, không cần hẹn."
)
PARAGRAPHS = [
    f"Đoạn {i}: đường dây nóng 111 nhận cuộc gọi của phụ huynh và chuyển hồ sơ về xã, cán bộ đến tận nhà."
    for i in range(8)
]
BODY = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
TAGS = "<>!-/\"'=&;[]{}@:,abc script html title p\x00\u0301đ"


def page(head: str = "", body: str = BODY, before: str = "", lang: str = "vi") -> bytes:
    return (
        f"<!doctype html><html lang='{lang}'><head><meta charset='utf-8'>{head}</head><body>"
        f"<nav><a href='/'>Trang chủ</a></nav><article>{before}{body}</article></body></html>"
    ).encode()


def linked(kind: str = "NewsArticle", **fields: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": kind, **fields})}</script>'


def meta(**names: str) -> str:
    return "".join(f'<meta property="{n.replace("__", ":")}" content="{v}">' for n, v in names.items())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.binary(max_size=2_000) | st.text(alphabet=TAGS, max_size=300).map(lambda text: text.encode()),
    st.text(max_size=60),
    st.none() | st.text(max_size=60),
)
@example(b"\xff\xfe<\x00", "", "text/html; charset=utf-16")
@example(b"<html><title>" + b"<b>" * 5_000, "http://[", "text/html; charset=\x00")
@example(b'<script type="application/ld+json">[[[[{"@type":["NewsArticle"],"headline":[{}]', URL, None)
def test_any_bytes_give_an_extract_in_nfc(body: bytes, url: str, content_type: str | None) -> None:
    found = extract(body, url, content_type)
    assert isinstance(found, Extract)
    assert unicodedata.is_normalized("NFC", found.title + found.lead + found.text)


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.7", b"<html></html>", b"<svg></svg>"]
)
def test_what_is_no_page_of_text_is_empty(body: bytes) -> None:
    assert extract(body, URL) == Extract()


def test_the_article_is_found_and_the_rest_left() -> None:
    footer = "<footer><p>Bản quyền thuộc về tòa soạn, ghi rõ nguồn khi dùng lại nội dung này.</p></footer>"
    found = extract(page(body=BODY + footer), URL)
    assert found.text.split("\n") == PARAGRAPHS


def test_json_ld_says_when_where_and_in_which_section() -> None:
    head = linked(
        datePublished="2026-11-16T07:30:00+07:00",
        dateModified="2026-11-16T09:00:00+07:00",
        articleSection=["Xã hội", "Trẻ em"],
        url=URL,
    )
    found = extract(page(head), URL + "?utm_source=zalo")
    assert (found.published_at, found.section, found.canonical_url) == (MORNING, "Xã hội", URL)
    assert found.modified_at == MORNING.replace(hour=9, minute=0)


@pytest.mark.parametrize(
    "source",
    [
        '{"@graph": [{"@type": "WebSite", "name": "Báo"}, ARTICLE]}',
        '[{"@type": "BreadcrumbList"}, ARTICLE]',
        '{"@type": "WebPage", "mainEntity": ARTICLE}',
        "<!-- ARTICLE -->",
        "//<![CDATA[\nARTICLE\n//]]>",
        "ARTICLE;",
        '{"@type": "NewsArticle", "headline": "TITLE", "datePublished": "2026-11-16T07:30:00+07:00",}',
        '{"@type": "NewsArticle", "headline": "TITLE", "x": ""b", "datePublished": "2026-11-16T07:30+07:00"}',
        '{"@type": "NewsArticle", "headline": "TITLE", "datePublished": "2026-11-16T07:30:00+07:00"',
    ],
)
def test_json_ld_is_read_in_any_wrapping_and_with_common_mistakes(source: str) -> None:
    article = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-11-16T07:30:00+07:00"}
    filled = source.replace("ARTICLE", json.dumps(article)).replace("TITLE", TITLE)
    found = extract(page(f'<script type="application/ld+json">{filled}</script>'), URL)
    assert (found.title, found.published_at) == (TITLE, MORNING)


def test_of_several_articles_in_json_ld_the_one_with_the_page_s_address_counts() -> None:
    other = {"@type": "NewsArticle", "headline": "Bài khác", "url": "https://bao.example.vn/khac.html"}
    own = {"@type": "NewsArticle", "headline": TITLE, "mainEntityOfPage": {"@id": URL}}
    head = f'<script type="application/ld+json">{json.dumps([other, own])}</script>'
    assert extract(page(head), URL).title == TITLE


def test_a_list_of_related_articles_is_not_the_article() -> None:
    related = {"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "headline": "Bài khác"}]}
    head = f'<script type="application/ld+json">{json.dumps(related)}</script>'
    assert extract(page(head, before=f"<h1>{TITLE}</h1>"), URL).title == TITLE


@pytest.mark.parametrize(
    "head",
    [
        meta(og__title=TITLE),
        meta(og__title=f"{TITLE} - Báo Mẫu", og__site_name="Báo Mẫu"),
        f"<title>{TITLE} | Báo Mẫu</title>" + meta(og__site_name="Báo Mẫu"),
        linked(headline=f"&lt;b&gt;{TITLE}&lt;/b&gt; &amp;nbsp;"),
        meta(og__title=TITLE) + linked(headline="Phòng tư vấn trẻ em: giờ mở cửa"),
        f"<title>{TITLE} - Trang tin không ghi tên</title>",
    ],
)
def test_the_title_is_the_one_for_readers_without_the_site(head: str) -> None:
    before = f"<h1> {TITLE}\n</h1>" if "không ghi tên" in head else ""
    assert extract(page(head, before=before), URL).title == TITLE


def test_a_title_with_a_dash_of_its_own_stays_whole() -> None:
    head = meta(og__title="Hà Nội - Thái Nguyên thông xe", og__site_name="Báo Mẫu")
    assert extract(page(head), URL).title == "Hà Nội - Thái Nguyên thông xe"


def test_what_is_too_long_is_cut_at_a_word() -> None:
    found = extract(page(f"<title>{'Tít dài ' * 1_250}</title>", body=f"<p>{'chữ ' * 100_000}</p>"), URL)
    assert 490 < len(found.title) <= 500
    assert found.title.endswith("dài…")
    assert 199_990 < len(found.text) <= 200_000
    assert found.text.endswith("chữ…")


def test_script_in_a_title_is_text() -> None:
    found = extract(page("<title>&lt;script&gt;alert(1)&lt;/script&gt; trong tít</title>"), URL)
    assert found.title == "<script>alert(1)</script> trong tít"


def test_a_lead_that_readers_see_is_kept_apart_from_the_text() -> None:
    inside = extract(page(meta(og__description=LEAD), body=f"<p>{LEAD}</p>{BODY}"), URL)
    above = extract(page(meta(og__description=LEAD[:60] + "..."), before=f"<h2 class=sapo>{LEAD}</h2>"), URL)
    for found in (inside, above):
        assert (found.lead, found.lead_shown) == (LEAD, True)
        assert found.text.split("\n") == PARAGRAPHS
        assert found.full_text.split("\n") == [LEAD, *PARAGRAPHS]


def test_a_lead_that_only_search_engines_see_is_not_in_the_text() -> None:
    found = extract(page(meta(og__description=LEAD)), URL)
    assert (found.lead, found.lead_shown, found.full_text) == (LEAD, False, found.text)


def test_headline_byline_and_authors_are_no_text() -> None:
    before = f"<h1>{TITLE}</h1><p>Phóng Viên Mẫu</p>"
    found = extract(page(meta(og__title=TITLE), before=before, body=BODY + "<p>Tác Giả Mẫu</p>"), URL)
    assert found.text.split("\n") == PARAGRAPHS


def test_a_last_line_with_a_number_to_call_stays() -> None:
    found = extract(page(body=BODY + "<p>Tổng Đài 111</p>"), URL)
    assert found.text.endswith("Tổng Đài 111")


@pytest.mark.parametrize(
    ("lang", "language"), [("vi", "vi"), ("vi-VN", "vi"), ("en", "vi"), ("", "vi"), ("xx_not", "vi")]
)
def test_vietnamese_is_known_by_its_letters_whatever_the_page_says(lang: str, language: str) -> None:
    assert extract(page(lang=lang), URL).language == language


def test_another_language_is_what_the_page_says() -> None:
    english = "".join(
        f"<p>Paragraph {i} of a longer text on a phone line for children.</p>" for i in range(9)
    )
    assert extract(page(body=english, lang="en-GB"), URL).language == "en"
    assert extract(page(body=english, lang="vi"), URL).language == ""


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (URL, URL),
        ("/xa-hoi/duong-day-nong-1.html", URL),
        ("https://bao.example.vn/", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
        ("data:text/html,a", ""),
    ],
)
def test_the_canonical_address_is_absolute_and_of_a_page(claimed: str, expected: str) -> None:
    assert extract(page(f'<link rel="canonical" href="{claimed}">'), URL).canonical_url == expected


def test_no_data_uri_gets_through() -> None:
    uri = "data:image/png;base64," + "iVBORw0KGgo" * 50
    head = meta(og__title=f"{TITLE} {uri}", og__description=f"{LEAD} {uri}")
    found = extract(page(head, body=BODY + f"<p>Xem {uri} này.</p><img src='{uri}'>"), URL)
    assert "data:" not in found.model_dump_json()


@pytest.mark.parametrize(
    "body",
    [
        ("<p>a" + "\u0315\u0300" * 100_000).encode(),
        ("<p>a" + "&#x315;&#x300;" * 100_000).encode(),
        b"<div " + b" ".join(b"a%d=1" % i for i in range(100_000)) + b">",
        b"<p>a</p>" * 100_000,
        b'<script type="application/ld+json">{"@type":"NewsArticle","u":["'
        + b'//a","' * 200_000
        + b"</script>",
    ],
    ids=["marks", "marks as entities", "attributes", "elements", "broken JSON"],
)
def test_pages_made_to_take_long_do_not(body: bytes) -> None:
    start = time.process_time()
    extract(body, URL)
    assert time.process_time() - start < 10


def test_every_text_of_the_hostile_site_is_found_under_its_title() -> None:
    opener = build_opener(ProxyHandler({}))
    wanted = [c for c in CASES if c.expected == (Family.ARCHIVED,) and c.title]
    with hostile_site() as site:
        for case in wanted:
            with opener.open(site.url(case.path), timeout=5) as answer:
                found = extract(answer.read(), answer.url, answer.headers.get("Content-Type"))
            assert (found.title, found.language) == (case.title, "vi"), case.path
            assert "Đường dây nóng 111" in found.text, case.path


def test_a_file_gives_the_row_that_the_command_prints(tmp_path: Path) -> None:
    head = linked(headline=TITLE, datePublished="2026-11-16T07:30:00+07:00", description=LEAD, url=URL)
    packed = tmp_path / "bai.html.gz"
    packed.write_bytes(gzip.compress(page(head)))
    plain = tmp_path / "bai.html"
    plain.write_bytes(page(head))
    for path in (packed, plain):
        row = extract_file(path)
        assert list(row) == ["file", "url", "title", "lead", "text", "published_at"]
        assert (row["file"], row["url"], row["title"]) == (str(path), URL, TITLE)
        assert row["published_at"] == "2026-11-16T07:30:00+07:00"
    assert (
        extract_file(plain, "https://bao.example.vn/khac.html")["url"] == "https://bao.example.vn/khac.html"
    )


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(page())
    broken = {
        "hong.html.gz": b"not gzip",
        "cut.html.gz": whole[: len(whole) // 2],
        "doi.html.gz": whole[:-8] + b"\0" * 8,
        "bom.html.gz": gzip.compress(b" " * 30_000_000),
        "lon.html": b" " * 20_000_001,
    }
    for name, body in broken.items():
        (tmp_path / name).write_bytes(body)
    (tmp_path / "thu-muc.html").mkdir()
    for name in (*broken, "thu-muc.html", "khong-co.html"):
        with pytest.raises(BadInput, match=name) as error:
            extract_file(tmp_path / name)
        assert "\n" not in str(error.value)


def test_an_empty_file_and_one_of_no_text_give_an_empty_row(tmp_path: Path) -> None:
    for body in (b"", b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(256)) * 100):
        (tmp_path / "trang.html").write_bytes(body)
        row = extract_file(tmp_path / "trang.html")
        assert (row["title"], row["text"], row["published_at"]) == ("", "", None)


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 200_000 + b"<p>a</p>",
        b"<div class='a'><p>" * 50_000,
        b"<article>" + b"<p>" + b"a " * 5_000_000,
        b"<p>" + b"<b>a</b> " * 200_000,
        b"<br>a" * 300_000,
    ],
    ids=["deep", "deep paragraphs", "10 MB in one paragraph", "many tags", "many lines"],
)
def test_large_and_deep_pages_are_read_in_time(body: bytes) -> None:
    start = time.process_time()
    assert isinstance(extract(body, URL), Extract)
    assert time.process_time() - start < 10


def test_without_a_body_the_head_is_read() -> None:
    head = linked(headline=TITLE, datePublished="2026-11-16T07:30:00+07:00")
    found = extract(f"<html><head>{head}</head></html>".encode(), URL)
    assert (found.title, found.published_at, found.text) == (TITLE, MORNING, "")


@pytest.mark.parametrize(
    "declared",
    [
        "\n".join(PARAGRAPHS),
        "".join(f"<p>{p}</p>" for p in PARAGRAPHS),
        "\n".join(PARAGRAPHS).replace("hồ sơ", "<b>hồ sơ</b>"),
        "".join(f"&lt;p&gt;{p}&lt;/p&gt;" for p in PARAGRAPHS),
    ],
    ids=["plain", "HTML", "HTML within lines", "escaped"],
)
def test_an_article_body_in_json_ld_stands_in_for_a_page_filled_by_scripts(declared: str) -> None:
    head = linked(headline=TITLE, articleBody=declared)
    assert extract(page(head, body="<div id=app></div>"), URL).text.split("\n") == PARAGRAPHS


def test_an_article_body_in_json_ld_stands_in_where_the_page_says_something_else() -> None:
    head = linked(headline=TITLE, articleBody="\n".join(PARAGRAPHS))
    notice = "".join(
        f"<p>Điều {i}: khi đăng ký, bạn đồng ý với các quy định sau đây của tòa soạn.</p>" for i in range(9)
    )
    assert extract(page(head, body=notice), URL).text.split("\n") == PARAGRAPHS


@pytest.mark.parametrize("url", [URL, ""])
def test_a_date_with_a_zone_of_its_own_keeps_its_moment(url: str) -> None:
    head = linked(datePublished="2026-11-16T00:30:00Z", dateModified="2026-11-15T19:30:00-05:00")
    found = extract(page(head), url)
    assert (found.published_at, found.modified_at) == (MORNING, MORNING)


def test_a_date_of_no_calendar_or_zone_is_none_and_the_next_counts() -> None:
    head = linked(datePublished="2026-11-31T25:61:00+99:00") + meta(
        article__published_time="2026-11-16T07:30:00+07:00"
    )
    assert extract(page(head), URL).published_at == MORNING
    assert extract(page(linked(datePublished="2026-11-31T25:61:00+99:00")), URL).published_at is None
