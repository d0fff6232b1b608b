import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest

from core.contracts import Reason, SourceState, Why
from core.records.follows import follow
from core.records.hosts import Spent, Wait, keep_wait, waits
from core.settings import BudgetSettings
from core.urls import normalise, page_id
from crawlers import budget
from crawlers.source import Budget
from tests.crawlers.smallweb import Answer, Place, Web, article, labels
from tests.crawlers.test_crawl import THREADS, thread


def test_robots_txt_is_obeyed_and_its_failure_forbids_all(place: Place) -> None:
    webs = [Web(f"127.0.0.{n}") for n in range(41, 46)]
    for web in webs:
        web.feed("/rss.xml", ["/bai/1", "/bai/kin/2"])
        web.put("/bai/1", article("Tin một"))
        web.put("/bai/kin/2", article("Tin hai"))
    rules, _missing, failing, other, moved = webs
    rules.put("/robots.txt", "User-agent: *\nDisallow: /bai/kin\n", kind="text/plain")
    failing.put("/robots.txt", "Lỗi", status=503, kind="text/plain")
    other.put(
        "/robots.txt",
        "User-agent: LangNghe\nDisallow: /bai/1\n\nUser-agent: *\nDisallow: /\n",
        kind="text/plain",
    )
    moved.put("/robots.txt", status=302, headers={"Location": "/quy-tac"})
    moved.put("/quy-tac", "User-agent: *\nDisallow: /bai/kin", kind="text/plain")
    try:
        outcomes = place.crawl(*(web.spec(f"s{i}") for i, web in enumerate(webs)))
    finally:
        for web in webs:
            web.close()
    by_source = [{o.label for o in outcomes if o.source_id == f"s{i}"} for i in range(5)]
    assert by_source == [
        {"archived", "dropped:robots"},
        {"archived"},
        {"dropped:feed_failed"},
        {"archived", "dropped:robots"},
        {"archived", "dropped:robots"},
    ]
    assert failing.times("/rss.xml") == 0
    assert rules.times("/bai/kin/2") == 0
    assert all(web.times("/robots.txt") == 1 for web in webs if web is not failing)
    assert "robots" in str(place.health("s2").reasons)


def test_robots_txt_is_read_once_a_day_however_often_runs_come(web: Web, place: Place) -> None:
    web.put("/robots.txt", "User-agent: *\nDisallow: /bai/kin\n", kind="text/plain")
    web.feed("/rss.xml", ["/bai/1", "/bai/kin/2"])
    web.put("/bai/1", article("Tin một"))
    spec = web.spec()
    for _ in range(3):
        place.crawl(spec)
    assert web.times("/robots.txt") == 1
    assert web.times("/bai/kin/2") == 0
    web.put("/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")
    place.later(hours=25).crawl(spec)
    assert web.times("/robots.txt") == 2
    assert web.times("/rss.xml") == 3


