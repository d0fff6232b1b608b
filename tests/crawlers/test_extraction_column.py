"""The article is found by the make of its lines: where a site's template puts text, and nothing else."""

import pytest

from crawlers.extraction.body import parse
from crawlers.extraction.column import column
from crawlers.extraction.lines import lines_of

PARAGRAPHS = [
    f"Đoạn {i}: đường dây nóng 111 nhận cuộc gọi của phụ huynh và chuyển hồ sơ về xã, cán bộ đến tận nhà."
    for i in range(6)
]
TEXT = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
FIRST, REST = f"<p>{PARAGRAPHS[0]}</p>", "".join(f"<p>{p}</p>" for p in PARAGRAPHS[1:])
NOTICE = "Đăng ký nhận bản tin buổi sáng của chúng tôi, miễn phí, mỗi ngày một lần vào hộp thư của bạn."


def found(body: str) -> list[str]:
    tree = parse(f"<html><body>{body}</body></html>")
    assert tree is not None
    return column(lines_of(tree)).splitlines()


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{TEXT}</article>",
        f"<div class='post'>{TEXT}</div>",
        "".join(f"<div class='block wide'><p>{p}</p></div>" for p in PARAGRAPHS),
        f"<div class='post'>{'<br><br>'.join(PARAGRAPHS)}</div>",
        "".join(f"<div class='post'>{p}</div>" for p in PARAGRAPHS),
        f"<form id='aspnetForm'><div class='post'>{TEXT}</div></form>",
        f"<table><tr><td class='post'>{TEXT}</td></tr></table>",
        f"<div class='post'><div>{FIRST}</div>{REST}</div>",
    ],
    ids=[
        "plain",
        "class",
        "a box each",
        "line breaks",
        "no paragraphs",
        "ASP.NET",
        "table",
        "first in a box",
    ],
)
def test_paragraphs_are_found_however_they_are_marked_up(body: str) -> None:
    assert found(f"<h1>Tít</h1>{body}") == PARAGRAPHS


@pytest.mark.parametrize(
    "box",
    [
        f"<div class='newsletter'><h3>Bản tin</h3><p>{NOTICE}</p></div>",
        f"<aside><p>{NOTICE}</p></aside>",
        f"<form><p>{NOTICE}</p></form>",
        f"<figure><img alt=''><figcaption><p>{NOTICE}</p></figcaption></figure>",
        f"<div class='comments'><p>{NOTICE}</p></div>",
        f"<p><a href='/khac'>{NOTICE}</a></p>",
        f"<h3>Xem thêm</h3><ul><li><a href='/khac'>{NOTICE}</a></li></ul>",
        f"<blockquote class='twitter-tweet'><p>{NOTICE}</p></blockquote>",
        "<p class='byline'>Phóng viên Mẫu</p>",
        "<div>Quảng cáo</div>",
    ],
)
def test_boxes_among_the_paragraphs_are_left_out(box: str) -> None:
    half = TEXT.index("<p>Đoạn 3")
    assert found(f"<h1>Tít</h1><div class='post'>{TEXT[:half]}{box}{TEXT[half:]}</div>") == PARAGRAPHS
    assert found(f"<h1>Tít</h1><div class='post'>{TEXT}{box}</div>") == PARAGRAPHS


@pytest.mark.parametrize(
    ("part", "lines"),
    [
        ("<h2>Giờ mở cửa</h2>", ["Giờ mở cửa"]),
        ("<h2><div>Giờ mở cửa</div></h2>", ["Giờ mở cửa"]),
        ("<ul><li>Thứ hai</li><li>Thứ năm</li></ul>", ["Thứ hai", "Thứ năm"]),
        ("<blockquote>Chúng tôi đến ngay.</blockquote>", ["Chúng tôi đến ngay."]),
        ("<p>Em <b>B.</b><i>, 9 tuổi</i>.</p>", ["Em B., 9 tuổi."]),
    ],
)
def test_headings_lists_and_quotes_of_the_article_are_text(part: str, lines: list[str]) -> None:
    half = TEXT.index("<p>Đoạn 3")
    kept = found(f"<h1>Tít</h1><div class='post'>{TEXT[:half]}{part}{TEXT[half:]}</div>")
    assert kept == [*PARAGRAPHS[:3], *lines, *PARAGRAPHS[3:]]


def test_the_lead_between_headline_and_text_comes_first() -> None:
    assert found(f"<h1>Tít</h1><h2 class='sapo'>{NOTICE}</h2><div class='post'>{TEXT}</div>") == [
        NOTICE,
        *PARAGRAPHS,
    ]


def test_the_same_make_in_the_foot_of_the_page_is_not_the_article() -> None:
    foot = f"<div class='foot'><div class='post'><p>{NOTICE[:50]}</p></div></div>"
    assert found(f"<div class='main'><div class='post'>{TEXT}</div></div>{foot}") == PARAGRAPHS


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>Ngắn.</p>",
        f"<h1>Tít</h1><div class='a'>{TEXT}</div>" + f"<div class='reader'><p>{NOTICE}</p></div>" * 40,
        f"<div class='a'>{TEXT}</div><h1>Tít</h1><p>Bài bắt đầu ở đây.</p>",
        f"<h1>Tít</h1><div class='b'>{TEXT[: TEXT.index('<p>Đoạn 3')]}</div><div class='a'>{TEXT}</div>",
        "".join(f"<div class='t'><a href='/{i}'>Một tít rất dài của một bài khác</a><p>{p}</p></div>"
                for i, p in enumerate(p[:60] for p in PARAGRAPHS * 3)),
    ],
    ids=["nothing", "too little", "more by readers", "above the headline", "two makes", "teasers"],
)  # fmt: skip
def test_where_no_make_is_clearly_the_article_none_is_taken(body: str) -> None:
    assert found(body) == []
