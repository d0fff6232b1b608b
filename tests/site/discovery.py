"""What crawlers read before pages: robots.txt, feeds and sitemaps, sound and broken."""

import asyncio
import json
from xml.sax.saxutils import escape

from tests.site.breakage import bomb
from tests.site.exchange import Answer, Exchange
from tests.site.pages import listing

SLOW_PREFIX = "/bai/cham/"
SITEMAP = '<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</{root}>'
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a0 "lol">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    + ' <!ENTITY tep SYSTEM "file:///etc/hostname">]>'
)


async def robots_allow(to: Exchange) -> None:
    """Forbid one folder, name a sitemap."""
    text = f"User-agent: *\nDisallow: /bai/cam/\nAllow: /\nSitemap: {to.base}/sitemap.xml\n"
    await to.send(text, "text/plain; charset=utf-8")


async def robots_forbid(to: Exchange) -> None:
    """Forbid all."""
    await to.send("User-agent: *\nDisallow: /\n", "text/plain")


async def robots_error(to: Exchange) -> None:
    """Fail: by RFC 9309, section 2.3.1.4, all is forbidden."""
    await to.send("Lỗi máy chủ", "text/plain; charset=utf-8", "500 Internal Server Error")


async def robots_missing(to: Exchange) -> None:
    """Have none: by RFC 9309, section 2.3.1.3, all is allowed."""
    await to.send("Không có", "text/plain; charset=utf-8", "404 Not Found")


async def robots_huge(to: Exchange) -> None:
    """Have 10 MB of it, the prohibition of `/bai/cam/` within the first 500 KiB that count."""
    rules = "User-agent: *\nDisallow: /bai/cam/\n" + "Disallow: /khong-co/a\n" * 500_000
    await to.send(rules, "text/plain")


async def robots_silent(to: Exchange) -> None:
    """Never answer."""
    await to.never()


async def robots_html(to: Exchange) -> None:
    """Answer with a web page, as many sites do for any address."""
    await to.send(listing(()))


ROBOTS: dict[str, Answer] = {
    "allow": robots_allow,
    "forbid": robots_forbid,
    "error": robots_error,
    "missing": robots_missing,
    "huge": robots_huge,
    "silent": robots_silent,
    "html": robots_html,
}


def rss(base: str, paths: tuple[str, ...]) -> str:
    """Return a sound feed of `paths`."""
    items = "".join(
        f"<item><title>Bài {i}</title><link>{escape(base + p)}</link><guid>{escape(base + p)}</guid>"
        f"<pubDate>Mon, 16 Nov 2026 07:{i % 60:02}:00 +0700</pubDate></item>"
        for i, p in enumerate(paths)
    )
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Báo Thử</title>'
    return f"{head}{items}</channel></rss>"


async def feed(to: Exchange) -> None:
    """Name all cases."""
    await to.send(rss(to.base, to.cases), "application/rss+xml; charset=utf-8")


async def quick_feed(to: Exchange) -> None:
    """Name all cases but the slow ones."""
    quick = tuple(p for p in to.cases if not p.startswith(SLOW_PREFIX))
    await to.send(rss(to.base, quick), "application/rss+xml; charset=utf-8")


async def broken_feed(to: Exchange) -> None:
    """Name the first three cases in a feed with bare ampersands, an open tag, foreign links and no end."""
    text = rss(to.base, to.cases[:3]).replace("<title>Bài 1</title>", "<title>Mẹ & bé <b>1</title>")
    strange = "".join(
        f"<item><link>{link}</link></item>"
        for link in (
            "javascript:alert(1)",
            "http://[",
            "file:///etc/hostname",
            "//",
            "",
            to.trap + "/bai/khong.html",
        )
    )
    await to.send(text.replace("</channel></rss>", strange), "text/html")


async def empty_feed(to: Exchange) -> None:
    """Have a feed without items."""
    await to.send(rss(to.base, ()), "application/rss+xml")


