"""The invented web as it is served: pages, feeds, faults, conditional requests, source files."""

import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path

import httpx
import pytest
import yaml

from core.contracts import PageType
from langnghe.demo.site.dates import recall
from langnghe.demo.site.server import RunningWeb, serving
from langnghe.demo.site.truth import Truth, truth, unreadable

SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def web(folder: Path) -> Iterator[RunningWeb]:
    with serving(folder) as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as one:
        yield one


@pytest.fixture(scope="module")
def texts(web: RunningWeb, folder: Path) -> tuple[Truth, ...]:
    return truth(folder)


def base(web: RunningWeb, site_id: str) -> str:
    return next(site.base for site in web.sites if site.id == site_id)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_four_sites_each_at_an_address_of_its_own(web):
    hosts = [httpx.URL(site.base).host for site in web.sites]
    assert [site.id for site in web.sites] == ["ben-song", "doi-gio", "hien-nha", "suong-som"]
    assert len(set(hosts)) == 4
    assert all(host.startswith("127.0.0.") and host != "127.0.0.1" for host in hosts)


def test_every_text_stands_on_its_page(web, client, texts):
    pages = {t.page: t.fault for t in texts}
    shown = {}
    for url, fault in pages.items():
        answer = client.get(url)
        assert answer.status_code == 200, url
        encoding = "cp1258" if fault == "windows-1258" else "utf-8"
        shown[url] = words(unicodedata.normalize("NFC", answer.content.decode(encoding)))
    standing = [t for t in texts if t.site != "suong-som" or t.type is not PageType.COMMENT]
    lost = [
        t.url for t in standing if words(t.text.split("\n")[-1].replace("<", "&lt;")) not in shown[t.page]
    ]
    assert lost == []


def test_few_enough_pages_for_a_crawl_in_under_a_minute(texts):
    assert 400 <= len({t.page for t in texts}) <= 700


def test_linked_pages_that_give_no_text(web, client, folder):
    found = {why: set() for why in ("not found", "server error", "empty body")}
    for url, why in unreadable(folder).items():
        answer = client.get(url)
        found[why].add((answer.status_code, len(answer.content) > 0))
    assert found == {"not found": {(404, True)}, "server error": {(500, True)}, "empty body": {(200, False)}}
    front = client.get(base(web, "ben-song")).text + client.get(base(web, "doi-gio") + "muc/thoi-su").text
    assert all(httpx.URL(url).path in front for url in unreadable(folder))


@pytest.mark.parametrize("fault", ["no-charset", "windows-1258", "truncated", "broken-json-ld"])
def test_pages_with_a_fault_of_the_kind_that_happens(client, texts, fault):
    faulty = [t for t in texts if t.fault == fault and t.type is PageType.ARTICLE and t.site == "ben-song"]
    assert len(faulty) == 1
    answer = client.get(faulty[0].url)
    if fault == "no-charset":
        assert "charset" not in answer.headers["content-type"]
        assert b"charset" not in answer.content[:1000]
    elif fault == "windows-1258":
        assert "windows-1258" in answer.headers["content-type"]
        assert "ế" not in answer.content.decode("cp1258")
    elif fault == "truncated":
        assert not answer.text.rstrip().endswith("</html>")
    else:
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)
        with pytest.raises(json.JSONDecodeError):
            json.loads(block[1])


def test_the_newspaper_with_feeds_describes_its_articles(web, client, texts):
    article = next(t for t in texts if t.site == "ben-song" and not t.fault)
    page = client.get(article.url).text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert data["@type"] == "NewsArticle"
    assert data["headline"] == article.title
    assert data["datePublished"].endswith("+07:00")
    assert f'<link rel="canonical" href="{article.url}">' in page
    twin = re.search(r'<link rel="amphtml" href="([^"]+)"', page)[1]
    assert client.get(twin).status_code == 200
    assert article.url in client.get(twin).text


