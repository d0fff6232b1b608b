from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.feeds import links_of_feed
from crawlers.rules import SectionPages
from crawlers.sections import links_of_section
from crawlers.sitemaps import links_of_sitemap

BASE = "https://baothu.vn/rss"
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def urls(found: object) -> list[str]:
    return [link.url for link in found.links]  # type: ignore[attr-defined]


def test_rss_gives_addresses_and_times_with_a_zone() -> None:
    body = b"""<?xml version="1.0"?><rss version="2.0"><channel>
      <item><link>https://baothu.vn/a.html?utm_source=rss&amp;id=7#top</link>
        <pubDate>Tue, 24 Nov 2026 07:30:00 +0700</pubDate></item>
      <item><link>/b.html</link><pubDate>Tue, 24 Nov 2026 07:30:00 GMT+7</pubDate></item>
      <item><guid>https://baothu.vn/c.html</guid></item>
      <item><link>javascript:alert(1)</link></item></channel></rss>"""
    found = links_of_feed(body, BASE, "text/xml")
    assert urls(found) == [
        "https://baothu.vn/a.html?id=7",
        "https://baothu.vn/b.html",
        "https://baothu.vn/c.html",
    ]
    assert found.links[0].published_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert found.links[1].published_at == found.links[0].published_at, "as Vietnamese feeds write the zone"
    assert not found.broken


@pytest.mark.parametrize(
    "date",
    ["0001-01-01T00:00:00+07:00", "Mon, 01 Jan 0001 00:00:00 GMT", "9999-12-31T23:59:59-07:00"],
)
def test_a_feeds_absurd_dates_are_none(date: str) -> None:
    item = f"<item><link>/a.html</link><pubDate>{date}</pubDate></item>"
    found = links_of_feed(f'<rss version="2.0"><channel>{item}</channel></rss>'.encode(), BASE, "text/xml")
    assert [link.published_at for link in found.links] == [None]


def test_atom_and_ill_formed_feeds_are_read() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="https://baothu.vn/a"/>
      <published>2026-11-24T07:30:00+07:00</published></entry></feed>"""
    found = links_of_feed(atom, BASE, "application/atom+xml")
    assert urls(found) == ["https://baothu.vn/a"]
    assert found.links[0].published_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    broken = b"<rss><channel><item><title>M & b <b></title><link>https://baothu.vn/a</link></item><item>"
    assert urls(links_of_feed(broken, BASE, None)) == ["https://baothu.vn/a"]


RSS = '<?xml version="1.0"?><rss version="2.0"><channel><item>%s</item></channel></rss>'
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"%s</entry></feed>'
LINK = "<link>https://baothu.vn/a</link>"


@pytest.mark.parametrize(
    "body",
    [
        b"<br />\n<b>Warning</b>: deprecated<br />\n" + (RSS % LINK).encode(),
        (RSS % f'<media:thumbnail url="x"/>{LINK}').encode(),
        (RSS % "<title>M&nbsp;b</title><link><![CDATA[\n https://baothu.vn/a ]]></link>").encode(),
        (RSS % f"<title>a\x0bb</title>{LINK}").encode(),
        (RSS % f"<title>Vi\u00eat</title>{LINK}").encode("cp1258"),
        (RSS % LINK).replace("?>", ' encoding="utf-16"?>').encode("utf-16"),
        (RSS % "<link/><guid>https://baothu.vn/a</guid>").encode(),
        (RSS % "<link>https://baothu.vn/a<pubDate></pubDate>").encode(),
        (RSS % LINK).upper().replace("HTTPS://BAOTHU.VN/A", "https://baothu.vn/a").encode(),
        (RSS % f"{LINK}</item><item><guid isPermaLink='false'>12345</guid>").encode(),
        (RSS % f"{LINK}</item><item><link>https://baothu.vn/b")[:-10].encode(),
        ATOM
        % b'><entry><link rel="enclosure" href="https://baothu.vn/a.jpg"/><link href="https://baothu.vn/a"/>',
        ATOM % b' xml:base="https://baothu.vn/"><entry><link href="a"/>',
    ],
)
def test_feeds_as_they_should_not_be_are_read(body: bytes) -> None:
    found = links_of_feed(body, BASE, "text/xml")
    assert urls(found)[:1] == ["https://baothu.vn/a"]
    assert "12345" not in "".join(urls(found)), "a number is no address"
    assert not found.broken


def test_the_address_before_a_feeds_detour_counts() -> None:
    origin = "<feedburner:origLink>https://baothu.vn/a</feedburner:origLink>"
    assert urls(
        links_of_feed((RSS % f"<link>http://proxy.example/~r/a</link>{origin}").encode(), BASE, None)
    ) == ["https://baothu.vn/a"]


def test_the_date_of_rss_may_be_that_of_dublin_core() -> None:
    found = links_of_feed((RSS % f"{LINK}<dc:date>2026-11-24T07:30:00+07:00</dc:date>").encode(), BASE, None)
    assert found.links[0].published_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


def test_a_json_feed_is_read() -> None:
    items = b'[{"url": "/a", "date_published": "2026-11-24T07:30:00+07:00"}, {"id": "7"}, 3]'
    feed = b'{"version": "https://jsonfeed.org/version/1.1", "items": %s}'
    found = links_of_feed(feed % items, BASE, "application/feed+json")
    assert urls(found) == ["https://baothu.vn/a"]
    assert found.links[0].published_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert links_of_feed(feed % b"{}", BASE, None).broken


@pytest.mark.parametrize("body", [b"", b"<html><body>404</body></html>", b"\x89PNG\r\n", b"{}"])
def test_what_is_no_feed_or_sitemap_is_said_to_be_broken(body: bytes) -> None:
    assert links_of_feed(body, BASE, "text/html").broken
    assert links_of_sitemap(body, BASE).broken


def test_sitemaps_give_pages_news_dates_and_sitemaps_latest_first() -> None:
    body = f"""<?xml version="1.0"?><urlset xmlns="{SITEMAPS}"
       xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
      <url><loc> https://baothu.vn/a </loc><news:news>
        <news:publication_date>2026-11-24T07:30:00+07:00</news:publication_date></news:news></url>
      <url><loc>https://baothu.vn/b</loc><lastmod>2026-11-24</lastmod></url></urlset>"""
    found = links_of_sitemap(body.encode(), BASE)
    assert urls(found) == ["https://baothu.vn/a", "https://baothu.vn/b"]
    assert [bool(link.published_at) for link in found.links] == [True, False]
    index = "".join(
        f"<sitemap><loc>https://baothu.vn/{m}.xml</loc><lastmod>2026-{m}</lastmod></sitemap>"
        for m in ("01", "11", "06")
    )
    found = links_of_sitemap(f'<sitemapindex xmlns="{SITEMAPS}">{index}</sitemapindex>'.encode(), BASE)
    assert [sitemap.url[-6:] for sitemap in found.sitemaps] == ["11.xml", "06.xml", "01.xml"]


