"""The packaged source files are sound, off until someone has checked them, and say where they were found."""

import re

import pytest

from crawlers.source import SourceSpec, load_sources

SOURCES = load_sources()
# An article's address as each site writes it, invented number and words.
ADDRESSES = {
    "vnexpress": "https://vnexpress.net/xa-mo-phong-tu-van-cho-tre-4812345.html",
    "tuoitre": "https://tuoitre.vn/xa-mo-phong-tu-van-cho-tre-20261116073012345.htm",
    "thanhnien": "https://thanhnien.vn/xa-mo-phong-tu-van-cho-tre-185261116073012345.htm",
    "dantri": "https://dantri.com.vn/xa-hoi/xa-mo-phong-tu-van-cho-tre-20261116073012345.htm",
    "tienphong": "https://tienphong.vn/xa-mo-phong-tu-van-cho-tre-post1712345.tpo",
    "laodong": "https://laodong.vn/xa-hoi/xa-mo-phong-tu-van-cho-tre-1412345.ldo",
}


def test_every_file_loads() -> None:
    assert [fault.message for fault in SOURCES.faults] == []
    assert len(SOURCES.specs) >= 8
    assert {spec.type for spec in SOURCES.specs} == {"news", "forum"}


@pytest.mark.parametrize("spec", SOURCES.specs, ids=lambda spec: spec.id)
def test_a_source_is_off_unchecked_polite_and_says_where_it_was_found(spec: SourceSpec) -> None:
    assert (spec.enabled, spec.checked) == (False, "never")
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+ \S+", found) for found in spec.evidence.split("; "))
    assert spec.delay_s is not None
    assert spec.delay_s >= 2
    assert spec.every_minutes >= 30
    assert spec.allow_addresses == ()
    assert spec.expect.minimum > 0


@pytest.mark.parametrize("spec", SOURCES.specs, ids=lambda spec: spec.id)
def test_a_source_looks_only_on_its_own_site(spec: SourceSpec) -> None:
    found = spec.discover
    assert all(spec.has(url) for url in (*found.feeds, *found.sitemaps, *(s.url for s in found.sections)))


@pytest.mark.parametrize("spec", SOURCES.specs, ids=lambda spec: spec.id)
def test_front_and_section_pages_are_no_articles(spec: SourceSpec) -> None:
    assert spec.kind_of(spec.home) is None
    assert spec.kind_of(f"{spec.home}thoi-su.htm") is None


@pytest.mark.parametrize(("source", "url"), ADDRESSES.items())
def test_an_article_is_known_by_its_address(source: str, url: str) -> None:
    spec = next(s for s in SOURCES.specs if s.id == source)
    assert spec.kind_of(url) == "article"


def test_a_thread_and_its_further_pages_are_known_by_their_address() -> None:
    forum = next(s for s in SOURCES.specs if s.type == "forum")
    assert forum.kind_of("https://voz.vn/t/can-tu-van-cho-con-hoc-lop-7.1234567/") == "thread"
    assert forum.kind_of("https://voz.vn/t/can-tu-van-cho-con-hoc-lop-7.1234567/page-2") == "thread"
    assert forum.kind_of("https://voz.vn/f/diem-bao.33") is None