def test_feeds_link_with_tracking_parameters_and_sitemaps_list_everything(web, client, texts):
    home = base(web, "ben-song")
    feed = ET.fromstring(client.get(home + "rss/tin-moi.rss").content)
    links = [link.text for link in feed.iterfind("channel/item/link")]
    assert len(links) == 60
    assert all("utm_source=rss" in link for link in links)
    assert any(".amp.html?" in link for link in links)
    assert all(parsedate_to_datetime(date.text) for date in feed.iterfind("channel/item/pubDate"))
    index = ET.fromstring(client.get(home + "sitemap.xml").content)
    listed = set()
    for part in index.iterfind("s:sitemap/s:loc", SITEMAP):
        found = ET.fromstring(client.get(part.text).content)
        listed |= {loc.text for loc in found.iterfind("s:url/s:loc", SITEMAP)}
    assert {t.url for t in texts if t.site == "ben-song"} <= listed


def test_the_newspaper_with_comments_has_no_feed_sitemap_or_data(web, client, texts):
    home = base(web, "doi-gio")
    assert client.get(home + "sitemap.xml").status_code == 404
    assert client.get(home + "rss/tin-moi.rss").status_code == 404
    commented = next(t for t in texts if t.type is PageType.COMMENT)
    page = client.get(commented.url).text
    assert "ld+json" not in page
    assert "datetime=" not in page
    assert re.search(r"Thứ \w+, \d\d/\d\d/\d{4}, \d\d:\d\d \(GMT\+7\)|Chủ nhật, \d\d/\d\d/\d{4}", page)
    assert f'data-id="{commented.anchor}"' in page


def followed(client: httpx.Client, start: str, link: str, following: str) -> list[set[str]]:
    """The links of each page of a list, from `start` on to the next until there is none."""
    url, found = httpx.URL(start), []
    while url is not None:
        page = client.get(url).text
        found.append({str(url.join(path)) for path in re.findall(link, page)})
        more = re.search(following, page)
        url = url.join(unescape(more[1])) if more else None
    return found


def test_sections_run_over_pages_and_list_every_article_once(web, client, texts):
    source = yaml.safe_load((web.sources_dir / "doi-gio.yaml").read_text("utf-8"))
    listed = []
    for section in source["discover"]["sections"]:
        pages = followed(
            client, section["url"], r'<h3><a href="([^"]+)"', r'class="trang-sau" href="([^"]+)"'
        )
        listed += [url for page in pages for url in page if "tin-da-go" not in url]
        if section["url"].endswith("thoi-su"):
            assert len(pages) >= 2
    assert sorted(listed) == sorted({t.url for t in texts if t.site == "doi-gio"})


def test_boards_run_over_pages_and_list_every_thread_and_long_ones_go_on(web, client, texts):
    source = yaml.safe_load((web.sources_dir / "hien-nha.yaml").read_text("utf-8"))
    listed, following = set(), r'class="next" href="([^"]+)"'
    for section in source["discover"]["sections"]:
        pages = followed(client, section["url"], r'class="thread-title"><a href="([^"]+)"', following)
        listed |= set().union(*pages)
        if "chuyen-tro" in section["url"]:
            assert len(pages) >= 2
    assert {t.url for t in texts if t.site == "hien-nha"} == listed
    on_second = next(t for t in texts if t.page.endswith("/page-2"))
    assert len(followed(client, on_second.url, r'id="(p\d+)"', following)) >= 2