async def sitemap(to: Exchange) -> None:
    """Name all cases."""
    inner = "".join(f"<url><loc>{escape(to.base + p)}</loc></url>" for p in to.cases)
    await to.send(SITEMAP.format(root="urlset", inner=inner), "application/xml")


async def sitemap_of_itself(to: Exchange) -> None:
    """Be an index that names itself, and one more level each time."""
    depth = to.request.path.count("/sau")
    inner = "".join(
        f"<sitemap><loc>{to.base}{p}</loc></sitemap>"
        for p in ("/sitemap-self.xml", "/sitemap-self.xml" + "/sau" * (depth + 1))
    )
    await to.send(SITEMAP.format(root="sitemapindex", inner=inner), "application/xml")


async def sitemap_entities(to: Exchange) -> None:
    """Be a billion laughs, with a file of the reader's machine."""
    inner = f"<url><loc>{to.base}/bai/&a9;</loc></url><url><loc>{to.base}/bai/&tep;</loc></url>"
    text = SITEMAP.format(root="urlset", inner=inner)
    await to.send(text.replace('<?xml version="1.0" encoding="UTF-8"?>', ENTITIES), "application/xml")


async def sitemap_bomb(to: Exchange) -> None:
    """Be a gzip file of 1 MB that unpacks to 1 GB."""
    await to.send(bomb(2**30, b'<?xml version="1.0"?><urlset>'), "application/gzip")


async def sitemap_cut(to: Exchange) -> None:
    """Break off in the middle of an entry."""
    inner = "".join(f"<url><loc>{escape(to.base + p)}</loc></url>" for p in to.cases[:3])
    await to.send(SITEMAP.format(root="urlset", inner=inner)[:-30], "text/xml")


async def endless_sitemap(to: Exchange) -> None:
    """Name new addresses for ever."""
    await to.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<urlset>")
    number = 0
    while True:
        number += 1
        await to.raw(f"<url><loc>{to.base}/bai/vo-tan-{number}.html</loc></url>".encode())
        await asyncio.sleep(0)


def _api(links: list[str], cursor: object) -> str:
    return json.dumps({"tin": links, "sau": cursor, "con": True})


async def api_endless(to: Exchange) -> None:
    """Name one new address and one more page for ever."""
    await to.send(_api([f"{to.base}/bai/vo-tan-{to.visits}.html"], to.visits), "application/json")


async def api_circle(to: Exchange) -> None:
    """Lead back to the same page, which names all quick cases and foreign and forbidden ones."""
    quick = [to.base + p for p in to.cases if not p.startswith(SLOW_PREFIX)]
    await to.send(_api([*quick, to.trap + "/bai/khong.html", "javascript:alert(1)"], ""), "application/json")


async def api_deep(to: Exchange) -> None:
    """Be nested 200,000 deep."""
    await to.send("[" * 200_000, "application/json")


async def api_picture(to: Exchange) -> None:
    """Be a picture that calls itself JSON."""
    await to.send(b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "application/json")


async def section(to: Exchange) -> None:
    """Link to all cases."""
    await to.send(listing(to.cases))


DISCOVERY: dict[str, Answer] = {
    "/": section,
    "/thoi-su": section,
    "/rss.xml": feed,
    "/rss-quick.xml": quick_feed,
    "/rss-broken.xml": broken_feed,
    "/rss-empty.xml": empty_feed,
    "/sitemap.xml": sitemap,
    "/sitemap-self.xml": sitemap_of_itself,
    "/sitemap-entities.xml": sitemap_entities,
    "/sitemap-bomb.xml.gz": sitemap_bomb,
    "/sitemap-cut.xml": sitemap_cut,
    "/sitemap-endless.xml": endless_sitemap,
    "/api/endless": api_endless,
    "/api/circle": api_circle,
    "/api/deep": api_deep,
    "/api/picture": api_picture,
}