PAGE = "<urlset><url><loc>https://baothu.vn/a?b=1&amp;c=2</loc>%s</url></urlset>"


@pytest.mark.parametrize(
    "body",
    [
        (PAGE % "<image:image><image:loc>https://baothu.vn/a.jpg</image:loc></image:image>").encode(),
        (PAGE % "").replace("&amp;", "&").encode(),
        (PAGE % "").replace("<loc>", "<loc><![CDATA[").replace("</loc>", "]]></loc>").encode(),
        b"\n\n<b>Warning</b>: deprecated\n<?xml version='1.0'?>" + (PAGE % "").encode(),
        ('<?xml version="1.0" encoding="UTF-16"?>' + PAGE % "").encode("utf-16"),
        (PAGE % "").replace("<", "<s:").replace("<s:/", "</s:").encode(),
        (PAGE % "<title>Vi\u00ea</title>").encode("latin-1"),
        (PAGE % "")[:-9].encode(),
        (RSS % "<link>https://baothu.vn/a?b=1&amp;c=2</link>").encode(),
        b"\xef\xbb\xbfhttps://baothu.vn/a?b=1&c=2\r\n",
    ],
)
def test_sitemaps_as_they_should_not_be_are_read(body: bytes) -> None:
    assert urls(links_of_sitemap(body, BASE)) == ["https://baothu.vn/a?b=1&c=2"]


def test_a_sitemap_lists_its_latest_pages_first() -> None:
    days = "".join(
        f"<url><loc>https://baothu.vn/{d}</loc><lastmod>2026-11-{d}</lastmod></url>"
        for d in ("03", "21", "12")
    )
    body = f"<urlset><url><loc>https://baothu.vn/x</loc></url>{days}</urlset>".encode()
    assert [url[-2:] for url in urls(links_of_sitemap(body, BASE))] == ["21", "12", "03", "/x"]


def test_a_text_of_addresses_is_a_sitemap_too() -> None:
    assert urls(links_of_sitemap(b"https://baothu.vn/a\nnothing\nhttps://baothu.vn/b\n", BASE)) == [
        "https://baothu.vn/a",
        "https://baothu.vn/b",
    ]


def test_an_endless_sitemap_is_read_up_to_the_limit_of_the_protocol() -> None:
    body = b"<urlset>" + b"".join(b"<url><loc>https://baothu.vn/%d</loc></url>" % i for i in range(60_000))
    assert len(links_of_sitemap(body, BASE).links) == 50_000


def test_entities_are_not_expanded_nor_files_read() -> None:
    body = b"""<!DOCTYPE r [<!ENTITY a "https://baothu.vn/x"><!ENTITY f SYSTEM "file:///etc/hostname">]>
      <urlset><url><loc>&a;</loc></url><url><loc>https://baothu.vn/&f;</loc></url></urlset>"""
    assert all("/x" not in url for url in urls(links_of_sitemap(body, BASE)))


def test_a_section_gives_its_links_once_and_its_next_page() -> None:
    html = """<html><head><base href="/muc/"></head><body><h3><a href="a.html">A</a></h3>
      <h3><a href="a.html#binh-luan">A</a></h3><h3><a href="//baothu.vn/b.html">B</a></h3>
      <a class="next" href="?trang=2">Sau</a><a href="khac.html">C</a></body></html>"""
    rule = SectionPages(url="https://baothu.vn/muc", links="h3 a", next="a.next")
    found = links_of_section(html, "https://baothu.vn/muc", rule)
    assert urls(found) == ["https://baothu.vn/muc/a.html", "https://baothu.vn/b.html"]
    assert found.next_url == "https://baothu.vn/muc/?trang=2"


@given(
    st.binary(max_size=400)
    | st.text(alphabet="<>&;/=\"'!?[]-urlsetlocfeeditmk:. ", max_size=400).map(str.encode)
)
def test_no_bytes_make_discovery_fail(body: bytes) -> None:
    links_of_feed(body, BASE, None)
    links_of_sitemap(body, BASE)
    links_of_section(body.decode("utf-8", "replace"), BASE, SectionPages(url=BASE, next="a"))


def test_a_feed_that_names_a_file_of_this_machine_is_no_feed(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(
        "<rss version='2.0'><channel><item><link>https://a.vn/bai/1</link></item></channel></rss>"
    )
    for body in (str(secret).encode(), b"/dev/zero", b"file://" + str(secret).encode(), b"http://127.0.0.1/"):
        found = links_of_feed(body, "https://baothu.vn/rss", None)
        assert found.broken
        assert not found.links
