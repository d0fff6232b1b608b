"""Lists that go on: section pages that are counted, "load more" end points, boards with sticky threads."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.contracts import Why
from crawlers.paging import address_of, next_address
from crawlers.rules import Listing, SectionPages
from crawlers.sections import links_of_listing, links_of_section
from crawlers.source import SourceSpec
from tests.crawlers.smallweb import Answer, Place, Web, article, labels
from tests.site import CASES, hostile_site

API = "https://baothu.vn/api/tin?muc=1"
JSON = "application/json; charset=utf-8"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abn", max_size=2), inner, max_size=3)
    ),
    max_leaves=12,
)


def read(rule: Listing, answer: Any, nth: int = 0) -> tuple[list[str], str | None]:
    found = links_of_listing(json.dumps(answer).encode(), API, rule, nth)
    return [link.url for link in found.links], found.next_url


def test_addresses_in_json_are_found_and_the_next_page_is_counted() -> None:
    rule = Listing(url=API + "&trang={page}", links="data[].url", first=0, step=20, pages=3)
    answer = {"data": [{"url": "/bai/1?utm_source=x"}, {"url": "https://baothu.vn/bai/2"}, {"url": None}, 7]}
    assert address_of(rule, 0) == API + "&trang=0"
    assert read(rule, answer) == (
        ["https://baothu.vn/bai/1", "https://baothu.vn/bai/2"],
        API + "&trang=20",
    )
    assert read(rule, answer, nth=2)[1] is None, "as many pages as the source allows"
    assert read(rule, {"data": []}) == ([], None)


def test_a_cursor_leads_on_and_can_name_no_other_host() -> None:
    rule = Listing(url="https://baothu.vn/api?sau={cursor}", cursor="tiep", links="tin", start="đầu")
    assert address_of(rule, 0) == "https://baothu.vn/api?sau=%C4%91%E1%BA%A7u"
    strange = "@khac.example/&x={page}#"
    assert read(rule, {"tin": ["/bai/1"], "tiep": strange})[1] == (
        "https://baothu.vn/api?sau=%40khac.example%2F%26x%3D%7Bpage%7D%23"
    )
    assert read(rule, {"tin": ["/bai/1"], "tiep": 4})[1] == "https://baothu.vn/api?sau=4"
    for end in (None, "", True, [], "x" * 1000):
        assert read(rule, {"tin": ["/bai/1"], "tiep": end})[1] is None


def test_a_list_ends_where_its_source_says_so() -> None:
    rule = Listing(url=API + "&trang={page}", links="tin", more="con_nua")
    assert read(rule, {"tin": ["/bai/1"], "con_nua": True})[1] == API + "&trang=2"
    assert read(rule, {"tin": ["/bai/1"], "con_nua": False})[1] is None
    assert read(rule, {"tin": ["/bai/1"]})[1] is None


def test_html_in_json_is_read_by_its_links() -> None:
    rule = Listing(url=API, html="parts[*].html", css="h3 a")
    html = ["<h3><a href='/bai/1'>A</a></h3><a href='/khac'>B</a>", "<h3><a href='bai/2'>C</a></h3>"]
    answer = {"parts": [{"html": part} for part in html]}
    assert read(rule, answer) == (["https://baothu.vn/bai/1", "https://baothu.vn/api/bai/2"], None)


def test_json_behind_a_guard_or_a_mark_of_order_is_read() -> None:
    rule = Listing(url=API, links="tin")
    for before in (b")]}'\n", b"\xef\xbb\xbf"):
        assert links_of_listing(before + b'{"tin": ["/bai/1"]}', API, rule, 0).links
    assert links_of_listing(b"{'tin'", API, rule, 0).broken
    assert links_of_listing(b"[" * 100_000, API, rule, 0).broken


@given(VALUES | st.binary(max_size=60))
def test_no_answer_makes_a_listing_fail(answer: Any) -> None:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    for path in ("a", "a[].b", "keys(@)", "join('-', a)", "sort(a)", "a.b.n"):
        links_of_listing(body, API, Listing(url=API + "&p={page}", links=path, more=path), 0)
        links_of_listing(body, API, Listing(url=API, html=path), 0)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"url": API, "links": "a["}, "no JMESPath expression"),
        ({"url": API}, "say where addresses stand"),
        ({"url": API, "links": "a", "html": "b"}, "say where addresses stand"),
        ({"url": API + "&p={trang}", "links": "a"}, "{trang} is none of"),
        ({"url": "https://{page}.baothu.vn/", "links": "a"}, "the host is always the same"),
        ({"url": API + "&c={cursor}", "links": "a"}, "`cursor` says where"),
        ({"url": API, "links": "a", "cursor": "b"}, "`cursor` says where"),
        ({"url": API + "&c={cursor}&p={page}", "cursor": "b", "links": "a"}, "not by both"),
        ({"url": API + "&c={id}", "links": "a"}, "has no {id} here"),
        ({"url": "baothu.vn", "links": "a"}, "not a web address"),
    ],
)
def test_a_listing_that_can_not_be_is_refused(facts: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told.replace("{", r"\{").replace("}", r"\}")):
        Listing.model_validate(facts)


def test_a_section_is_counted_or_linked_on_not_both() -> None:
    rule = SectionPages(url="https://baothu.vn/muc/trang-{page}", pages=2)
    page = "<a href='/bai/1'>A</a>"
    assert links_of_section(page, address_of(rule, 0), rule).next_url == "https://baothu.vn/muc/trang-2"
    assert links_of_section(page, address_of(rule, 1), rule, 1).next_url is None
    assert links_of_section("<p>Hết", address_of(rule, 0), rule).next_url is None
    with pytest.raises(ValidationError, match="leave one of the two out"):
        SectionPages(url="https://baothu.vn/trang-{page}", next="a.sau")
    assert next_address(SectionPages(url="https://baothu.vn/muc"), 0) is None


def test_a_load_more_end_point_is_crawled_to_its_end(web: Web, place: Place) -> None:
    for n in range(1, 7):
        web.put(f"/bai/{n}", article(f"Tin số {n}"))
    for page, found in enumerate(([1, 2], [3, 4], [5, 6], [5, 6]), 1):
        answer = {"tin": [{"link": f"/bai/{n}"} for n in found], "con": True}
        web.put(f"/api/tin?trang={page}", json.dumps(answer), kind=JSON)
    listing = {"url": f"{web.base}/api/tin?trang={{page}}", "links": "tin[].link", "more": "con"}
    told = place.crawl(web.spec(discover={"listings": [listing]}))
    assert labels(told) == {f"/bai/{n}": "archived" for n in range(1, 7)}
    assert web.times("/api/tin?trang=5") == 0, "a page that names nothing new is the last"
    assert all(h["accept"] == "application/json" for path, h in web.asked if path.startswith("/api/"))


def test_an_end_point_that_answers_nonsense_is_said_and_stops_nothing(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    web.put("/bai/1", article("Tin một"))
    web.put("/api/tin", "<html>Bảo trì</html>")
    web.put("/api/anh", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, kind=JSON)
    listings = [
        {"url": f"{web.base}{path}", "links": "tin"} for path in ("/api/tin", "/api/anh", "/api/khong")
    ]
    told = place.crawl(web.spec(discover={"feeds": [f"{web.base}/rss.xml"], "listings": listings}))
    assert labels(told) == {
        "/bai/1": "archived",
        "/api/tin": "dropped:listing_failed",
        "/api/anh": "dropped:listing_failed",
        "/api/khong": "dropped:listing_failed",
    }
    assert Why.DISCOVERY in {r.code for r in place.health("bao-thu").reasons}


def test_a_section_goes_on_below_what_a_feed_has_named(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1", "/bai/2"])
    for n in range(1, 4):
        web.put(f"/bai/{n}", article(f"Tin số {n}"))
    web.put("/muc", "<a href='/bai/1'>A</a><a href='/bai/2'>B</a><a class='sau' href='/muc?trang=2'>Sau</a>")
    web.put("/muc?trang=2", "<a href='/bai/3'>C</a><a class='sau' href='/muc?trang=3'>Sau</a>")
    section = {"url": f"{web.base}/muc", "next": "a.sau"}
    told = place.crawl(web.spec(discover={"feeds": [f"{web.base}/rss.xml"], "sections": [section]}))
    assert labels(told)["/bai/3"] == "archived"


def test_sticky_threads_do_not_keep_a_board_going(web: Web, place: Place) -> None:
    def thread(n: int) -> str:
        return f"<h1>Chủ đề {n}</h1><div class='bai' id='p{n}'><p>Chào cả nhà, đây là bài số {n}.</p></div>"

    web.put("/chu-de/1", thread(1))
    web.put("/chu-de/2", thread(2))
    sticky, more = "<a href='/chu-de/1'>Ghim</a>", "<a class='sau' href='/bang?trang={}'>Sau</a>"
    web.pages["/bang"] = Answer(sticky + "<a href='/chu-de/2'>B</a>" + more.format(2))
    for page in range(2, 9):
        web.put(f"/bang?trang={page}", sticky + more.format(page + 1))
    forum = {
        "type": "forum",
        "articles": None,
        "discover": {"sections": [{"url": f"{web.base}/bang", "next": "a.sau"}]},
        "threads": {"allow": ["^/chu-de/"], "post": ".bai", "text": "p"},
    }
    told = place.crawl(web.spec(**forum))
    assert sorted(labels(told).values()) == ["archived", "archived"]
    assert [web.times(f"/bang?trang={page}") for page in (2, 3)] == [1, 0]


def test_hostile_end_points_cost_no_more_than_their_source_allows(place: Place) -> None:
    with hostile_site("127.0.0.25", cases=CASES[:3]) as site:
        listings = [
            {"url": site.url(f"/api/{name}?sau={{cursor}}"), "cursor": "sau", "links": "tin", "pages": 7}
            for name in ("endless", "circle", "deep", "picture")
        ]
        spec = {"id": "thu-dich", "name": "Thù địch", "home": site.base, "allow_addresses": ["127.0.0.25"]}
        facts = {"discover": {"listings": listings}, "articles": {"allow": ["^/bai/"]}}
        told = labels(place.crawl(SourceSpec.model_validate(spec | facts)))
        asked = Counter(request.path.partition("?")[0] for request in site.requests)
        assert not site.trap
    assert asked["/api/endless"] == 7
    assert asked["/api/circle"] == 1
    assert told["/api/deep?sau="] == told["/api/picture?sau="] == "dropped:listing_failed"
    assert {told[case.path] for case in CASES[:3]} == {"archived"}
