"""Twins of an address are one text; different texts stay different."""

from string import ascii_lowercase
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.urls import TRACKING, normalise, page_id

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
    ("https://báo.example/a", "https://báo.example/a"),
    ("https://bao.example./a", "https://bao.example/a"),
    ("https://bao.example/%7Ea%2db", "https://bao.example/~a-b"),
    ("https://bao.example/x/%2e%2E/a", "https://bao.example/a"),
    ("https://bao.example/a?tu=m%e1%bb%9bi+l%C3%A0", "https://bao.example/a?tu=mới%20là"),
    ("https://bao.example/amp/tin-12.html", "https://bao.example/tin-12.html"),
    ("https://bao.example/tin-12.amp.html", "https://bao.example/tin-12.html"),
    ("https://bao.example/2026/11/a.html?m=1", "https://bao.example/2026/11/a.html"),
    ("https://bao.example/a?id=1&amp;utm_source=rss", "https://bao.example/a?id=1"),
    ("https://bao.example/a?utm%5Fsource=rss", "https://bao.example/a"),
    ("https://bao.example/viewtopic.php?t=1&sid=" + "0a" * 16, "https://bao.example/viewtopic.php?t=1"),
    ("https://bao.example/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "https://bao.example/a.aspx"),
    ("https://bao.example/a#:~:text=tr%E1%BA%BB", "https://bao.example/a"),
    ("https://nguoi:mat-khau@bao.example/a", "https://bao.example/a"),
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
    ("https://bao.example/amp", "https://bao.example/amp/a"),
    ("https://bao.example/lich?nam=2026&m=1", "https://bao.example/lich?nam=2026"),
    ("https://bao.example/modules.php?name=News&sid=12", "https://bao.example/modules.php?name=News&sid=13"),
    ("https://mobile.com.vn/a", "https://touch.com.vn/a"),
    ("https://bao.example/a%2Fb", "https://bao.example/a/b"),
    ("https://bao.example/a?q=1%262", "https://bao.example/a?q=1&2"),
    ("https://bao.example/A", "https://bao.example/a"),
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


HOSTS = st.sampled_from(["bao.example", "www.bao.example", "m.báo.vn", "amp.com.vn", "[::1]", "127.0.0.1:81"])
BYTES = st.binary(max_size=12).map(quote_from_bytes)


@given(st.sampled_from(["http", "HTTPS"]), HOSTS, st.lists(BYTES, max_size=4), st.lists(BYTES, max_size=4))
def test_normalising_any_address_twice_changes_nothing(
    scheme: str, host: str, path: list[str], query: list[str]
) -> None:
    once = normalise(f"{scheme}://{host}/{'/'.join(path)}?{'&'.join(query)}")
    assert once.startswith("https://")
    assert normalise(once) == once


@given(
    name=st.text(ascii_lowercase, min_size=1, max_size=8) | st.sampled_from(["id", "p", "sid", "page", "q"]),
    one=BYTES,
    other=BYTES,
    rest=st.sampled_from(["", "&chuyen-muc=1", "&utm_source=rss"]),
)
def test_addresses_that_differ_in_a_parameter_that_names_a_text_differ(
    name: str, one: str, other: str, rest: str
) -> None:
    assume(one != other and not TRACKING.fullmatch(name) and name not in {"amp", "outputtype", "m", "mobile"})
    start = f"https://bao.example/doc.php?{name}="
    assert normalise(start + one + rest) != normalise(start + other + rest)


@given(one=st.text("abc-12", min_size=1, max_size=12), other=st.text("abc-12", min_size=1, max_size=12))
def test_addresses_that_differ_in_their_path_differ(one: str, other: str) -> None:
    assume(one != other)
    assert normalise(f"https://bao.example/tin/{one}.html") != normalise(
        f"https://bao.example/tin/{other}.html"
    )


@given(
    url=st.sampled_from([one for one, _ in TWINS] + [other for _, other in TWINS]),
    tracking=st.sampled_from(
        ["utm_source=a", "fbclid=b", "zarsrc=30", "amp;utm_medium=c", "gad_campaignid=1"]
    ),
    anchor=st.text(ascii_lowercase, max_size=5),
)
def test_a_tracking_parameter_or_fragment_never_changes_an_id(url: str, tracking: str, anchor: str) -> None:
    bare = url.partition("#")[0]
    joined = f"{bare}{'&' if '?' in bare else '?'}{tracking}#{anchor}"
    assert page_id(joined) == page_id(url)
