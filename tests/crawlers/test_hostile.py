"""Every bad input of the hostile site gives its own outcome and leaves the rest running."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.contracts import SourceState, Why
from core.gate import refused_bytes
from core.outcomes import Outcome
from core.records import open_records
from crawlers.source import SourceSpec
from tests.crawlers.smallweb import Place, Web, article, place_settings
from tests.site import CASES, Family, HostileSite, hostile_site

FAMILIES = {
    "archived": Family.ARCHIVED,
    "robots": Family.ROBOTS,
    "image": Family.MEDIA,
    "video": Family.MEDIA,
    "audio": Family.MEDIA,
    "type": Family.TYPE,
    "pdf": Family.TYPE,
    "zip": Family.TYPE,
    "binary": Family.TYPE,
    "too_large": Family.SIZE,
    "timeout": Family.TIME,
    "private_address": Family.ADDRESS,
    "address": Family.ADDRESS,
    "offsite": Family.ADDRESS,
    "redirect": Family.REDIRECT,
    "redirect_loop": Family.REDIRECT,
    "unreachable": Family.NETWORK,
    "broken": Family.NETWORK,
    "truncated": Family.NETWORK,
    "empty": Family.EMPTY,
    "no_text": Family.EMPTY,
}


def source(site: HostileSite, name: str, *discover: str, address: str = "127.0.0.9") -> SourceSpec:
    """Return a source of the hostile site that starts from these paths."""
    found = [site.base + path for path in discover]
    return SourceSpec.model_validate(
        {
            "id": name,
            "name": "Trang hiểm",
            "home": site.base,
            "allow_addresses": [address],
            "discover": {
                "feeds": [url for url in found if "rss" in url],
                "sitemaps": [url for url in found if "sitemap" in url],
            },
            "articles": {"allow": ["^/bai/"]},
        }
    )


@pytest.fixture(scope="module")
def crawled(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[HostileSite, Place, list[Outcome], list[Outcome]]:
    """The hostile site with all its cases, crawled beside a good one."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    settings = place_settings(folder, timeout_s=3.0, max_bytes=2 * 2**20)
    records = open_records(settings)
    place = Place(settings, records)
    good = Web("127.0.0.61")
    good.feed("/rss.xml", [f"/bai/{n}" for n in range(10)])
    for n in range(10):
        good.put(f"/bai/{n}", article(f"Tin lành {n}"))
    with hostile_site("127.0.0.9") as site:
        outcomes = place.crawl(source(site, "hiem", "/rss.xml"), good.spec("lanh"))
    good.close()
    records.close()
    bad = [o for o in outcomes if o.source_id == "hiem"]
    return site, place, bad, [o for o in outcomes if o.source_id == "lanh"]