def test_a_robots_txt_that_fails_is_asked_for_again_and_then_obeyed(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    web.put("/bai/1", article("Tin một"))
    web.put("/robots.txt", "Lỗi", status=500, kind="text/plain")
    place.crawl(web.spec())
    asked = web.times("/robots.txt")
    place.crawl(web.spec())
    assert web.times("/robots.txt") == asked
    assert web.times("/rss.xml") == 0
    web.put("/robots.txt", "", kind="text/plain")
    assert labels(place.later(hours=1).crawl(web.spec())) == {"/bai/1": "archived"}
    web.put("/robots.txt", "Lỗi", status=500, kind="text/plain")
    place.later(days=2).crawl(web.spec())
    assert web.times("/rss.xml") == 1, "an old copy does not stand for one that can't be had"


@pytest.mark.parametrize(("redirects", "followed"), [(5, True), (6, False)])
def test_robots_txt_is_followed_through_five_redirects(
    web: Web, place: Place, redirects: int, followed: bool
) -> None:
    for n in range(redirects):
        path = f"/robots-{n}.txt" if n else "/robots.txt"
        web.put(path, status=302, headers={"Location": f"/robots-{n + 1}.txt"})
    web.put(f"/robots-{redirects}.txt", "User-agent: *\nDisallow: /bai/kin\n", kind="text/plain")
    web.feed("/rss.xml", ["/bai/kin/1"])
    web.put("/bai/kin/1", article("Tin một"))
    label = "dropped:robots" if followed else "archived"
    assert labels(place.crawl(web.spec())) == {"/bai/kin/1": label}


Times = dict[str, list[float]]


def timed(web: Web, times: Times, name: str, count: int = 4) -> None:
    """Put a feed `/NAME.xml` of pages that write down when they were asked for."""
    times.setdefault(name, [])
    web.feed(f"/{name}.xml", [f"/bai/{name}-{n}" for n in range(count)])
    for n in range(count):
        web.pages[f"/bai/{name}-{n}"] = lambda before, n=n: (
            times[name].append(time.monotonic()) or Answer(article(f"Tin {name} {n}"))
        )


def feed_of(web: Web, name: str) -> dict[str, object]:
    return {"discover": {"feeds": [f"{web.base}/{name}.xml"]}}


def test_the_pause_of_source_or_robots_txt_is_the_least_whatever_is_asked(place: Place) -> None:
    own, asked = Web("127.0.0.51"), Web("127.0.0.52")
    at: Times = {}
    timed(own, at, "own")
    timed(asked, at, "asked")
    asked.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n", kind="text/plain")
    try:
        # AutoThrottle alone would come down to the source's 0.05 s: the server answers at once.
        place.crawl(
            own.spec("own", delay_s=0.3, **feed_of(own, "own")),
            asked.spec("asked", delay_s=0.05, **feed_of(asked, "asked")),
        )
    finally:
        own.close()
        asked.close()
    for times in at.values():
        assert times[-1] - times[0] > 0.7


def test_a_host_that_was_slow_is_asked_less_often_for_a_while(web: Web, place: Place) -> None:
    at: Times = {}
    timed(web, at, "cham", 4)
    quick = web.pages["/bai/cham-0"]
    assert callable(quick)

    def slow(before: int) -> Answer:
        threading.Event().wait(1.0)
        return quick(before)

    web.pages["/bai/cham-0"] = slow
    place.crawl(web.spec(delay_s=0.01, **feed_of(web, "cham")))
    # By AutoThrottle's mean of the pause before and the time of the last answer; else it would be 0.01 s.
    assert at["cham"][2] - at["cham"][1] > 0.35


def test_sources_that_share_a_host_ask_it_in_turns(web: Web, place: Place) -> None:
    at: Times = {}
    at_work: list[int] = [0, 0]
    for name in ("mot", "hai"):
        timed(web, at, name)

    def alone(answer: Callable[[int], Answer]) -> Callable[[int], Answer]:
        def ask(before: int) -> Answer:
            at_work[0] += 1
            at_work[1] = max(at_work)
            found = answer(before)
            threading.Event().wait(0.02)
            at_work[0] -= 1
            return found

        return ask

    web.pages |= {path: alone(page) for path, page in web.pages.items() if callable(page)}
    place.crawl(*(web.spec(name, delay_s=0.2, **feed_of(web, name)) for name in at))
    assert at_work[1] == 1
    times = sorted(at["mot"] + at["hai"])
    assert len(times) == 8
    # Each by itself would be done in 0.6 s, and both together in that time; a busy machine blurs single gaps.
    assert times[-1] - times[0] > 1.0


def test_a_host_that_wants_to_be_left_alone_is_left_alone_by_later_runs_too(web: Web, place: Place) -> None:
    web.feed("/rss.xml", [f"/bai/{n}" for n in range(30)])
    for n in range(30):
        web.put(f"/bai/{n}", article(f"Tin {n}"))
    two_hours = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    web.put("/bai/0", "Chờ", status=429, headers={"Retry-After": two_hours})
    outcomes = place.crawl(web.spec(delay_s=0.01))
    assert labels(outcomes)["/bai/0"] == "quarantined:http_429"
    (told,) = [o for o in outcomes if o.reason == "host_waits"]
    assert "asked to be left alone until" in told.detail
    assert {r.code for r in place.health("bao-thu").reasons} >= {Why.HOST_WAITS, Why.PASSED_OVER}
    asked = len(web.asked)
    assert asked < 30, "requests that were under way are answered, no further one is made"

    place.later(hours=1).crawl(web.spec())
    assert len(web.asked) == asked
    assert place.health("bao-thu").state is SourceState.LATE

    web.put("/bai/0", article("Tin 0"))
    found = labels(place.later(hours=1, minutes=1).crawl(web.spec()))
    assert found["/bai/0"] == "archived"
    assert len(place.pages()) == 30


def test_a_host_that_refuses_again_and_again_is_left_alone_for_longer(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    web.put("/bai/1", article("Tin"))
    web.put("/rss.xml", "Chờ", status=503)
    keep_wait(place.records, Wait(host=urlsplit(web.base).netloc, wait_until=datetime.now(UTC), refusals=9))
    place.crawl(web.spec())
    assert web.times("/rss.xml") == 1
    (wait,) = waits(place.records).values()
    assert wait.refusals == 10
    assert timedelta(minutes=8) < wait.wait_until - datetime.now(UTC) < timedelta(minutes=9)
    web.feed("/rss.xml", ["/bai/1"])
    assert labels(place.later(minutes=9).crawl(web.spec())) == {"/bai/1": "archived"}
    assert waits(place.records) == {}, "it answers again"


def test_a_spent_budget_ends_the_asking_and_is_said(web: Web, place: Place) -> None:
    web.feed("/rss.xml", [f"/bai/{n}" for n in range(20)])
    for n in range(20):
        web.put(f"/bai/{n}", article(f"Tin {n}"))
    spec = web.spec(delay_s=0.01, budget={"requests_per_run": 8, "requests_per_day": 12})
    outcomes = place.crawl(spec)
    assert len(web.asked) == 8, "robots.txt and feed count too"
    assert labels(outcomes) == {f"/bai/{n}": "archived" for n in range(6)} | {
        "/source:bao-thu:budget": "dropped:budget"
    }
    assert place.health("bao-thu").reasons == (
        Reason(code=Why.BUDGET),
        Reason(code=Why.PASSED_OVER, facts={"count": 14}),
    )
    assert place.health("bao-thu").state is SourceState.OK

    [told] = [o for o in place.crawl(spec) if o.reason == "budget"]
    assert len(web.asked) == 12
    assert "12 requests_per_day" in told.detail
    assert len(place.pages()) == 9
    place.crawl(spec)
    assert len(web.asked) == 12
    assert place.health("bao-thu").state is SourceState.LATE


def test_a_source_whose_time_is_over_ends_and_the_next_run_goes_on(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    web.put("/bai/1", article("Tin một"))
    outcomes = place.crawl(web.spec(budget={"minutes_per_run": 1e-6}))
    assert labels(outcomes) == {"/source:bao-thu:budget": "dropped:budget"}
    assert outcomes[0].detail == "the budget of 1e-06 minutes_per_run is spent"
    assert not web.asked
    assert place.health("bao-thu").reasons == (Reason(code=Why.BUDGET),)
    assert labels(place.crawl(web.spec())) == {"/bai/1": "archived"}


def test_the_time_of_a_source_begins_with_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(budget.time, "monotonic", lambda: now)
    purse = budget.Purse(BudgetSettings(minutes_per_run=45), Budget(), Spent())
    now += 44 * 60
    assert purse.reached() is None
    now += 60
    assert purse.reached() == "the budget of 45 minutes_per_run is spent"


def test_bytes_count_too(web: Web, place: Place) -> None:
    web.feed("/rss.xml", [f"/bai/{n}" for n in range(20)])
    for n in range(20):
        web.put(f"/bai/{n}", article(f"Tin {n}"))
    size = len(article("Tin 10").encode())
    outcomes = place.crawl(web.spec(delay_s=0.01, budget={"bytes_per_run": 5 * size}))
    [told] = [o for o in outcomes if o.reason == "budget"]
    assert "bytes_per_run is spent" in told.detail
    assert 3 <= len(place.pages()) <= 5


def test_followed_threads_are_asked_for_though_nothing_lists_them(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/t/1", "/t/2"])
    for path in ("/t/1", "/t/2"):
        web.put(path, thread(1))
    spec = web.spec(type="forum", articles=None, threads=THREADS)
    place.crawl(spec)
    web.feed("/rss.xml", [])
    first = f"{web.base}/t/1"
    follow(place.records, "an", page_id(first), "bao-thu", normalise(first), followed=True)
    web.put("/t/1", thread(1, 2))
    assert labels(place.later(hours=1).crawl(spec)) == {"/t/1#p1": "unchanged", "/t/1#p2": "archived"}


def test_a_thread_is_read_on_from_the_page_that_was_its_last(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/t/1"])
    web.put("/t/1", thread(1, 2, more="/t/1/trang-2"))
    web.put("/t/1/trang-2", thread(3))
    spec = web.spec(type="forum", articles=None, threads=THREADS | {"deny": ["trang-"]})
    place.crawl(spec)
    web.put("/t/1/trang-2", thread(3, 4, more="/t/1/trang-3"))
    web.put("/t/1/trang-3", thread(5))
    found = labels(place.later(hours=6).crawl(spec))
    assert found == {"/t/1#p3": "unchanged", "/t/1#p4": "archived", "/t/1#p5": "archived"}
    assert web.times("/t/1") == 1
    del web.pages["/t/1/trang-3"], web.pages["/t/1/trang-2"]
    web.put("/t/1", thread(1, 2, 3))
    place.later(hours=6).crawl(spec)
    found = labels(place.later(hours=6).crawl(spec))
    assert found == {f"/t/1#p{n}": "unchanged" for n in (1, 2, 3)}, "a thread that shrank is read anew"


def test_a_page_that_no_feed_names_any_more_is_still_looked_at_for_edits(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    web.put("/bai/1", article("Tin một"))
    place.crawl(web.spec())
    web.feed("/rss.xml", [])
    web.put("/bai/1", article("Tin một, đã sửa"))
    assert labels(place.later(hours=1).crawl(web.spec())) == {"/bai/1": "archived"}


def test_a_walk_through_section_pages_ends_where_all_is_known_unless_the_last_run_was_cut_off(
    web: Web, place: Place
) -> None:
    for n in range(6):
        web.put(f"/bai/{n}", article(f"Tin {n}"))
        web.put(f"/muc-{n}", f"<h3><a href='/bai/{n}'>a</a></h3><a class='n' href='/muc-{n + 1}'>Sau</a>")
    section = {"url": f"{web.base}/muc-0", "links": "h3 a", "next": "a.n"}
    spec = web.spec(discover={"sections": [section]})
    few = place.settings.crawl.model_copy(update={"pages_per_run": 3})
    whole = place.settings
    place.settings = whole.model_copy(update={"crawl": few})
    place.crawl(spec)
    assert len(place.pages()) == 3
    place.settings = whole
    place.crawl(spec.model_copy(update={"budget": Budget(requests_per_day=1)}))
    place.crawl(spec)
    assert len(place.pages()) == 6, "the run before left some, so known pages do not end the walk"
    before = web.times("/muc-1")
    place.crawl(spec)
    assert (web.times("/muc-0"), web.times("/muc-1")) == (3, before)


def test_an_address_in_the_contact_is_told_as_the_sender(web: Web, place: Place) -> None:
    web.feed("/rss.xml", [])
    place.crawl(web.spec())
    assert {headers["from"] for _, headers in web.asked} == {"bien-tap@example.vn"}


def test_of_an_index_only_sitemaps_that_changed_since_all_was_read_are_asked_for(
    web: Web, place: Place
) -> None:
    def index(november: str) -> str:
        told = (("10", "2026-10-31"), ("11", november), ("khong-ro", ""))
        entries = "".join(
            f"<sitemap><loc>{web.base}/{name}.xml</loc><lastmod>{day}</lastmod></sitemap>"
            for name, day in told
        )
        return f"<sitemapindex>{entries}</sitemapindex>"

    today = datetime.now(UTC).date()
    web.put("/sitemap.xml", index((today - timedelta(days=30)).isoformat()), kind="text/xml")
    for name in ("10", "11", "khong-ro"):
        page = f"{web.base}/bai/tin-{name}.html"
        web.put(f"/{name}.xml", f"<urlset><url><loc>{page}</loc></url></urlset>", kind="text/xml")
        web.put(f"/bai/tin-{name}.html", article(name))
    spec = web.spec(discover={"sitemaps": [f"{web.base}/sitemap.xml"]})
    place.crawl(spec)
    assert len(place.pages()) == 3
    place.crawl(spec)
    asked = [web.times(f"/{name}.xml") for name in ("10", "11", "khong-ro")]
    assert asked == [1, 1, 2], "what does not say when it changed is read each time"
    web.put("/sitemap.xml", index(f"{today}T06:00:00+07:00"), kind="text/xml")
    place.crawl(spec)
    assert [web.times(f"/{name}.xml") for name in ("10", "11")] == [1, 2]
