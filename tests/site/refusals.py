"""Pages that must not be archived: media, forbidden addresses, broken and endless answers."""

from tests.site import breakage
from tests.site.case import Case, Family, leads, sends
from tests.site.exchange import Answer, Exchange
from tests.site.pages import article

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(64)
GIF_POLYGLOT = b"GIF89a/*<html><body><p>a</p>*/=1;" + bytes(16)
ZIP = b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(64)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64)
SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><text>a</text></svg>'
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


async def _chain(to: Exchange) -> None:
    await to.redirect(to.request.path + "/tiep")


def _refused(name: str, answer: Answer, about: str, *expected: Family) -> Case:
    return Case(f"/bai/{name}", answer, expected, about)


MEDIA = (
    _refused("image-as-html.html", sends(PNG), "an image called text/html", Family.MEDIA),
    _refused("image-no-type.html", sends(JPEG, None), "an image without Content-Type", Family.MEDIA),
    _refused("image.html", sends(JPEG, "image/jpeg"), "an image that says so", Family.MEDIA),
    _refused("gif-polyglot.html", sends(GIF_POLYGLOT), "GIF and HTML at once", Family.MEDIA, Family.TYPE),
    _refused(
        "image-with-location.html",
        sends(article("Bài gọi là ảnh"), "image/png", Location="/bai/tot-1.html"),
        "a page called an image, with the address of a redirect that it is not",
        Family.MEDIA,
    ),
    _refused(
        "image-203.html",
        sends(PNG + article("Bài sau ảnh").encode(), status="203 Non-Authoritative Information"),
        "an image called text/html, at second hand",
        Family.MEDIA,
    ),
    _refused("svg.html", sends(SVG, "image/svg+xml"), "SVG", Family.MEDIA),
    _refused("svg-as-html.html", sends(SVG), "SVG called text/html", Family.MEDIA, Family.TYPE),
    _refused("video-as-html.html", sends(MP4), "a video called text/html", Family.MEDIA, Family.TYPE),
    _refused("pdf-as-html.html", sends(PDF), "PDF called text/html", Family.TYPE),
    _refused("pdf.html", sends(PDF, "application/pdf"), "PDF that says so", Family.TYPE),
    _refused("zip-as-html.html", sends(ZIP), "an archive called text/html", Family.TYPE),
    _refused(
        "to-image.html",
        leads("BASE/anh/that.jpg"),
        "a redirect to an image",
        Family.MEDIA,
        Family.TYPE,
        Family.REDIRECT,
    ),
)
ADDRESSES = tuple(
    _refused(f"to-{name}.html", leads(target), f"a redirect to {about}", Family.ADDRESS, Family.REDIRECT)
    for name, target, about in (
        ("trap", "TRAP/bai/khong.html", "a loopback address that is not allowed"),
        ("private", "http://10.0.0.1/", "a private address"),
        ("metadata", "http://169.254.169.254/latest/meta-data/", "a cloud's metadata service"),
        ("ipv6", "http://[::1]/", "loopback in IPv6"),
        ("mapped", "http://[::ffff:127.0.0.1]/", "loopback written as a mapped address"),
        ("number", "http://2130706433/", "loopback written as a number"),
        ("localhost", "http://localhost/", "loopback by name"),
        ("file", "file:///etc/hostname", "a file"),
        ("ftp", "ftp://10.0.0.1/a", "FTP"),
    )
)
BROKEN = (
    _refused("loop-1.html", leads("BASE/bai/loop-2.html"), "a redirect loop", Family.REDIRECT),
    _refused("loop-self.html", leads("BASE/bai/loop-self.html"), "a redirect to itself", Family.REDIRECT),
    _refused("chain", _chain, "redirects without end", Family.REDIRECT),
    _refused(
        "nowhere.html",
        sends("", status="302 Found"),
        "a redirect to nowhere",
        Family.REDIRECT,
        Family.STATUS,
        Family.EMPTY,
    ),
    _refused(
        "cam/forbidden.html",
        sends(article("Bài bị robots.txt cấm")),
        "forbidden by robots.txt",
        Family.ROBOTS,
    ),
    _refused("empty.html", sends(""), "no bytes", Family.EMPTY),
    _refused(
        "blank.html",
        sends("<html><body><nav><a href='/'>Trang chủ</a></nav></body></html>"),
        "no text",
        Family.EMPTY,
    ),
    _refused("missing.html", sends("Không có", status="404 Not Found"), "404", Family.STATUS),
    _refused("gone.html", sends("Đã gỡ", status="410 Gone"), "410", Family.STATUS),
    _refused("error.html", sends("Lỗi", status="500 Internal Server Error"), "500", Family.STATUS),
    _refused(
        "login.html",
        sends("Đăng nhập", status="401 Unauthorized", WWW_Authenticate="Basic"),
        "401",
        Family.STATUS,
    ),
    _refused(
        "busy.html",
        sends("Chờ", status="429 Too Many Requests"),
        "429",
        Family.STATUS,
    ),
    _refused(
        "closed.html",
        sends("Chờ", status="503 Service Unavailable", Retry_After="soon"),
        "503",
        Family.STATUS,
    ),
    _refused("gzip-bomb.html", breakage.gzip_bomb, "2 MB that unpack to 2 GB", Family.SIZE),
    _refused(
        "gzip-broken.html",
        breakage.broken_gzip,
        "gzip that is none",
        Family.NETWORK,
        Family.TYPE,
        Family.EMPTY,
        Family.ARCHIVED,
    ),
    _refused("cut-short.html", breakage.cut_short, "less than announced", Family.NETWORK),
    _refused("cut-chunks.html", breakage.cut_chunks, "an open chunk", Family.NETWORK),
    _refused("reset.html", breakage.reset_at_once, "connection reset", Family.NETWORK),
    _refused("reset-midway.html", breakage.reset_midway, "connection reset in the page", Family.NETWORK),
    _refused("no-status.html", breakage.NO_STATUS, "no HTTP at all", Family.NETWORK),
    _refused("bad-status.html", breakage.BAD_STATUS, "a status in letters", Family.NETWORK),
    _refused("bad-length.html", breakage.BAD_LENGTH, "a negative length", Family.NETWORK, Family.EMPTY),
    _refused("two-lengths.html", breakage.TWO_LENGTHS, "two lengths", Family.NETWORK, Family.EMPTY),
    _refused("short-length.html", breakage.SHORT_LENGTH, "more than announced", Family.EMPTY),
    _refused(
        "chunk-extension.html", breakage.endless_extension, "an endless chunk extension", Family.NETWORK
    ),
    _refused("trailers.html", breakage.endless_trailers, "endless trailers", Family.NETWORK),
    _refused("bad-chunk.html", breakage.BAD_CHUNK, "a chunk size in letters", Family.NETWORK, Family.EMPTY),
)
SLOW = (
    _refused("cham/ten-gigabytes.html", breakage.ten_gigabytes, "10 GB, announced", Family.SIZE),
    _refused("cham/flood.html", breakage.unannounced_flood, "a page without end", Family.SIZE, Family.TIME),
    _refused(
        "cham/trickle.html", breakage.trickle, "a few bytes at a time, for ever", Family.TIME, Family.SIZE
    ),
    _refused(
        "cham/headers.html",
        breakage.endless_headers,
        "headers without end",
        Family.NETWORK,
        Family.SIZE,
        Family.TIME,
    ),
    _refused(
        "cham/promises.html",
        breakage.endless_promises,
        "`100 Continue` without end",
        Family.NETWORK,
        Family.SIZE,
        Family.TIME,
    ),
    _refused("cham/drip.html", breakage.dripping_headers, "a header letter by letter", Family.TIME),
    _refused("cham/silence.html", breakage.silence, "no answer", Family.TIME),
)
REFUSED = (*MEDIA, *ADDRESSES, *BROKEN, *SLOW)

# Pages that refusals lead to.
BEHIND: dict[str, Answer] = {
    "/bai/loop-2.html": leads("BASE/bai/loop-1.html"),
    "/anh/that.jpg": sends(JPEG, "image/jpeg"),
}
