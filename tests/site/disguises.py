"""Answers that disguise what they are: polyglots, several types, nests of packing, odd addresses."""

import gzip
import zlib

from tests.site.breakage import HEAD, raw
from tests.site.case import Case, Family, leads, sends
from tests.site.exchange import Answer, Exchange
from tests.site.pages import article, paragraphs

GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00;"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 8
SVG = "<svg xmlns='http://www.w3.org/2000/svg'><text>a</text></svg>"
SUBSET = "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'a.dtd' [<!ENTITY ns 'a'>]>"
MEDIA, TYPE, NETWORK, ADDRESS = Family.MEDIA, Family.TYPE, Family.NETWORK, Family.ADDRESS


async def _parts(to: Exchange) -> None:
    """Be a camera: one picture after the other, without end, in one answer."""
    kind = b"multipart/x-mixed-replace; boundary=a"
    await to.raw(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\nConnection: close\r\n\r\n")
    while True:
        await to.raw(b"--a\r\nContent-Type: image/gif\r\n\r\n" + GIF + b"\r\n")


def _types(*kinds: str) -> Answer:
    lines = "".join(f"Content-Type: {kind}\r\n" for kind in kinds)
    page = article("Trang nhiều kiểu").encode()
    return raw(f"HTTP/1.1 200 OK\r\n{lines}Content-Length: {len(page)}\r\n\r\n".encode() + page)


def _packed(encoding: str, body: bytes) -> Answer:
    return raw(HEAD + f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


def _nest(body: bytes, times: int) -> bytes:
    for _ in range(times):
        body = gzip.compress(body)
    return body


def _case(name: str, answer: Answer, about: str, *expected: Family) -> Case:
    return Case(f"/bai/{name}", answer, expected, about)


POLYGLOTS = (
    _case("svg-subset.html", sends(SUBSET + SVG), "SVG behind a document type with a subset", MEDIA),
    _case("svg-utf-16.html", sends(SVG.encode("utf-16")), "SVG in UTF-16", MEDIA),
    _case("gif-later.html", sends(b"\r\n" + GIF), "an image behind an empty line", MEDIA),
    _case("pdf-later.html", sends(b"Tai lieu\n%PDF-1.7\n1 0 obj"), "PDF behind a line of text", TYPE),
    _case("two-types.html", _types("image/png", "text/html"), "called an image and a page", MEDIA),
    _case("types-listed.html", _types("text/html, image/png"), "called two things in one header", TYPE),
    _case("camera.html", _parts, "pictures in a multipart answer without end", TYPE),
    _case(
        "image-behind.html",
        sends(article("Trang có ảnh ở phía sau", body=paragraphs(3, 60)).encode() + JPEG),
        "an image far behind the page's first bytes",
        Family.ARCHIVED,
    ),
    _case("comments.html", sends("<!---->" * 100_000), "nothing but comments", Family.EMPTY),
    _case("to-encoded.html", leads("BASE/anh/that%2Ejpg"), "a redirect to an image, its name encoded", MEDIA),
)
PACKED = (
    _case("nested.html", _packed("gzip, gzip", _nest(b"<p>a</p>", 2)), "packed twice", NETWORK),
    _case(
        "nest.html",
        _packed(", ".join(["gzip"] * 1_000), _nest(b"<p>a</p>", 1_000)),
        "packed a thousand times",
        NETWORK,
    ),
    _case("brotli.html", _packed("br", b"\x1b\x03\x00\xf8a"), "packed as was not asked for", NETWORK),
    _case("zstd.html", _packed("zstd", b"(\xb5/\xfd\x04\x00\x19"), "packed in zstd, and broken", NETWORK),
    _case(
        "deflate-bomb.html",
        _packed("deflate", zlib.compress(bytes(64 * 2**20), 9)),
        "64 KB that unpack to 64 MB",
        Family.SIZE,
    ),
)
PLACES = tuple(
    _case(f"to-{name}.html", leads(target), f"a redirect to {about}", ADDRESS, Family.REDIRECT)
    for name, target, about in (
        ("octal", "http://0177.0.0.1/", "loopback in octal"),
        ("hexadecimal", "http://0x7f.1/", "loopback in hexadecimal"),
        ("wide", "http://１２７.0.0.1/".encode().decode("latin-1"), "loopback in wide digits"),
        ("nat64", "http://[64:ff9b::7f00:1]/", "loopback behind NAT64"),
        ("nat64-local", "http://[64:ff9b:1::7f00:1]/", "loopback behind a local NAT64"),
        ("translated", "http://[::ffff:0:7f00:1]/", "loopback as a translated address"),
        ("zone", "http://[fe80::1%25eth0]/", "a link-local address with its zone"),
        ("named", "http://ten:mat-khau@HOST/bai/tot-1.html", "this site, with a name and a password"),
        ("disguised", "http://HOST@127.0.0.1/", "loopback behind this site's name"),
    )
)
DISGUISED = (*POLYGLOTS, *PACKED, *PLACES)
