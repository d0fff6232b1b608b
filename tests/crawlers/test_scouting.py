"""A site that nobody has described: what its addresses and pages have in common, the file proposed."""

import time
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crawlers.rules import Addresses
from crawlers.scouting.looking import look
from crawlers.scouting.proposal import propose
from crawlers.scouting.shapes import detailed, patterns
from crawlers.scouting.sights import Items, Scouted, Section, Sight
from crawlers.scouting.writing import as_yaml
from crawlers.source import SourceSpec
from tests.crawlers.smallweb import WORDS, article

HOME = "https://baothu.vn/"
SITES = {
    "vnexpress": (
        ["/xa-mo-phong-tu-van-4812345.html", "/hai-cau-chuyen-nho-4798761.html"],
        ["/day-be-boi-4612345.html"],
        ["/thoi-su", "/thoi-su/giao-thong", "/tin-tuc-24h", "/thoi-su-p2"],
    ),
    "tuoitre": (
        ["/xa-mo-phong-20261116073012345.htm", "/bo-noi-gi-20261116083012345.htm"],
        ["/tre-em-can-gi-20261117083012345.htm"],
        ["/thoi-su.htm", "/video.htm"],
    ),
    "dantri": (
        ["/xa-hoi/xa-mo-phong-20261116073012345.htm", "/giao-duc/tre-hoc-boi-20261116073012399.htm"],
        ["/suc-khoe/ba-me-can-biet-20261116073012377.htm"],
        ["/xa-hoi.htm", "/tin-moi-nhat.htm"],
    ),
    "tienphong": (
        ["/xa-mo-phong-tu-van-cho-tre-post1712345.tpo", "/hai-chuyen-post1712399.tpo"],
        ["/tre-hoc-boi-post1700001.tpo"],
        ["/xa-hoi/", "/thoi-su.tpo"],
    ),
    "dated": (
        ["/2026/11/28/xa-mo-phong/", "/2026/11/27/mua-lon/"],
        ["/2025/01/02/hoc/"],
        ["/2026/11/", "/chuyen-muc/xa-hoi/"],
    ),
    "numbered": (
        ["/bai/20537/phong-xu-an-than-thien", "/bai/20613/mua"],
        ["/bai/19999/x"],
        ["/muc/thoi-su", "/muc/thoi-su/trang-2"],
    ),
    "headlines": (
        ["/tin/xa-mo-phong-tu-van-cho-tre/", "/tin/hai-cau-chuyen-nho-o-lang/"],
        ["/tin/tre-em-duoc-hoc-boi-mien-phi/"],
        ["/tin/", "/gioi-thieu/"],
    ),
    "query": (
        ["/tin.php?id=1234", "/tin.php?id=1299&page=2"],
        ["/tin.php?id=1301&utm_source=a"],
        ["/tin.php", "/muc.php?trang=2"],
    ),
    "voz": (
        ["/t/can-tu-van-cho-con.1234567/", "/t/hoi-truong.1234599/"],
        ["/t/mua.1300000/"],
        ["/f/chuyen-tro-linh-tinh.17/", "/f/diem-bao.33", "/t/can-tu-van-cho-con.1234567/page-2"],
    ),
}


@pytest.mark.parametrize("site", SITES)
def test_the_addresses_of_texts_are_told_from_those_of_lists(site: str) -> None:
    seen, unseen, lists = SITES[site]
    urls = [HOME.rstrip("/") + path for path in seen]
    rule = Addresses(allow=tuple(patterns(urls, [], urls)))
    assert all(detailed(url) for url in urls)
    assert all(rule.match(HOME.rstrip("/") + path) for path in [*seen, *unseen])
    assert not any(rule.match(HOME.rstrip("/") + path) for path in lists)


def test_sections_are_any_where_all_that_were_looked_at_are_articles_and_else_by_name() -> None:
    good = [f"{HOME}{folder}/tin-{n}0123.html" for n, folder in enumerate("abcd", 1)]
    assert patterns(good, [], good) == [r"/[^/]+-\d{4,}\.html$"]
    (named,) = patterns(good[:2], [f"{HOME}video/tin-90123.html"], good)
    rule = Addresses(allow=(named,))
    assert rule.match(f"{HOME}a/tin-70123.html")
    assert not rule.match(f"{HOME}video/tin-70123.html")


def test_a_pattern_takes_no_time_on_a_long_address() -> None:
    rule = Addresses(allow=tuple(patterns([f"{HOME}a-b-c-d-e-f.html"], [], [])))
    start = time.monotonic()
    assert not rule.match(HOME + "a-" * 900 + "x.htm")
    assert time.monotonic() - start < 0.5


@given(st.lists(st.text("/abcứ-._12?=&%", max_size=30).map(lambda path: HOME + path), max_size=6))
def test_whatever_the_addresses_the_patterns_are_sound_and_find_them(urls: list[str]) -> None:
    told = [url for url in urls if detailed(url)]
    for pattern in patterns(told, [], told):
        Addresses(allow=(pattern,))
    if told:
        rule = Addresses(allow=tuple(patterns(told, [], told)))
        assert all(rule.match(url) for url in told)


def forum_page(count: int, size: int = 3) -> bytes:
    posts = "".join(
        f"<li class='bai' id='post-{n}'><a class='nguoi' href='/u/{n}'>nick</a><time>24/11</time>"
        f"<div class='khung'><div class='loi'>{WORDS * size}</div><i>ký tên</i></div></li>"
        for n in range(count)
    )
    return f"<h1>Chủ đề</h1><ul>{posts}</ul><a class='nut sau' href='?p=2'>Trang sau »</a>".encode()