Crawled = tuple[HostileSite, Place, list[Outcome], list[Outcome]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_each_case_has_its_outcome(crawled: Crawled, case: object) -> None:
    site, _, outcomes, _ = crawled
    path, expected = case.path, case.expected  # type: ignore[attr-defined]
    (outcome,) = [o for o in outcomes if o.item.endswith(site.base[7:] + path)]
    family = FAMILIES.get(outcome.reason or str(outcome.result), Family.STATUS)
    assert family in expected, outcome


def test_every_refusal_is_told_in_one_plain_line(crawled: Crawled) -> None:
    for outcome in crawled[2]:
        assert bool(outcome.detail) == bool(outcome.reason)
        assert "\n" not in outcome.detail
        assert "Traceback" not in outcome.detail
        assert "twisted" not in outcome.detail


def test_each_item_has_one_outcome_and_nothing_reached_a_forbidden_address(crawled: Crawled) -> None:
    site, _, outcomes, _ = crawled
    assert len({o.item for o in outcomes}) == len(outcomes) == len(CASES)
    assert not site.trap


def test_no_picture_was_asked_for_or_kept(crawled: Crawled) -> None:
    site, place, _, _ = crawled
    assert not [r.path for r in site.requests if r.path.startswith("/anh/")]
    for page in place.pages():
        for trace in ("data:image", "JFIF", "\x00"):
            assert trace not in page.text + page.title + page.lead
        assert refused_bytes(page.text.encode()) is None


def test_no_form_log_in_cookie_or_trail_is_sent_anywhere(crawled: Crawled) -> None:
    site = crawled[0]
    assert {request.method for request in site.requests} == {"GET"}
    sent = {name for request in site.requests for name in request.headers}
    assert sent == {"host", "user-agent", "from", "accept", "accept-language", "accept-encoding"}
    assert site.asked("/bai/login.html") == 1
    assert not [request.path for request in site.requests if "mat-khau" in request.path]


def test_archived_pages_say_what_the_page_says(crawled: Crawled) -> None:
    site, place, _, _ = crawled
    titles = {page.url: page.title for page in place.pages()}
    for case in CASES:
        if case.title and site.url(case.path) in titles:
            assert titles[site.url(case.path)] == case.title, case.path
    assert all(len(page.title) <= 500 for page in place.pages())


def test_the_good_site_beside_it_is_complete(crawled: Crawled) -> None:
    _, place, _, good = crawled
    assert [o.label for o in good] == ["archived"] * 10
    assert len([p for p in place.pages() if p.source_id == "lanh"]) == 10


def test_broken_robots_feeds_and_sitemaps_have_outcomes_and_stop_nothing(place: Place) -> None:
    small = place.settings.crawl.model_copy(update={"max_bytes": 2 * 2**20, "timeout_s": 2.0, "retries": 0})
    place.settings = place.settings.model_copy(update={"crawl": small})
    quick = tuple(case for case in CASES if case.path.startswith("/bai/tot-") or "/cam/" in case.path)
    found = (
        "/rss-broken.xml",
        "/rss-empty.xml",
        "/rss-none.xml",
        "/sitemap-self.xml",
        "/sitemap-entities.xml",
        "/sitemap-bomb.xml.gz",
        "/sitemap-cut.xml",
        "/sitemap-endless.xml",
    )
    robots = ("allow", "forbid", "error", "missing", "huge", "silent", "html")
    with ExitStack() as stack:
        sites = {
            kind: stack.enter_context(hostile_site(f"127.0.0.{70 + i}", robots=kind, cases=quick))
            for i, kind in enumerate(robots)
        }
        specs = [
            source(
                site, kind, "/rss-quick.xml", *(found if kind == "allow" else ()), address=f"127.0.0.{70 + i}"
            )
            for i, (kind, site) in enumerate(sites.items())
        ]
        outcomes = place.crawl(*specs)
        assert not any(site.trap for site in sites.values())

    def of(kind: str) -> set[str]:
        return {o.label for o in outcomes if o.source_id == kind}

    assert of("allow") == {"archived", "dropped:robots", "dropped:feed_failed", "dropped:sitemap_failed"}
    assert of("huge") == {"archived", "dropped:robots"}
    assert of("missing") == of("html") == {"archived"}
    assert of("forbid") == of("error") == of("silent") == {"dropped:feed_failed"}
    reasons = failed(outcomes, "allow")
    assert "too_large" in reasons["sitemap-bomb.xml.gz"]
    assert "is no sitemap" in reasons["sitemap-entities.xml"]
    assert "http_404" in reasons["rss-none.xml"]
    assert "rss-empty.xml" not in reasons
    assert place.health("allow").state is SourceState.OK
    assert Why.DISCOVERY in {r.code for r in place.health("allow").reasons}
    assert place.health("silent").state is SourceState.FAILED


def failed(outcomes: Sequence[Outcome], source_id: str) -> dict[str, str]:
    """Return the details of what failed of a source, by file name."""
    return {o.item.rpartition("/")[2]: o.detail for o in outcomes if o.source_id == source_id and o.reason}


def test_private_addresses_are_refused_however_they_are_named(place: Place) -> None:
    with hostile_site("127.0.0.9") as site:
        port = site.base.rpartition(":")[2]
        trap = site.trap_base.rpartition(":")[2]
        homes = {
            "khong-cho": site.base,
            "ten": f"http://localhost:{trap}",
            "sau": f"http://[::1]:{trap}",
            "boc": f"http://[::ffff:127.0.0.1]:{trap}",
            "so": f"http://2130706433:{trap}",
            "ten-khac": f"http://127.0.0.1.:{trap}",
        }
        specs = [
            SourceSpec.model_validate(
                {
                    "id": name,
                    "name": name,
                    "home": home,
                    "discover": {"feeds": [f"{home}/rss.xml"]},
                    "articles": {"allow": ["/"]},
                }
            )
            for name, home in homes.items()
        ]
        # The same address, allowed to another source of the same run.
        outcomes = place.crawl(*specs, source(site, "duoc-cho", "/rss-empty.xml"))
        assert {o.source_id for o in outcomes} == set(homes)
        for outcome in outcomes:
            assert "private_address" in outcome.detail or "unreachable" in outcome.detail, outcome
        told = {o.source_id: o.detail for o in outcomes}
        assert "private_address" in told["khong-cho"]
        assert "private_address" in told["ten"]
        assert [r.path for r in site.requests] == ["/robots.txt", "/rss-empty.xml"], port
        assert not site.trap


def test_a_proxy_of_the_environment_is_passed_by(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = tuple(case for case in CASES if case.path.startswith("/bai/tot-"))
    with hostile_site("127.0.0.9", cases=quick) as site:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, site.trap_base)
            monkeypatch.setenv(name.upper(), site.trap_base)
        outcomes = place.crawl(source(site, "hiem", "/rss.xml"))
        assert {o.label for o in outcomes} == {"archived"}
        assert not site.trap


@pytest.mark.parametrize("fresh", [True, False], ids=["new-pages", "nothing-new"])
def test_a_calendar_without_end_is_left_in_time(place: Place, web: Web, fresh: bool) -> None:
    def month(number: int) -> str:
        linked = f"/bai/{number if fresh else 0}?phien={number * 7919}" if fresh else "/bai/0"
        return f'<a class="bai" href="{linked}">Tin</a> <a class="sau" href="/lich/{number + 1}">Sau</a>'

    for number in range(300):
        web.put(f"/lich/{number}", month(number))
        web.put(f"/bai/{number}?phien={number * 7919}", article(f"Tin của tháng {number}"))
    web.put("/bai/0", article("Tin một"))
    few = place.settings.crawl.model_copy(update={"pages_per_run": 20})
    place.settings = place.settings.model_copy(update={"crawl": few})
    section = {"url": f"{web.base}/lich/0", "links": "a.bai", "next": "a.sau"}
    outcomes = place.crawl(web.spec(discover={"sections": [section]}))
    assert {o.label for o in outcomes} == {"archived"}
    assert len(outcomes) == (20 if fresh else 1)
    months = [path for path, _ in web.asked if path.startswith("/lich/")]
    assert len(months) == (20 if fresh else 2)
