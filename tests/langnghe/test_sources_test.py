"""A new source is added by `langnghe sources test URL`, as safely and politely as it will be crawled."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.contracts import PageType
from core.urls import page_id
from crawlers.source import load_sources
from langnghe.demo.site.server import RunningWeb, serving
from langnghe.demo.site.truth import truth
from tests.crawlers.smallweb import Place, Web, article, place_settings
from tests.langnghe.conftest import command
from tests.site import hostile_site

# A newspaper like the one that is tried, and one whose end points are for a person to name.
UNTRIED = {"ben-song", "suong-som"}
FAST = {"LANGNGHE_CRAWL__DELAY_S": "0", "LANGNGHE_CRAWL__TIMEOUT_S": "3", "LANGNGHE_CRAWL__RETRIES": "0"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, RunningWeb]]:
    folder = tmp_path_factory.mktemp("web")
    with serving(folder) as web:
        yield folder, web


@pytest.fixture
def web() -> Iterator[Web]:
    found = Web("127.0.0.22")
    yield found
    found.close()


def test_what_it_writes_crawls_the_articles_that_the_shipped_files_crawl(
    demo: tuple[Path, RunningWeb], tmp_path: Path
) -> None:
    folder, web = demo
    for site in web.sites:
        if site.id in UNTRIED:
            continue
        host = urlsplit(site.base).hostname or ""
        output = tmp_path / "sources" / f"{site.id}.yaml"
        done = command("sources", "test", site.base, "--allow-address", host, "--output", str(output), **FAST)
        assert done.returncode == 0, done.stderr
        assert len(re.findall(r"\b2026-\d\d-\d\d", done.stdout)) >= 10, "ten pages are shown with their dates"
        assert "check" in output.read_text("utf-8")
    found = load_sources(tmp_path / "sources")
    assert not found.faults
    assert sorted(spec.type for spec in found.specs) == ["forum", "news"]
    from core.records import open_records

    settings = place_settings(tmp_path / "data")
    place = Place(settings, open_records(settings))
    place.crawl(*found.specs)
    got = {page.id for page in place.pages()}
    place.records.close()
    texts = [t for t in truth(folder) if t.site not in UNTRIED]
    for kind in (PageType.ARTICLE, PageType.POST, PageType.COMMENT):
        wanted = {page_id(t.url, t.anchor) for t in texts if t.type is kind}
        assert len(got & wanted) / len(wanted) >= 0.99, kind
    assert len(got - {page_id(t.url, t.anchor) for t in texts}) <= 5, "and little else"


def test_ten_pages_are_crawled_and_no_more_than_is_needed_is_asked_for(
    demo: tuple[Path, RunningWeb],
) -> None:
    _, web = demo
    site = next(site for site in web.sites if site.id == "ben-song")
    before = web.requests()
    done = command("sources", "test", site.base, "--allow-address", "127.0.0.2", "--json", **FAST)
    answer = json.loads(done.stdout)
    assert len(answer["pages"]) == 10
    assert all(page["title"] and page["characters"] and page["published_at"] for page in answer["pages"])
    asked = {name: count - before.get(name, 0) for name, count in web.requests().items()}
    assert sum(count for name, count in asked.items() if name.startswith("ben-song")) <= 45
    assert not asked.get("ben-song image")
    assert not asked.get("ben-song forbidden")


def test_a_site_whose_feeds_stand_on_a_page_of_their_own(web: Web) -> None:
    web.put("/", "<title>Báo Thử</title><a href='/rss.html'>RSS</a><a href='/bai/tin-1001.html'>A</a>")
    web.put("/rss.html", "<a href='/rss/moi.rss'>Mới</a><a href='/rss/khac.rss'>Khác</a>")
    for name in ("moi", "khac"):
        web.feed(f"/rss/{name}.rss", [f"/bai/tin-{n}.html" for n in range(1001, 1013)])
    for n in range(1001, 1013):
        web.put(f"/bai/tin-{n}.html", article(f"Tin {n}"))
    done = command("sources", "test", web.base, "--allow-address", web.address, **FAST)
    assert done.returncode == 0, done.stderr
    assert f'- "{web.base}/rss/moi.rss"' in done.stdout
    assert f'- "{web.base}/rss/khac.rss"' in done.stdout
    assert web.times("/bai/tin-1012.html") + web.times("/bai/tin-1011.html") <= 2


def test_the_address_of_a_feed_will_do(web: Web) -> None:
    web.feed("/rss/moi.rss", [f"/bai/tin-{n}.html" for n in range(1001, 1005)])
    for n in range(1001, 1005):
        web.put(f"/bai/tin-{n}.html", article(f"Tin {n}"))
    done = command("sources", "test", f"{web.base}/rss/moi.rss", "--allow-address", web.address, **FAST)
    assert done.returncode == 0, done.stderr
    assert f'home: "{web.base}/"' in done.stdout
    assert f'- "{web.base}/rss/moi.rss"' in done.stdout


def test_a_private_address_is_refused_before_anything_is_asked(web: Web) -> None:
    done = command("sources", "test", web.base, LANGNGHE_CRAWL__CONTACT="bien-tap@bao.example", **FAST)
    assert done.returncode == 1
    assert "private or reserved address; --allow-address" in done.stderr
    assert web.asked == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("bao.example",), 2, "bao.example: not a web address; give one like"),
        (("ftp://bao.example/",), 2, "not a web address"),
        (("https://bao.example/",), 2, "needs the setting 'crawl.contact'"),
        (("https://bao.example/", "--allow-address", "nhà"), 2, "give IP addresses"),
        (("https://bao.invalid/", "--allow-address", "127.0.0.1"), 1, "name can't be resolved; correct"),
        (("http://127.0.0.23:9/", "--allow-address", "127.0.0.23"), 1, "refuses connections"),
    ],
)
def test_what_can_not_be_tried_is_said_in_one_line(arguments: tuple[str, ...], code: int, told: str) -> None:
    done = command("sources", "test", *arguments, **FAST)
    assert done.returncode == code
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_that_is_there_is_not_written_over(web: Web, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: a")
    done = command("sources", "test", web.base, "--output", str(tmp_path / "a.yaml"), **FAST)
    assert (done.returncode, web.asked) == (2, [])
    assert "is there already" in done.stderr


def test_a_site_that_forbids_robots_is_left_alone(web: Web) -> None:
    web.put("/robots.txt", "User-agent: *\nDisallow: /", kind="text/plain")
    web.put("/", "<a href='/bai/tin-1001.html'>A</a>")
    done = command("sources", "test", web.base, "--allow-address", web.address, **FAST)
    assert done.returncode == 1
    assert "robots.txt forbids it; ask the site's owners" in done.stderr
    assert {path for path, _ in web.asked} == {"/robots.txt"}


def test_a_site_without_articles_is_said_to_have_none(web: Web) -> None:
    web.put("/", "<title>Kho ảnh</title><img src='/a.png'><a href='/album/anh-1001'>Ảnh</a>")
    web.put("/album/anh-1001", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, kind="image/png")
    done = command("sources", "test", web.base, "--allow-address", web.address, **FAST)
    assert done.returncode == 1
    assert "no article or thread was found (0 pages looked at" in done.stderr


def test_a_hostile_site_is_looked_over_unharmed() -> None:
    with hostile_site("127.0.0.24") as site:
        done = command("sources", "test", site.url("/"), "--allow-address", "127.0.0.24", **FAST)
        assert not site.trap
        assert not any(r.path.startswith(("/anh/", "/bai/cam/")) for r in site.requests)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0, done.stderr
        assert "articles:" in done.stdout
        assert len(site.requests) < 80
