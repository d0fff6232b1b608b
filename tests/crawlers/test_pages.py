from datetime import UTC, datetime
from typing import Any

import pytest

from core.contracts import Page, PageType
from core.urls import page_id
from crawlers import pages
from crawlers.extraction.result import Origin
from crawlers.pages import posts
from crawlers.source import SourceSpec, Threads
from tests.crawlers.smallweb import article as html

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
URL = "https://baothu.vn/bai/tin-vui-100543.html"
COMMENTS = """<ul><li class="c" id="c1"><b class="author">Nguyễn Thị Ốc</b>
  <time datetime="2026-11-23T09:00:00+07:00">hôm qua</time>
  <div class="t"><p>Mừng cho các cháu.</p><p>Cảm ơn cô.</p><img src="data:image/png;base64,AAAA"></div></li>
  <li class="c"><time>23/11/2026 10:15</time>
  <div class="t">Không có số data:image/png;base64,AAAA hết</div></li>
  <li class="c" id="c3"><div class="t"> </div></li></ul>"""
SPEC = SourceSpec.model_validate(
    {
        "id": "bao-thu",
        "name": "Báo Thử",
        "home": "https://baothu.vn/",
        "discover": {"feeds": ["https://baothu.vn/rss"]},
        "articles": {"allow": ["^/bai/"]},
        "comments": {"item": ".c", "text": ".t", "date": "time"},
    }
)


def article(*given: Any) -> tuple[Page, ...]:
    return pages.article(*given).pages


LINKED = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Tin vui"}</script>'


@pytest.mark.parametrize(
    ("head", "origin"),
    [
        (LINKED, Origin.LINKED),
        ("", Origin.META),
        (None, Origin.PAGE),
    ],
)
def test_an_articles_shape_says_where_it_was_told_and_whether_it_bears_a_date(
    head: str | None, origin: Origin
) -> None:
    dated = '<meta property="article:published_time" content="2026-11-23T09:00:00+07:00">'
    for more in ("", dated):
        body = html("Tin vui", head=(head or "") + more)
        bare = body if head is not None else body.replace("og:title", "og:no-title")
        shape = pages.article(SPEC, bare.encode(), URL, None, NOW, NOW).shape
        assert shape == pages.Shape(origin=origin, dated=bool(more))  # a feed's date is none of the page's


def test_an_article_comes_with_its_comments_below_it() -> None:
    found = article(SPEC, html("Tin vui", below=COMMENTS).encode(), URL, None, NOW)
    assert [p.type for p in found] == [PageType.ARTICLE, PageType.COMMENT, PageType.COMMENT]
    page, first, second = found
    assert (page.id, page.title, page.thread_id) == (page_id(URL), "Tin vui", None)
    assert first.id == page_id(URL, "c1")
    assert first.text == "Mừng cho các cháu.\nCảm ơn cô."
    assert first.published_at == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert second.published_at == datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
    assert second.text == "Không có số hết"
    assert all((p.parent_id, p.thread_id, p.thread_title) == (page.id, page.id, "Tin vui") for p in found[1:])


def test_nothing_of_an_author_is_kept() -> None:
    found = article(SPEC, html("Tin vui", below=COMMENTS).encode(), URL, None, NOW)
    assert all("Ốc" not in p.model_dump_json() for p in found[1:])


def test_a_comment_without_an_id_keeps_its_id_from_run_to_run() -> None:
    one = article(SPEC, html("Tin vui", below=COMMENTS).encode(), URL, None, NOW)
    other = article(SPEC, html("Tin vui", below=COMMENTS).encode(), URL, None, NOW.replace(hour=9))
    assert [p.id for p in one] == [p.id for p in other]
    assert len({p.id for p in one}) == 3


def test_a_canonical_address_counts_only_if_it_can_be_this_article() -> None:
    def named(canonical: str) -> str:
        head = f'<link rel="canonical" href="{canonical}">'
        return article(SPEC, html("Tin vui", head=head).encode(), URL, None, NOW)[0].id

    assert named("https://baothu.vn/bai/ten-moi-100543.html") == page_id(
        "https://baothu.vn/bai/ten-moi-100543.html"
    )
    for other in (
        "https://baothu.vn/",
        "https://baothu.vn/bai/tin-khac-100999.html",
        "https://baokhac.vn/bai/tin-vui-100543.html",
        "https://baothu.vn/muc/tin-vui-100543.html",
    ):
        assert named(other) == page_id(URL), other


def test_the_feeds_date_counts_when_the_page_has_none() -> None:
    told = datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert article(SPEC, html("Tin").encode(), URL, None, NOW, told)[0].published_at == told


@pytest.mark.parametrize(
    ("section", "kept"),
    [
        ("Giáo dục", "Giáo dục"),
        ("Văn hóa - Giải trí", "Văn hóa - Giải trí"),
        ("Bé trai bị lạc ở chợ", ""),
    ],
)
def test_a_section_is_a_channels_name_not_a_headline(section: str, kept: str) -> None:
    head = f'<meta property="article:section" content="{section}">'
    found = article(SPEC, html("Tin vui", head=head, below=COMMENTS).encode(), URL, None, NOW)
    assert {p.section for p in found} == {kept}


def test_a_page_of_links_is_no_article() -> None:
    assert article(SPEC, b"<html><body><nav><a href='/'>Trang</a></nav></body></html>", URL, None, NOW) == ()


def test_posts_of_a_thread_belong_to_its_first_page() -> None:
    rule = Threads.model_validate(
        {"allow": ["/t/"], "post": ".p", "text": ".b", "date": "time", "next": "a.next"}
    )
    body = """<html><body><h1>Con không chịu đi học</h1>
      <div class="p" id="p4"><a class="user">mebeo</a>
      <div class="b"><blockquote>Câu trước</blockquote>Nhà mình cũng vậy</div>
      <time datetime="2026-11-20T08:00:00Z"></time></div><a class="next" href="/t/12?trang=3">Sau</a>
      </body></html>"""
    spec = SPEC.model_copy(update={"threads": rule})
    found, more = posts(
        spec, rule, body.encode(), "https://baothu.vn/t/12?trang=2", None, NOW, "https://baothu.vn/t/12"
    )
    (post,) = found
    assert more == "https://baothu.vn/t/12?trang=3"
    assert (post.type, post.text, post.thread_title) == (
        PageType.POST,
        "Nhà mình cũng vậy",
        "Con không chịu đi học",
    )
    assert post.id == page_id("https://baothu.vn/t/12", "p4")
    assert post.thread_id == page_id("https://baothu.vn/t/12")
    assert "mebeo" not in post.model_dump_json()
