import json
import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from core.contracts import VIETNAM, Page, PageType, Reason, SourceState, Why
from core.holidays import is_holiday
from core.outcomes import Outcome
from core.records import open_records, runs
from core.records.crawled import declare_sources
from core.records.days import add_day, source_days
from core.source_days import SourceDay
from core.urls import normalise, page_id
from crawlers.novelty import REST
from tests.crawlers.smallweb import Answer, Place, Web, article, labels, place_settings

POST = """<div class="p" id="p{n}"><div class="b">{text}</div>
<time datetime="2026-11-20T08:0{n}:00Z"></time></div>"""


def thread(*posts: int, more: str = "") -> str:
    """Return a page of a thread with these posts."""
    link = f'<a class="next" href="{more}">Sau</a>' if more else ""
    bodies = "".join(POST.format(n=n, text=f"Bài viết số {n} về việc đưa đón con") for n in posts)
    return f"<html><body><h1>Hỏi về đưa đón</h1>{bodies}{link}</body></html>"


THREADS = {"allow": ["^/t/"], "post": ".p", "text": ".b", "date": "time", "next": "a.next"}


def test_pages_are_found_by_feed_sitemap_and_section_and_archived_once(web: Web, place: Place) -> None:
    for number in range(1, 8):
        web.put(f"/bai/tin-{number}.html", article(f"Tin số {number}"), etag=number % 2 == 0)
    web.feed("/rss.xml", ["/bai/tin-1.html?utm_source=rss", "/bai/tin-2.html", "/anh/a.jpg", "/gioi-thieu"])
    web.put(
        "/sitemap.xml", f"<urlset><url><loc>{web.base}/bai/tin-3.html</loc></url></urlset>", kind="text/xml"
    )
    web.put(
        "/muc",
        "<h3><a href='/bai/tin-4.html'>a</a></h3><h3><a href='/bai/tin-1.html'>b</a></h3>"
        "<a class='n' href='/muc?trang=2'>Sau</a>",
    )
    web.put(
        "/muc?trang=2", "<h3><a href='/bai/tin-5.html'>a</a></h3><a class='n' href='/muc?trang=3'>Sau</a>"
    )
    web.put(
        "/muc?trang=3", "<h3><a href='/bai/tin-5.html'>a</a></h3><a class='n' href='/muc?trang=4'>Sau</a>"
    )
    spec = web.spec(
        discover={
            "feeds": [f"{web.base}/rss.xml"],
            "sitemaps": [f"{web.base}/sitemap.xml"],
            "sections": [{"url": f"{web.base}/muc", "links": "h3 a", "next": "a.n"}],
        }
    )
    first = place.crawl(spec)
    assert labels(first) == {f"/bai/tin-{n}.html": "archived" for n in range(1, 6)}
    assert {p.title for p in place.pages()} == {f"Tin số {n}" for n in range(1, 6)}
    assert web.times("/muc?trang=4") == 0, "a section page with nothing new ends the walk"
    assert not any(path.startswith("/anh") for path, _ in web.asked)
    assert place.health("bao-thu").state is SourceState.OK

    assert place.crawl(spec) == [], "what is known is not asked for before its turn"
    assert place.health("bao-thu").state is SourceState.UNCHANGED

    second = place.later(hours=1).crawl(spec)
    assert set(labels(second).values()) == {"unchanged"}
    assert len(second) == 5
    assert len(place.pages()) == 5
    asked = [headers for path, headers in web.asked if path == "/bai/tin-2.html"]
    assert ["if-none-match" in headers for headers in asked] == [False, True]
    assert place.health("bao-thu").state is SourceState.UNCHANGED

    web.put("/bai/tin-2.html", article("Tin số 2, đã sửa"), etag=True)
    web.put("/bai/tin-3.html", article("Tin số 3, đã sửa"))
    assert Counter(labels(place.later(hours=2).crawl(spec)).values()) == {"archived": 2, "unchanged": 3}
    revisions = [p for p in place.pages() if p.id == page_id(f"{web.base}/bai/tin-2.html")]
    assert len({p.content_hash for p in revisions}) == 2


