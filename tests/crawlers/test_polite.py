import time
from itertools import pairwise

from core.records import runs
from tests.crawlers.smallweb import Answer, Place, Web, article, labels


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
    assert "robots.txt" in place.health("s2").reason


def test_the_pause_of_source_or_robots_txt_is_kept(place: Place) -> None:
    own, asked = Web("127.0.0.51"), Web("127.0.0.52")
    at: dict[str, list[float]] = {"own": [], "asked": []}
    for name, web in (("own", own), ("asked", asked)):
        web.feed("/rss.xml", [f"/bai/{n}" for n in range(4)])
        for n in range(4):
            web.pages[f"/bai/{n}"] = lambda before, name=name: (
                at[name].append(time.monotonic()) or Answer(article(f"{name} {before}"))
            )
    asked.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n", kind="text/plain")
    try:
        place.crawl(own.spec("own", delay_s=0.3), asked.spec("asked"))
    finally:
        own.close()
        asked.close()
    for times in at.values():
        # Scrapy varies a pause by half of it, so that requests do not come in step.
        assert all(after - before > 0.1 for before, after in pairwise(times))
        assert times[-1] - times[0] > 0.45


def test_a_wish_to_wait_long_is_met_by_the_next_run(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    web.put("/bai/1", "Chờ", status=429, headers={"Retry-After": "86400"})
    assert labels(place.crawl(web.spec())) == {"/bai/1": "quarantined:http_429"}
    assert web.times("/bai/1") == 1
    assert len(runs.quarantined(place.records)) == 1
