"""Bytes become characters, whatever header and meta say: no page is lost, no letter is broken."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.legacy import Font, to_font
from crawlers.extraction import decode

TEXT = "Trẻ em gọi đường dây nóng 111 để được giúp đỡ, kể cả ban đêm. Phụ huynh và nhà trường cùng phối hợp."
LATIN = "Les élèves de l'école ont reçu une aide précieuse à Noël, très appréciée."


def vietnamese_1258(text: str) -> bytes:
    """Write `text` as windows-1258 does: tones behind the letter."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    letters = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        letters.append(unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones)))
        letters.extend(c for c in parts if c in tones)
    return "".join(letters).encode("cp1258")


def html(body: bytes, charset: str = "") -> bytes:
    return (f'<html><head><meta charset="{charset}">' if charset else "<html>").encode() + b"<p>" + body


@pytest.mark.parametrize("charset", ["", "utf-8", "iso-8859-1", "windows-1258", "utf-99", "ascii", "utf-16"])
@pytest.mark.parametrize(
    "header", [None, "text/html", "text/html; charset=iso-8859-1", "text/html; charset=x\x00"]
)
def test_utf_8_is_utf_8_whatever_is_said_about_it(charset: str, header: str | None) -> None:
    assert TEXT in decode(html(TEXT.encode(), charset), header)


@pytest.mark.parametrize("charset", ["", "windows-1258", "utf-8", "windows-1252", "iso-8859-1"])
def test_windows_1258_is_read_even_when_called_otherwise(charset: str) -> None:
    assert TEXT in decode(html(vietnamese_1258(TEXT), charset))


@pytest.mark.parametrize("header", ["text/html; charset=windows-1252", "text/html; charset=iso-8859-1"])
def test_western_text_stays_western(header: str) -> None:
    assert LATIN in decode(html(LATIN.encode("cp1252")), header)


def test_the_header_counts_before_the_meta_tag() -> None:
    assert "Привет" in decode(
        html("Привет, мир".encode("koi8-r"), "windows-1251"), "text/html; charset=koi8-r"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    assert decode(f"<p>{TEXT}".encode(encoding), "text/html; charset=windows-1252") == f"<p>{TEXT}"


def test_a_page_cut_in_the_middle_of_a_letter_is_still_utf_8() -> None:
    whole = html(TEXT.encode())
    cut = whole[: whole.index("ỡ".encode()) + 1]
    assert "Trẻ em gọi đường dây nóng 111" in decode(cut)


def test_decomposed_letters_are_composed() -> None:
    assert decode(unicodedata.normalize("NFD", TEXT).encode()) == TEXT


@pytest.mark.parametrize("font", Font)
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "x-user-defined", ""])
def test_pages_typed_for_the_fonts_of_before_unicode_are_put_into_it(font: Font, charset: str) -> None:
    body = html(to_font(TEXT, font).encode("utf-8" if charset == "utf-8" else "cp1252"), charset)
    assert TEXT in decode(body, "text/html")


def test_control_characters_are_left_out() -> None:
    assert decode(b"a\x00b\x08c\x1bd\te\nf") == "abcd\te\nf"


@given(
    st.binary(max_size=500),
    st.none() | st.text(max_size=40),
    st.sampled_from(["", "utf-7", "hz", "idna", "cp1258"]),
)
def test_any_bytes_become_text(body: bytes, header: str | None, charset: str) -> None:
    text = decode(html(body, charset), header)
    assert unicodedata.is_normalized("NFC", text)
    text.encode()