def test_the_newspaper_of_scripts_gives_its_list_and_comments_as_json(web, client, texts):
    home, listed, number = base(web, "suong-som"), set(), 1
    wanted = {t.url for t in texts if t.site == "suong-som"}
    front = set(re.findall(r'<h2><a href="([^"?]+)', client.get(home).text))
    assert 0 < len(front) < len(wanted)
    while True:
        answer = client.get(f"{home}api/tin?trang={number}").json()
        listed |= set(re.findall(r'<h2><a href="([^"?]+)', answer["html"]))
        number += 1
        if not answer["con_nua"]:
            break
    assert listed == wanted
    commented = next(t for t in texts if t.site == "suong-som" and t.type is PageType.COMMENT)
    assert commented.text not in client.get(commented.url).text
    asked = re.search(r'data-comments="/([^"]+)"', client.get(commented.url).text)[1]
    answer = client.get(home + unescape(asked)).json()
    found = [c for one in answer["du_lieu"]["y_kien"] for c in (one, *one["tra_loi"])]
    assert commented.anchor in {c["ma"] for c in found}


def test_robots_txt_forbids_something_that_is_linked_to(web, client):
    for site in web.sites:
        robots = client.get(site.base + "robots.txt")
        assert robots.status_code == 200
        forbidden = re.findall(r"Disallow: (/\S+)", robots.text)
        assert any(path in client.get(site.base).text for path in forbidden)


def test_an_article_among_the_others_is_forbidden_to_robots(web, client):
    home = base(web, "doi-gio")
    forbidden = re.search(r"Disallow: (/bai/\d+/)", client.get(home + "robots.txt").text)[1]
    assert forbidden in client.get(home + "muc/thoi-su").text


def test_conditional_requests_are_answered_with_304(web, client, texts):
    one_each = {t.site: t.url for t in texts if not t.fault}
    for url in (
        *one_each.values(),
        base(web, "ben-song") + "rss/tin-moi.rss",
        base(web, "ben-song") + "sitemap.xml",
    ):
        answer = client.get(url)
        tag, modified = answer.headers["etag"], answer.headers["last-modified"]
        assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
        assert client.get(url, headers={"If-None-Match": tag}).content == b""
        assert client.get(url, headers={"If-Modified-Since": modified}).status_code == 304
        assert client.get(url, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_request_for_an_image_is_noticed(web, client):
    before = web.requests()
    image = re.search(r'src="(/anh/[^"]+)"', client.get(base(web, "ben-song")).text)[1]
    answer = client.get(base(web, "ben-song").rstrip("/") + image)
    assert answer.headers["content-type"] == "image/png"
    after = web.requests()
    assert after["ben-song image"] == before.get("ben-song image", 0) + 1
    assert after["ben-song home"] == before.get("ben-song home", 0) + 1


def test_source_files_are_written_for_each_site(web):
    for site in web.sites:
        source = yaml.safe_load((web.sources_dir / f"{site.id}.yaml").read_text("utf-8"))
        assert source["id"] == site.id
        assert source["home"] == site.base
        assert source["allow_addresses"] == [httpx.URL(site.base).host]
        assert source["enabled"] is True
        assert source["discover"]


def test_article_and_thread_patterns_of_the_sources_match_all_pages(web, texts):
    for site in web.sites:
        source = yaml.safe_load((web.sources_dir / f"{site.id}.yaml").read_text("utf-8"))
        allowed = source["threads" if source["type"] == "forum" else "articles"]["allow"]
        paths = {httpx.URL(t.url).path for t in texts if t.site == site.id}
        assert all(any(re.search(pattern, path) for pattern in allowed) for path in paths)


def test_unknown_addresses_are_not_found(web, client):
    for path in (
        "nothing",
        "thoi-su/x-123456.html",
        "bai/1/x",
        "thread/1-x/",
        "f/none/",
        "muc/none",
        "rss/none.rss",
    ):
        for site in web.sites:
            assert client.get(site.base + path).status_code == 404


def test_a_second_start_keeps_dates_and_addresses(tmp_path, client):
    with serving(tmp_path) as one:
        bases, first = one.sites, recall(tmp_path)
        pages = {site.base: client.get(site.base).text for site in bases}
        known = truth(tmp_path)
    with serving(tmp_path) as two:
        assert two.sites == bases
        assert recall(tmp_path) == first
        assert {site.base: client.get(site.base).text for site in two.sites} == pages
        assert truth(tmp_path) == known
