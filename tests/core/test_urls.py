"""Twins of an address are one text; different texts stay different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.urls import normalise, page_id

TWINS = [
    ("http://bao.example/a.html", "https://bao.example/a.html"),
    ("https://www.bao.example/a.html", "https://bao.example/a.html"),
    ("https://m.bao.example/a.html", "https://bao.example/a.html"),
    ("https://amp.bao.example/a.html", "https://bao.example/a.html"),
    ("https://BAO.example:443/a.html", "https://bao.example/a.html"),
    ("http://bao.example:80/a.html", "https://bao.example/a.html"),
    ("https://bao.example/a.html#binh-luan", "https://bao.example/a.html"),
    ("https://bao.example/a.html?utm_source=rss&utm_medium=x", "https://bao.example/a.html"),
    ("https://bao.example/a.html?fbclid=1&zarsrc=30", "https://bao.example/a.html"),
    ("https://bao.example/a.html?b=2&a=1", "https://bao.example/a.html?a=1&b=2"),
    ("https://bao.example/a.amp", "https://bao.example/a"),
    ("https://bao.example/a/amp/", "https://bao.example/a"),
    ("https://bao.example/a-amp.html", "https://bao.example/a.html"),
    ("https://bao.example/a.html/amp", "https://bao.example/a.html"),
    ("https://bao.example/a.html?amp=1", "https://bao.example/a.html"),
    ("https://bao.example/a.html;jsessionid=AB12", "https://bao.example/a.html"),
    ("https://bao.example/x/../a.html", "https://bao.example/a.html"),
    ("https://bao.example//a.html", "https://bao.example/a.html"),
    ("https://bao.example/chuyen-muc/", "https://bao.example/chuyen-muc"),
    ("https://bao.example", "https://bao.example/"),
    ("https://bao.example/tin%20m%e1%bb%9bi", "https://bao.example/tin mới"),
    ("https://báo.example/a", "https://xn--bo-mia.example/a"),
]

DIFFERENT = [
    ("https://bao.example/a.html", "https://bao.example/b.html"),
    ("https://bao.example/a?id=1", "https://bao.example/a?id=2"),
    ("https://bao.example/a?page=2", "https://bao.example/a"),
    ("https://bao.example/example/a", "https://bao.example/a"),
    ("https://thethao.bao.example/a", "https://bao.example/a"),
    ("https://bao.example:8443/a", "https://bao.example/a"),
    ("https://m.example/a", "https://example/a"),
    ("https://bao.example/ramp", "https://bao.example/r"),
]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_twins_of_an_address_share_an_id(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
    assert page_id(one) == page_id(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_texts_have_different_ids(one: str, other: str) -> None:
    assert page_id(one) != page_id(other)


def test_a_comment_is_named_by_its_anchor() -> None:
    article = "https://bao.example/a.html"
    assert len({page_id(article), page_id(article, "c1"), page_id(article, "c2")}) == 3


@pytest.mark.parametrize("bad", ["", "ftp://bao.example/a", "javascript:alert(1)", "https://", "/a.html"])
def test_what_is_no_web_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError):
        normalise(bad)


@given(
    path=st.text(max_size=60),
    query=st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4),
)
def test_normalising_twice_changes_nothing(path: str, query: dict[str, str]) -> None:
    pairs = "&".join(f"{k}={v}" for k, v in query.items())
    try:
        once = normalise(f"https://bao.example/{path}?{pairs}")
    except ValueError:
        return
    assert normalise(once) == once
