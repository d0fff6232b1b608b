from crawlers.check import check
from tests.crawlers.smallweb import Place, Web, article


def test_a_check_says_what_works_and_leaves_nothing_behind(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1", "/bai/2"])
    web.put("/bai/1", article("Tin một"))
    web.put("/bai/2", article("Tin hai"))
    findings = check(web.spec(), place.settings)
    assert [(f.what, f.ok) for f in findings] == [
        (f"{web.base}/robots.txt", True),
        (f"{web.base}/rss.xml", True),
        ("page", True),
    ]
    assert "title of 7 characters, text of " in findings[-1].detail
    assert "no date, 0 more texts" in findings[-1].detail
    assert "Tin" not in findings[-1].detail, "a headline may name a child"
    assert web.times("/bai/1") + web.times("/bai/2") == 1
    assert not place.pages()


def test_a_check_says_what_does_not_work(web: Web, place: Place) -> None:
    web.put("/rss.xml", "Xin chào")
    spec = web.spec(discover={"feeds": [f"{web.base}/rss.xml"], "sitemaps": [f"{web.base}/khong-co.xml"]})
    findings = {f.what.removeprefix(web.base): f for f in check(spec, place.settings)}
    assert {what: f.ok for what, f in findings.items()} == {
        "/robots.txt": True,
        "/rss.xml": False,
        "/khong-co.xml": False,
        "page": False,
    }
    assert findings["/rss.xml"].detail == "feed: is no feed"
    assert "status 404" in findings["/khong-co.xml"].detail
    assert findings["page"].detail == "no page was found"


def test_a_check_is_as_safe_as_a_crawl(web: Web, place: Place) -> None:
    web.feed("/rss.xml", ["/bai/1"])
    findings = check(web.spec(allow_addresses=[]), place.settings)
    assert not any(f.ok for f in findings)
    assert "private or reserved address" in findings[0].detail
    assert not web.asked
