"""Comments that a site gives by an end point of its own come out under their article, the same each time."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.contracts import PageType
from core.urls import page_id
from crawlers.comments import comments, with_comments
from crawlers.pages import article as read_article
from crawlers.rules import CommentApi
from crawlers.source import SourceSpec
from crawlers.tasks import Reading, Under
from tests.crawlers.smallweb import Place, Web, article, labels
from tests.crawlers.test_lists import VALUES

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
JSON = "application/json"
RULE: dict[str, Any] = {
    "url": "https://baothu.vn/api/y-kien?bai={id}&trang={page}",
    "id_in_url": r"-(\d+)\.html",
    "items": "data",
    "text": "noi_dung",
    "date": "luc",
    "id": "ma",
    "replies": "tra_loi",
}
ARTICLE = "https://baothu.vn/tin-la-42.html"
UNDER = Under(
    id=page_id(ARTICLE), url=ARTICLE, canonical_url=ARTICLE, title="Tin lạ", section="", number="42"
)


def spec(**facts: Any) -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "id": "bao-thu",
            "name": "Báo Thử",
            "home": "https://baothu.vn",
            "discover": {"feeds": ["https://baothu.vn/rss"]},
            "articles": {"allow": [r"\.html$"]},
            "comment_api": RULE | facts,
        }
    )


def read(answer: Any, nth: int = 0, **facts: Any) -> Reading:
    source = spec(**facts)
    assert source.comment_api is not None
    return comments(source, source.comment_api, json.dumps(answer).encode(), UNDER, nth, NOW)


def address(rule: dict[str, Any], body: str = "") -> str | None:
    source = spec(**rule)
    assert source.comment_api is not None
    html = article("Tin lạ", head=body).encode()
    reading = read_article(source, html, ARTICLE, "text/html; charset=utf-8", NOW)
    return with_comments(reading, source.comment_api, html, None).found.next_url


def test_the_article_s_number_is_taken_from_its_address_or_its_page() -> None:
    assert address({}) == "https://baothu.vn/api/y-kien?bai=42&trang=1"
    in_page = {"id_in_url": None, "id_in_page": r'data-bai="([^"]+)"'}
    assert address(in_page, '<meta data-bai="a/7&{page}">') == (
        "https://baothu.vn/api/y-kien?bai=a%2F7%26%7Bpage%7D&trang=1"
    )
    assert address(in_page) is None, "no number, no comments"
    by_url = {"url": "https://baothu.vn/api?u={url}", "id_in_url": None}
    assert address(by_url) == "https://baothu.vn/api?u=https%3A%2F%2Fbaothu.vn%2Ftin-la-42.html"


def test_comments_and_replies_come_out_as_pages_under_their_article() -> None:
    reply = {"ma": "9", "noi_dung": "Đúng vậy &amp; cảm ơn", "luc": 1_795_490_400_000}
    first = {"ma": 7, "noi_dung": "Trường nên <b>báo</b> ngay.<br>Gọi 111.", "luc": "24/11/2026 09:30"}
    reading = read({"data": [first | {"tra_loi": [reply]}, {"ma": 8, "noi_dung": "1 < 2"}]})
    one, two, three = reading.pages
    assert [page.text for page in reading.pages] == [
        "Trường nên báo ngay.\nGọi 111.",
        "Đúng vậy & cảm ơn",
        "1 < 2",
    ]
    assert {(p.type, p.parent_id, p.thread_id, p.thread_title) for p in reading.pages} == {
        (PageType.COMMENT, UNDER.id, UNDER.id, "Tin lạ")
    }
    assert [p.id for p in reading.pages] == [page_id(ARTICLE, anchor) for anchor in ("7", "9", "8")]
    assert one.published_at == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert two.published_at == datetime.fromtimestamp(1_795_490_400, UTC)
    assert three.published_at is None
    assert reading.found.next_url == "https://baothu.vn/api/y-kien?bai=42&trang=2"


def test_a_comment_that_is_pinned_and_listed_again_is_one() -> None:
    pinned = {"ma": 7, "noi_dung": "Trường nên báo ngay."}
    assert [page.id for page in read({"data": [pinned, pinned]}).pages] == [page_id(ARTICLE, "7")]


def test_an_end_point_that_gives_the_same_page_for_ever_is_left(web: Web, place: Place) -> None:
    source = commented(web)
    for page in range(1, 30):
        answer = {"data": [{"ma": 1, "noi_dung": "Ý kiến"}], "con": True}
        web.put(f"/api/y-kien?bai=42&trang={page}", json.dumps(answer), kind=JSON)
    place.crawl(source)
    assert sum(path.startswith("/api/") for path, _ in web.asked) == 2


def test_comments_of_an_end_point_are_not_taken_from_the_page_as_well(web: Web, place: Place) -> None:
    source = commented(web)
    said = {"@type": "Comment", "url": "#comment-1", "text": "Ý kiến số 1"}
    linked = {"@type": "NewsArticle", "headline": "Tin lạ", "comment": [said]}
    head = f'<script type="application/ld+json">{json.dumps(linked)}</script>'
    web.put("/bai/tin-42.html", article("Tin lạ", head=head))
    place.crawl(source)
    texts = [page.text for page in place.pages() if page.type is PageType.COMMENT]
    assert sorted(texts) == [f"Ý kiến số {n}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "told",
    [1_795_490_400, "1795490400", 1_795_490_400.5, 1_795_490_400_000, "2026-11-24T10:20:00+07:00"],
)
def test_dates_are_read_as_end_points_give_them(told: Any) -> None:
    (page,) = read({"data": [{"noi_dung": "A", "luc": told}]}).pages
    assert page.published_at == datetime.fromtimestamp(1_795_490_400, UTC)


@pytest.mark.parametrize("told", [None, True, 12, -5, "", "hôm nào đó", 1e308, "9" * 40, {"a": 1}])
def test_what_is_no_date_is_none(told: Any) -> None:
    (page,) = read({"data": [{"noi_dung": "A", "luc": told}]}).pages
    assert page.published_at is None


def test_a_comment_without_an_id_is_named_by_its_words_the_same_each_time() -> None:
    answer = {"data": [{"noi_dung": "Chào"}, {"noi_dung": "Chào"}, {"ma": None, "noi_dung": "Bạn ơi"}]}
    once, again = read(answer).pages, read(answer, nth=3).pages
    assert [p.id for p in once] == [p.id for p in again]
    assert len(once) == 2


def test_the_last_page_of_comments_is_known() -> None:
    assert read({"data": []}).found.next_url is None
    assert read({"data": [{"noi_dung": "A"}]}, more="con").found.next_url is None
    assert read({"data": [{"noi_dung": "A"}]}, nth=4, pages=5).found.next_url is None


def test_html_is_told_from_text_and_never_left_in() -> None:
    text = '<img src="data:image/png;base64,iVBORw0KGgoiVBORw0KGgo"><script>x()</script><p>Một</p><p>Hai</p>'
    assert read({"data": [{"noi_dung": text}]}).pages[0].text == "Một\nHai"


@given(VALUES | st.lists(st.dictionaries(st.sampled_from(["ma", "noi_dung", "luc", "tra_loi"]), VALUES)))
def test_no_answer_makes_comments_fail(found: Any) -> None:
    read({"data": found})
    read(found)


def test_endless_replies_are_cut() -> None:
    answer: dict[str, Any] = {"ma": 0, "noi_dung": "A"}
    for n in range(200):
        answer = {"ma": n + 1, "noi_dung": "A", "tra_loi": [answer]}
    assert len(read({"data": [answer]}).pages) == 201
    assert len(read({"data": [{"noi_dung": f"{n}"} for n in range(6_000)]}).pages) == 5_000


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id_in_url": None}, "one of them says what"),
        ({"id_in_page": "(x)"}, "one of them says what"),
        ({"id_in_url": r"\d+"}, "in a group"),
        ({"url": "https://baothu.vn/api", "id_in_url": None}, "names the article"),
        ({"items": "a b"}, "no JMESPath expression"),
    ],
)
def test_an_end_point_that_can_not_be_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        CommentApi.model_validate(RULE | change)


def commented(web: Web, **facts: Any) -> SourceSpec:
    web.feed("/rss.xml", ["/bai/tin-42.html"])
    web.put("/bai/tin-42.html", article("Tin lạ"), etag=True)
    for page, ids in ((1, (1, 2)), (2, (3,))):
        items = [{"ma": n, "noi_dung": f"Ý kiến số {n}"} for n in ids]
        answer = {"data": items, "con": page < 2}
        web.put(f"/api/y-kien?bai=42&trang={page}", json.dumps(answer), kind=JSON)
    api = RULE | {"url": f"{web.base}/api/y-kien?bai={{id}}&trang={{page}}", "more": "con"}
    return web.spec(comment_api=api | facts)


def test_a_crawl_gives_the_comments_with_their_article_and_once(web: Web, place: Place) -> None:
    source = commented(web)
    told = place.crawl(source)
    assert labels(told) == {
        "/bai/tin-42.html": "archived",
        **{f"/bai/tin-42.html#{n}": "archived" for n in (1, 2, 3)},
    }
    parent = page_id(f"{web.base}/bai/tin-42.html")
    assert {p.parent_id for p in place.pages() if p.type is PageType.COMMENT} == {parent}
    assert set(labels(place.later(hours=25).crawl(source)).values()) == {"unchanged"}


def test_a_new_comment_is_found_though_its_article_stays_the_same(web: Web, place: Place) -> None:
    source = commented(web)
    place.crawl(source)
    answer = {"data": [{"ma": n, "noi_dung": f"Ý kiến số {n}"} for n in (1, 2, 7)]}
    web.put("/api/y-kien?bai=42&trang=1", json.dumps(answer), kind=JSON)
    assert labels(place.later(hours=25).crawl(source))["/bai/tin-42.html#7"] == "archived"


def test_comments_that_fail_leave_their_article_whole(web: Web, place: Place) -> None:
    source = commented(web)
    web.put("/api/y-kien?bai=42&trang=1", "Lỗi", status=404)
    assert labels(place.crawl(source)) == {
        "/bai/tin-42.html": "archived",
        "/api/y-kien?bai=42&trang=1": "dropped:comments_failed",
    }


def test_an_end_point_is_asked_only_as_robots_txt_allows(web: Web, place: Place) -> None:
    web.put("/robots.txt", "User-agent: *\nDisallow: /api/", kind="text/plain")
    told = place.crawl(commented(web))
    assert labels(told)["/api/y-kien?bai=42&trang=1"] == "dropped:comments_failed"
    assert web.times("/api/y-kien?bai=42&trang=1") == 0
