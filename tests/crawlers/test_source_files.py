from pathlib import Path

import pytest

from core.errors import BadSettings
from crawlers.source import SourceSpec, load_sources, read_source

GOOD = """
id: bao-thu
name: Báo Thử
home: https://www.baothu.vn
discover:
  feeds: [https://baothu.vn/rss]
articles: {allow: ['-\\d+\\.html$'], deny: [^/video/]}
"""


def test_a_source_file_is_read_into_a_spec(tmp_path: Path) -> None:
    (tmp_path / "bao-thu.yaml").write_text(GOOD)
    found = load_sources(tmp_path)
    assert not found.faults
    (spec,) = found.specs
    assert (spec.id, spec.enabled, spec.checked, spec.delay_s) == ("bao-thu", True, "never", None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("home:", "hoem:"), "hoem: there is no such key"),
        (("articles:", "article:"), "article: there is no such key"),
        (("name: Báo Thử\n", ""), "name: is missing; add it"),
        (("id: bao-thu", "id: Báo Thử"), "id:"),
        (("https://baothu.vn/rss", "baothu.vn/rss"), "discover.feeds.0: not a web address"),
        (("['-", "['(-"), "articles.allow.0: no regular expression"),
        (("articles:", "comments: {item: '..x', text: p}\narticles:"), "comments.item: no CSS selector"),
        (("articles:", "comments: {item: p, text: 'p::text'}\narticles:"), "leave out what begins with ::"),
        (("[https://baothu.vn/rss]", "[]"), "at least one feed, sitemap, section or listing"),
        (("articles:", "type: forum\narticles:"), "threads: a forum says"),
        (("articles:", "threads: {allow: [/t/], post: .p}\narticles:"), "`post` and `text` go together"),
        (("articles:", "allow_addresses: [nhà]\narticles:"), "allow_addresses.0"),
        (("articles:", "every_minutes: 0\narticles:"), "every_minutes:"),
        (("discover:", "discover: ["), "line"),
        ((GOOD, "- a\n- b\n"), "holds no keys"),
        ((GOOD, ""), "holds no keys"),
    ],
)
def test_a_mistake_names_file_and_key_and_what_to_do(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    path = tmp_path / "bao-thu.yaml"
    path.write_text(GOOD.replace(*change))
    with pytest.raises(BadSettings) as error:
        read_source(path)
    message = str(error.value)
    assert message.startswith("bao-thu.yaml: ")
    assert told in message
    assert "\n" not in message


def test_a_broken_file_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD.replace("bao-thu", "a"))
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "c.yaml").write_text("id: [")
    (tmp_path / "d.yaml").write_text(GOOD.replace("bao-thu", "a"))
    found = load_sources(tmp_path)
    assert [s.id for s in found.specs] == ["a"]
    assert [f.path.name for f in found.faults] == ["b.yaml", "c.yaml", "d.yaml"]
    assert "taken by another file" in found.faults[-1].message


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no such folder"):
        load_sources(tmp_path / "none")


@pytest.fixture
def spec(tmp_path: Path) -> SourceSpec:
    (tmp_path / "a.yaml").write_text(GOOD)
    return read_source(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://baothu.vn/a", True),
        ("https://m.baothu.vn/a", True),
        ("https://thethao.baothu.vn/a", True),
        ("https://xbaothu.vn/a", False),
        ("https://baothu.vn.evil.example/a", False),
        ("https://baothu.vn:99999/a", False),
    ],
)
def test_a_site_is_its_host_its_twins_and_what_lies_below(spec: SourceSpec, url: str, own: bool) -> None:
    assert spec.has(url) is own


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://baothu.vn/tin-12.html", True),
        ("https://baothu.vn/tin-12.html?utm_source=rss", True),
        ("https://baothu.vn/video/tin-12.html", False),
        ("https://baothu.vn/chuyen-muc", False),
    ],
)
def test_articles_are_told_by_their_path(spec: SourceSpec, url: str, wanted: bool) -> None:
    assert (spec.kind_of(url) == "article") is wanted