def test_comments_and_threads_have_an_outcome_each_and_grow(web: Web, place: Place) -> None:
    comment = "<div class='c' id='c{n}'><p class='t'>Bình luận số {n} của bạn đọc</p></div>"
    web.put("/bai/1", article("Tin", below=comment.format(n=1)), etag=True)
    web.put("/t/12", thread(1, 2, more="/t/12/trang-2"), etag=True)
    web.put("/t/12/trang-2", thread(3), etag=True)
    web.feed("/rss.xml", ["/bai/1", "/t/12"])
    spec = web.spec(
        comments={"item": ".c", "text": ".t"},
        threads=THREADS | {"deny": ["trang-"]},
        articles={"allow": ["^/bai/"]},
    )
    assert labels(place.crawl(spec)) == {
        "/bai/1": "archived",
        "/bai/1#c1": "archived",
        "/t/12#p1": "archived",
        "/t/12#p2": "archived",
        "/t/12#p3": "archived",
    }
    posts = [p for p in place.pages() if p.type is PageType.POST]
    assert {p.thread_id for p in posts} == {page_id(f"{web.base}/t/12")}
    assert {p.thread_title for p in posts} == {"Hỏi về đưa đón"}

    web.put("/bai/1", article("Tin", below=comment.format(n=1) + comment.format(n=2)), etag=True)
    web.put("/t/12/trang-2", thread(3, 4), etag=True)
    again = labels(place.later(hours=6).crawl(spec))
    assert {item for item, label in again.items() if label == "archived"} == {"/bai/1#c2", "/t/12#p4"}
    third = labels(place.later(hours=6).crawl(spec))
    assert set(third.values()) == {"unchanged"}


def test_what_can_pass_is_tried_again_and_what_fails_is_quarantined_and_replayed(
    web: Web, place: Place
) -> None:
    web.feed("/rss.xml", ["/bai/ban", "/bai/hong"])
    web.pages["/bai/ban"] = lambda before: (
        Answer("Chờ", 503, headers={"Retry-After": "1"}) if before == 0 else Answer(article("Bận"))
    )
    web.put("/bai/hong", "Lỗi", status=500)
    spec = web.spec()
    assert labels(place.crawl(spec)) == {"/bai/ban": "archived", "/bai/hong": "quarantined:http_500"}
    assert web.times("/bai/hong") == 2
    (held,) = runs.quarantined(place.records)
    before = place.health("bao-thu")

    web.put("/bai/hong", article("Đã lành"))
    assert labels(place.crawl(spec, urls={"bao-thu": [held.item]})) == {"/bai/hong": "archived"}
    assert not runs.quarantined(place.records)
    assert place.health("bao-thu") == before
    assert web.times("/rss.xml") == 1


def test_a_page_is_replayed_at_the_address_where_it_was_found(web: Web, place: Place) -> None:
    found = web.base + "/bai/dai-9/"
    web.feed("/rss.xml", ["/bai/dai-9/"])
    web.put("/bai/dai-9/", "Chờ", status=500)
    outcomes = place.crawl(web.spec())
    assert [(o.item, o.url) for o in outcomes] == [(normalise(found), found)]
    (held,) = runs.quarantined(place.records)
    assert (held.item, held.url) == (normalise(found), found)
    web.put("/bai/dai-9/", article("Tin dài"))
    assert labels(place.crawl(web.spec(), urls={"bao-thu": [held.url]})) == {"/bai/dai-9": "archived"}
    assert not runs.quarantined(place.records)
    assert web.times("/bai/dai-9") == 0
    assert [page.url for page in place.pages()] == [found]


