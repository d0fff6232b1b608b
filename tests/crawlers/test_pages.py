import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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

BARE = SPEC.model_copy(update={"comments": None})
TOLD = [
    {
        "@type": "Comment",
        "@id": f"{URL}#comment-7",
        "text": "Mừng cho các cháu.<br>Cảm ơn cô.<script>x</script>",
        "dateCreated": "2026-11-23T09:00:00+07:00",
        "author": {"name": "Nguyễn Thị Ốc"},
        "comment": {"@type": "Comment", "text": "Đúng vậy &amp; rất vui", "author": "Trần Văn Sò"},
    },
    {"@type": "Comment", "text": ""},
    "lạc",
    {"@type": "Comment", "text": {"không": "phải chữ"}},
]


def said(kind: str, **fields: Any) -> str:
    return in_script({"@type": kind, **fields})


def in_script(value: Any) -> str:
    source = json.dumps(value).replace("</", r"<\/")
    return f'<script type="application/ld+json">{source}</script>'


@pytest.mark.parametrize("spec", [BARE, SPEC], ids=["no CSS", "CSS that finds nothing"])
@pytest.mark.parametrize(
    "head",
    [
        said("NewsArticle", headline="Tin vui", comment=TOLD),
        in_script([{"@type": "NewsArticle"}, *TOLD]),
        in_script([{"@type": "NewsArticle", "comment": TOLD}, *TOLD]),
    ],
    ids=["nested", "beside", "twice"],
)
def test_comments_that_json_ld_tells_stand_in(spec: SourceSpec, head: str) -> None:
    page, first, reply = article(spec, html("Tin vui", head=head).encode(), URL, None, NOW)
    assert (first.type, first.parent_id, first.thread_title) == (PageType.COMMENT, page.id, "Tin vui")
    assert first.id == page_id(URL, "comment-7")
    assert (first.text, reply.text) == ("Mừng cho các cháu.\nCảm ơn cô.", "Đúng vậy & rất vui")
    assert first.published_at == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert "Ốc" not in first.model_dump_json() + reply.model_dump_json()


def test_comments_that_the_css_finds_come_before_those_of_json_ld() -> None:
    body = html("Tin vui", head=said("NewsArticle", comment=TOLD), below=COMMENTS).encode()
    assert [p.id for p in article(SPEC, body, URL, None, NOW)[1:2]] == [page_id(URL, "c1")]


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


def test_a_year_in_two_addresses_does_not_make_them_one_article() -> None:
    here, claimed = (
        f"https://baothu.vn/bai/2026/11/{rest}" for rest in ("27/bai-khac.html", "28/mot-bai.html")
    )
    head = f'<link rel="canonical" href="{claimed}">'
    assert article(SPEC, html("Tin vui", head=head).encode(), here, None, NOW)[0].id == page_id(here)


def test_a_comment_in_a_box_of_its_own_is_read_from_json_ld() -> None:
    told = {"@type": "Comment", "url": "#7", "text": '<div class="comment-text"><p>Xin chào</p></div>'}
    body = html("Tin vui", head=said("NewsArticle", headline="Tin vui", comment=told)).encode()
    assert [page.text for page in article(BARE, body, URL, None, NOW)[1:]] == ["Xin chào"]


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


def test_posts_that_json_ld_tells_make_a_thread_of_a_source_without_css() -> None:
    rule = Threads.model_validate({"allow": ["/t/"], "title": ".none"})
    url = "https://baothu.vn/t/12"
    head = said(
        "DiscussionForumPosting",
        headline="Con không chịu đi học",
        url=url,
        text="Cháu nhà mình nghỉ học ba ngày rồi.",
        datePublished="2026-11-20T08:00:00Z",
        author={"name": "mebeo"},
        comment=[
            {"@type": "Comment", "url": f"{url}#p4", "text": "<blockquote>Câu trước</blockquote>Nhà mình nữa"}
        ],
    )
    body = f"<html><head>{head}</head><body><a rel=next href='?trang=2'>Sau</a></body></html>".encode()
    found, _ = posts(SPEC, rule, body, url, None, NOW, url)
    opening, answer = found
    assert [p.text for p in found] == ["Cháu nhà mình nghỉ học ba ngày rồi.", "Nhà mình nữa"]
    assert answer.id == page_id(url, "p4")
    assert opening.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert {(p.type, p.thread_title, p.thread_id) for p in found} == {
        (PageType.POST, "Con không chịu đi học", page_id(url))
    }
    assert all("mebeo" not in p.model_dump_json() for p in found)


def test_an_article_in_the_place_of_a_thread_has_no_posts() -> None:
    body = html("Tin vui", head=said("NewsArticle", comment=TOLD)).encode()
    assert posts(SPEC, Threads.model_validate({"allow": ["/t/"]}), body, URL, None, NOW, URL)[0] == ()


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["@type", "comment", "text", "url", "dateCreated"]), inner, max_size=4
            )
        ),
        max_leaves=20,
    )
)
def test_whatever_json_ld_has_for_comments_the_article_is_kept(comments: Any) -> None:
    found = article(
        BARE, html("Tin vui", head=said("NewsArticle", comment=comments)).encode(), URL, None, NOW
    )
    assert found[0].title == "Tin vui"
    assert all(page.text for page in found)
    assert len({page.id for page in found}) == len(found)