def test_posts_are_found_as_what_repeats_with_a_number_of_its_own() -> None:
    sight = look(forum_page(4), f"{HOME}t/1", "text/html; charset=utf-8")
    assert sight.items is not None
    assert sight.items.model_dump(exclude={"share"}) == {
        "item": "li.bai",
        "text": "div.loi",
        "date": "time",
        "id": "id",
        "count": 4,
    }
    assert sight.items.share > 0.9
    assert sight.next == "a.sau"


def test_cards_of_other_articles_are_no_comments() -> None:
    cards = "".join(
        f"<div class='the' data-id='{n}'><a href='/bai/{n}'>Một bài khác rất đáng đọc</a></div>"
        for n in range(5)
    )
    sight = look(article("Tin lạ", below=cards).encode(), f"{HOME}tin-12345.html", None)
    assert sight.article
    assert sight.declared
    assert sight.items is None


def test_a_front_page_tells_its_name_feeds_and_language() -> None:
    page = """<html lang="vi-VN"><head><title>Tin mới - Báo Thử</title>
      <link rel="alternate" type="application/rss+xml" href="/rss/moi.rss"></head>
      <body><a href="/rss">RSS</a> <a href="/thoi-su">Thời sự</a></body></html>"""
    sight = look(page.encode(), HOME, None)
    assert (sight.name, sight.language, sight.article) == ("Báo Thử", "vi", False)
    assert sight.feeds == (f"{HOME}rss/moi.rss", f"{HOME}rss")


@given(st.binary(max_size=300) | st.text("<>/='\" divclasidhref1-", max_size=300).map(str.encode))
def test_no_bytes_make_looking_fail(body: bytes) -> None:
    look(body, HOME, None)


def scouted(**facts: object) -> Scouted:
    samples = tuple(
        Sight(url=f"{HOME}xa-hoi/tin-{n}.html", article=True, declared=True) for n in (10123, 10124)
    )
    given = {"home": HOME, "name": 'Báo "Thử": số 1', "language": "vi", "samples": samples}
    return Scouted.model_validate(given | {"told": tuple(s.url for s in samples)} | facts)


def written(found: Scouted) -> SourceSpec:
    proposal = propose(found, ["127.0.0.9"], date(2026, 11, 28))
    assert proposal is not None
    text = as_yaml(proposal, HOME, "10 pages crawled")
    spec = SourceSpec.model_validate(yaml.safe_load(text))
    assert spec == proposal.spec
    assert "# check" in text
    return spec


def test_the_file_written_is_the_source_proposed() -> None:
    feeds, section = (f"{HOME}rss",), (Section(url=f"{HOME}thoi-su", next="a.sau"),)
    spec = written(scouted(feeds=feeds, sections=section))
    assert (spec.id, spec.discover.feeds, spec.discover.sections) == ("baothu-vn", feeds, ())
    assert written(scouted(sections=section)).discover.sections[0].next == "a.sau"
    assert written(scouted()).discover.sections[0].url == HOME


@given(st.text(max_size=40).map(lambda name: f"Báo {name}".strip()), st.text("abc/ứ\x85-1", max_size=12))
def test_whatever_a_site_calls_itself_the_file_can_be_read(name: str, folder: str) -> None:
    url = f"{HOME}{folder}/tin-10123.html"
    sample = Sight(url=url, article=True, declared=True)
    try:
        found = scouted(name=name, samples=(sample,), told=(url,))
    except ValueError:  # no text at all: half a surrogate pair
        return
    written(found)


def test_comments_are_proposed_where_something_says_that_they_are_such() -> None:
    items = Items(item="div.comment", text="p.loi", date="time", id="data-id", count=3, share=0.2)
    pages = scouted().samples
    spec = written(scouted(samples=(pages[0].model_copy(update={"items": items}), pages[1])))
    assert spec.comments is not None
    assert (spec.comments.item, spec.comments.text, spec.comments.id) == ("div.comment", "p.loi", "data-id")
    others = items.model_copy(update={"item": "div.the"})
    assert written(scouted(samples=(pages[0].model_copy(update={"items": others}),))).comments is None


def test_a_forum_is_told_by_its_pages_of_nothing_but_posts() -> None:
    items = Items(item="li.bai", text="div.loi", date=None, id="id", count=5, share=0.9)
    threads = tuple(
        Sight(url=f"{HOME}thread/{n}-chuyen/", items=items, next="a.sau", article=True) for n in (1001, 1002)
    )
    spec = written(scouted(samples=threads, sections=(Section(url=f"{HOME}f/chuyen-tro/"),)))
    assert spec.type == "forum"
    assert spec.threads is not None
    assert (spec.threads.post, spec.threads.next) == ("li.bai", "a.sau")
    assert spec.kind_of(f"{HOME}thread/999-khac/") == "thread"
    assert spec.kind_of(f"{HOME}thread/999-khac/?page=2") is None
    assert spec.kind_of(f"{HOME}f/chuyen-tro/") is None


def test_nothing_is_proposed_where_no_page_is_a_text() -> None:
    assert propose(scouted(samples=(Sight(url=f"{HOME}x-12345.html"),)), [], date(2026, 11, 28)) is None