@pytest.mark.parametrize("named_by", ["item", "url"])
def test_a_thread_leaves_the_quarantine_once_it_is_read_to_its_end(
    web: Web, place: Place, named_by: str
) -> None:
    web.feed("/rss.xml", ["/t/1"])
    web.put("/t/1", "Chờ", status=500)
    web.put("/t/1/trang-2", "Chờ", status=500)
    spec = web.spec(type="forum", articles=None, threads=THREADS | {"deny": ["trang-"]})
    assert labels(place.crawl(spec)) == {"/t/1": "quarantined:http_500"}
    (held,) = runs.quarantined(place.records)
    again = {"bao-thu": [getattr(held, named_by)]}

    web.put("/t/1", thread(1, more="/t/1/trang-2"))
    assert labels(place.crawl(spec, urls=again)) == {"/t/1#p1": "archived", "/t/1": "quarantined:http_500"}
    (held,) = runs.quarantined(place.records)
    assert held.tries == 2

    web.put("/t/1/trang-2", thread(2))
    healed = {"/t/1#p1": "unchanged", "/t/1#p2": "archived", "/t/1": "unchanged"}
    assert labels(place.crawl(spec, urls=again)) == healed
    assert not runs.quarantined(place.records)
    assert labels(place.later(hours=6).crawl(spec)) == {"/t/1#p2": "unchanged"}


def test_pages_that_give_nothing_starve_no_new_ones_and_are_asked_for_once_a_day(
    web: Web, place: Place
) -> None:
    dead = [f"/bai/trong-{n}" for n in range(2)] + ["/bai/mat"]
    for path in dead[:2]:
        web.put(path, "<html></html>")
    web.feed("/rss.xml", [*dead, "/bai/1"])
    web.put("/bai/1", article("Tin một"))
    few = place.settings.crawl.model_copy(update={"pages_per_run": 3})
    place.settings = place.settings.model_copy(update={"crawl": few})
    spec = web.spec()
    first = labels(place.crawl(spec))
    assert first == dict.fromkeys(dead[:2], "dropped:no_text") | {"/bai/mat": "dropped:http_404"}
    assert labels(place.crawl(spec)) == {"/bai/1": "archived"}
    assert labels(place.later(hours=1).crawl(spec)) == {"/bai/1": "unchanged"}

    place.later(days=REST.days)
    web.put("/bai/mat", article("Tin về lại"))
    assert labels(place.crawl(spec)) == dict.fromkeys(dead[:2], "dropped:no_text") | {"/bai/mat": "archived"}
    assert labels(place.crawl(spec, urls={"bao-thu": [web.base + dead[0]]})) == {dead[0]: "dropped:no_text"}


def test_a_source_that_gives_nothing_stays_failed_while_its_pages_are_left_alone(
    web: Web, place: Place
) -> None:
    web.feed("/rss.xml", ["/bai/mat"])
    for why in (
        Reason(code=Why.NONE_KEPT, facts={"count": 1, "reason": "http_404", "times": 1}),
        Reason(code=Why.RESTING, facts={"count": 1}),
    ):
        place.crawl(web.spec())
        assert place.health("bao-thu").state is SourceState.FAILED
        assert place.health("bao-thu").reasons == (why,)
    assert web.times("/bai/mat") == 1


