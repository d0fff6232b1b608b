"""Only text passes the gate: by address, by header, by the bytes."""

import base64
import time

import pytest

from core.gate import refused_address, refused_bytes, refused_type, without_data_uris

GIF = base64.b64decode("R0lGODlhAQABAAAAACw=")
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"


@pytest.mark.parametrize(
    "path",
    [
        "/a.jpg",
        "/a.PNG",
        "/v.mp4",
        "/s.svg",
        "/x.pdf",
        "/z.zip",
        "/f.woff2",
        "/a%2Ejpg",
        "/a.j%70g",
        "/a.jpg/",
        "/a.jpg;v=1",
        "/a.jpg%20",
    ],
)
def test_what_is_no_text_is_never_requested(path: str) -> None:
    assert refused_address(path)


@pytest.mark.parametrize("path", ["/a.html", "/tin", "/", "/anh-jpg.htm", "/rss/tin-moi.rss"])
def test_pages_may_be_requested(path: str) -> None:
    assert not refused_address(path)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("image/jpeg", "image"),
        ("IMAGE/SVG+XML; charset=utf-8", "image"),
        ("video/mp4", "video"),
        ("application/pdf", "type"),
        ("application/octet-stream", "type"),
        ("text/html; charset=utf-8", None),
        ("application/rss+xml", None),
        (None, None),
    ],
)
def test_headers_decide_before_the_body_is_read(header: str | None, reason: str | None) -> None:
    assert refused_type(header) == reason


def test_gzip_passes_only_where_a_sitemap_is_expected() -> None:
    assert refused_type("application/gzip") == "type"
    assert refused_type("application/gzip", packed=True) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (GIF, "image"),
        (PNG, "image"),
        (JPEG, "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08rest", "gz"),
        (b'<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg">', "image"),
        (b"  <svg>", "image"),
        (b"<!DOCTYPE svg PUBLIC 'a' 'b' [ <!ENTITY ns 'a'> <!ENTITY x ']'> ]>\n<svg xmlns='c'>", "image"),
        (b"<?xml-stylesheet href='a'?><s:svg xmlns:s='http://www.w3.org/2000/svg'/>", "image"),
        ("<svg><text>a</text></svg>".encode("utf-16"), "image"),
        (b"\n" + GIF, "image"),
        (b"\xef\xbb\xbf" + GIF, "image"),
        (b"\r\n%PDF-1.7", "pdf"),
        (b"day khong phai HTML\n%PDF-1.4\n1 0 obj", "pdf"),
        ("văn\x00bản".encode("utf-16"), "binary"),
        (b"text\x00with\x01nulls", "binary"),
        (b"<!DOCTYPE html><html><svg></svg>", None),
        ("Xin chào".encode(), None),
        ("<p>Trẻ em</p>".encode("utf-16"), None),
        (b"", None),
    ],
)
def test_the_first_bytes_decide_whatever_the_header_says(body: bytes, reason: str | None) -> None:
    assert refused_bytes(body) == reason


@pytest.mark.parametrize(
    "piece", [b"<!---->", b"<?a>", b"<!doctype svg>", b"<!doctype svg[]>", b"<!--", b" "]
)
def test_a_page_made_to_keep_the_gate_busy_is_judged_at_once(piece: bytes) -> None:
    started = time.process_time()
    assert refused_bytes(piece * 2_000 + b"<p>") is None
    assert time.process_time() - started < 1.0


def test_data_uris_are_cut_out_of_text() -> None:
    assert without_data_uris('a <img src="data:image/png;base64,AAAA"> b') == 'a <img src=""> b'
    assert without_data_uris("dữ liệu: 5 trẻ") == "dữ liệu: 5 trẻ"
