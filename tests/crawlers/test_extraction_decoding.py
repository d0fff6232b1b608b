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


MORE = "nghĩ quẩn, khỏi Đà Nẵng 10.000 đồng ở ỷ lại; những đứa nhỏ sợ hãi vẫn khóc"
WORDS = {*TEXT.split(), *MORE.split()}
TEXTS = st.lists(st.sampled_from(sorted(WORDS)), min_size=25, unique=True).map(" ".join)


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


@given(TEXTS)
def test_any_vietnamese_text_in_an_old_encoding_comes_out_as_it_was_meant(text: str) -> None:
    for font in (Font.TCVN3, Font.VNI):
        assert decode(html(to_font(text, font).encode("cp1252", "ignore"))).lower().endswith(text.lower())
    assert decode(html(to_font(text, Font.VISCII).encode("latin-1"), "viscii")).endswith(text)
    assert decode(html(vietnamese_1258(text), "iso-8859-1"), "text/html; charset=utf-8").endswith(text)
    assert decode(html(unicodedata.normalize("NFD", text).encode())).endswith(text)


@given(st.permutations(sorted(WORDS)).map(" ".join))
def test_a_text_of_some_length_in_viscii_is_told_without_being_named(text: str) -> None:
    assert decode(html(to_font(text, Font.VISCII).encode("latin-1"), "utf-8")).endswith(text)


@given(TEXTS, st.data())
def test_utf_8_broken_here_and_there_loses_only_the_broken_letters(text: str, data: st.DataObject) -> None:
    body = bytearray(text.encode() * 20)
    for at in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=3)):
        body[at] = 0xFF
    kept = decode(html(bytes(body)))
    assert kept.count("\ufffd") <= 9
    assert kept.endswith(text) or "\ufffd" in kept


@pytest.mark.parametrize("western", ["cp1252", "latin-1"])
def test_utf_8_taken_for_western_and_written_again_is_read_as_it_was_meant(western: str) -> None:
    if western == "cp1252":
        twice = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in TEXT.encode())
    else:
        twice = TEXT.encode().decode(western)
    assert TEXT in decode(html(twice.encode()))


@pytest.mark.parametrize(
    "text", ["Chữ ạ thành “áº¡” khi đọc sai.", "Fuß“ und Spaß” " * 20, "está», « À\xa0la" * 20]
)
def test_signs_that_look_like_bytes_are_left_in_other_text(text: str) -> None:
    assert text in decode(html(text.encode()))


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