def test_what_was_kept_once_is_remembered_while_its_page_is_gone(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    web.put("/bai/1", article("Tin một"))
    spec = web.spec()
    place.crawl(spec)
    web.put("/bai/1", "Không có", status=404)
    assert labels(place.later(hours=1).crawl(spec)) == {"/bai/1": "dropped:http_404"}
    web.put("/bai/1", article("Tin một"))
    assert labels(place.later(hours=2).crawl(spec)) == {"/bai/1": "unchanged"}


def test_a_run_takes_up_no_more_pages_than_allowed_the_unseen_first(web: Web, place: Place) -> None:
    paths = [f"/bai/{n}" for n in range(6)]
    for path in paths:
        web.put(path, article(f"Tin {path}"))
    web.feed("/rss.xml", paths)
    few = place.settings.crawl.model_copy(update={"pages_per_run": 4})
    place.settings = place.settings.model_copy(update={"crawl": few})
    spec = web.spec()
    place.crawl(spec)
    assert place.health("bao-thu").reasons == (Reason(code=Why.PASSED_OVER, facts={"count": 2}),)
    place.crawl(spec)
    assert len(place.pages()) == 6


def test_a_sources_health_says_what_it_gave(place: Place) -> None:
    webs = [Web(f"127.0.0.{n}") for n in (31, 32, 33, 34)]
    empty, few, dead, lost = webs
    try:
        empty.feed("/rss.xml", [])
        few.feed("/rss.xml", ["/bai/1"])
        few.put("/bai/1", article("Tin"))
        lost.feed("/rss.xml", ["/bai/mat"])
        dead.close()
        specs = [
            empty.spec("trong"),
            few.spec("it", expect={"minimum": 5}),
            dead.spec("chet"),
            lost.spec("lac"),
        ]
        outcomes = place.crawl(*specs)
    finally:
        for web in (empty, few, lost):
            web.close()
    states = {name: place.health(name).state for name in ("trong", "it", "chet", "lac")}
    assert states == {
        "trong": SourceState.EMPTY,
        "it": SourceState.LATE,
        "chet": SourceState.FAILED,
        "lac": SourceState.FAILED,
    }
    whys = {name: place.health(name).reasons[0] for name in states}
    assert whys["trong"] == Reason(code=Why.NO_PAGE)
    assert whys["it"] == Reason(code=Why.BELOW_MINIMUM, facts={"got": 1, "minimum": 5})
    assert whys["chet"].code is Why.DISCOVERY
    assert whys["chet"].facts["reason"] == "unreachable"
    assert whys["lac"] == Reason(code=Why.NONE_KEPT, facts={"count": 1, "reason": "http_404", "times": 1})
    assert {o.source_id: o.label for o in outcomes}["chet"] == "dropped:feed_failed"


def test_a_crawl_counts_what_the_source_gave_on_its_day(web: Web, place: Place) -> None:
    now = datetime.now(UTC)
    old = '<meta property="article:published_time" content="2020-01-01T08:00:00+07:00">'
    linked = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Tin"}</script>'
    repeated = "Đăng ký nhận bản tin của chúng tôi mỗi sáng"
    web.feed("/rss.xml", [f"/bai/{n}" for n in range(4)])
    web.put("/bai/0", article("Tin số 0", text=repeated, head=old))
    web.put("/bai/1", article("Tin số 1", text=repeated, head=linked))
    web.put("/bai/2", article("Tin số 2", text=f"{repeated} số 2"))
    web.put("/bai/3", "<html><body></body></html>")
    spec = web.spec()
    place.crawl(spec)
    web.put("/bai/2", article("Tin số 2, đã sửa", text=f"{repeated} số 2, sửa"))
    place.later(hours=2).crawl(spec)

    [day] = source_days(place.records, (now - timedelta(days=1)).date())["bao-thu"]

    assert day.checks == 2
    assert day.new == 2  # one is of years ago, one was seen before
    made = day.makeup
    assert (made.pages, made.blank, made.linked, made.bare, made.dated) == (4, 1, 1, 0, 1)
    assert (made.paragraphs, made.repeated) == (2, 1)  # all but the first page of each run
    assert math.expm1(made.title / made.pages) == pytest.approx(10, rel=0.2)


def test_fewer_pages_than_past_weeks_let_expect_are_late_and_said_with_numbers(
    web: Web, place: Place
) -> None:
    now = datetime.now(UTC)
    web.feed("/rss.xml", ["/bai/1"])
    web.put("/bai/1", article("Tin"))
    declare_sources(place.records, [("bao-thu", "Báo Thử", web.base, True)])
    with place.records.write() as session:
        for back in range(1, 60):
            day = (now - timedelta(days=back)).astimezone(VIETNAM).date()
            add_day(session, SourceDay(source_id="bao-thu", day=day, checks=24, hours=(30,) * 24))
    place.crawl(web.spec())

    health = place.health("bao-thu")
    holiday = any(is_holiday(now.astimezone(VIETNAM).date() - timedelta(days=n)) for n in range(8))
    if not holiday:  # nothing is expected then
        assert health.state is SourceState.LATE
        assert health.reasons[0].code is Why.FEWER
        assert health.reasons[0].facts["got"] == 1


@pytest.fixture(scope="module")
def newspaper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Web, list[Outcome], dict[str, Page]]:
    """A newspaper that was crawled once: what it was asked for, the outcomes, the pages by path."""
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Tin có dữ liệu",
        "datePublished": "2026-11-20T07:00:00+07:00",
        "articleSection": "Giáo dục",
    }
    head = f'<script type="application/ld+json">{json.dumps(said)}</script>'
    web = Web("127.0.0.62")
    found = [
        "/bai/tin-100001.html",
        "/bai/tin-100001.html?fbclid=x",
        "/bai/cu-100001.html",
        "/bai/2",
        "/bai/3",
    ]
    web.feed("/rss.xml", found, ["Fri, 20 Nov 2026 07:00:00 +0700"] * 5)
    web.put("/bai/tin-100001.html", article("Tin có dữ liệu", head=head), headers={"Set-Cookie": "a=b"})
    web.put("/bai/cu-100001.html", status=301, headers={"Location": "/bai/tin-100001.html"})
    web.put("/bai/2", article("Tin hai"), headers={"Set-Cookie": "a=b"})
    web.put("/bai/3", article("Tin ba"))
    settings = place_settings(tmp_path_factory.mktemp("newspaper"))
    records = open_records(settings)
    place = Place(settings, records)
    outcomes = place.crawl(web.spec())
    records.close()
    web.close()
    return web, outcomes, {urlsplit(page.url).path: page for page in place.pages()}


Newspaper = tuple[Web, list[Outcome], dict[str, Page]]


def test_the_crawler_says_who_it_is_and_keeps_no_cookie(newspaper: Newspaper) -> None:
    for path, headers in newspaper[0].asked:
        assert headers["user-agent"] == "LangNghe/0.1 (+bien-tap@example.vn)", path
        assert "cookie" not in headers
        assert "referer" not in headers
        assert "image" not in headers["accept"]


def test_twins_and_redirects_lead_to_one_document(newspaper: Newspaper) -> None:
    _, outcomes, pages = newspaper
    assert Counter(o.label for o in outcomes) == {"archived": 3, "duplicate": 1}
    assert set(pages) == {"/bai/tin-100001.html", "/bai/2", "/bai/3"}
    assert all(o.item == normalise(o.item) for o in outcomes)


def test_an_article_keeps_what_json_ld_says(newspaper: Newspaper) -> None:
    page = newspaper[2]["/bai/tin-100001.html"]
    assert (page.title, page.section, page.language) == ("Tin có dữ liệu", "Giáo dục", "vi")
    assert page.published_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_the_feed_gives_the_date_that_the_page_lacks(newspaper: Newspaper) -> None:
    assert newspaper[2]["/bai/2"].published_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_of_some_days_only_what_lists_date_so_or_not_at_all_is_fetched(web: Web, place: Place) -> None:
    paths = [f"/bai/tin-{n}.html" for n in range(4)]
    for path in paths:
        web.put(path, article(f"Tin {path}"))
    # The second is of the 24th in Vietnam, the last has no date.
    dates = [
        "Mon, 23 Nov 2026 16:59:59 GMT",
        "Mon, 23 Nov 2026 17:00:00 GMT",
        "Fri, 27 Nov 2026 07:30:00 +0700",
    ]
    web.feed("/rss.xml", paths, dates)
    days = (date(2026, 11, 24), date(2026, 11, 26))
    told = place.crawl(web.spec(), dated=days)
    assert sorted(o.url for o in told) == [f"{web.base}{paths[n]}" for n in (1, 3)]
    assert place.health("bao-thu").checked_at is None
    assert place.crawl(web.spec(), dated=days) == []
    assert len(place.crawl(web.spec())) == 2
