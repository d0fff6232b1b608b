"""Folding: one code point stays one, so that offsets into folded text hold for the original."""

import time
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.text import fold, has_marks, nfc

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
LETTERS = "".join(nfc(v + t) for v in VOWELS for t in TONES) + "đ"


def test_every_vietnamese_letter_folds_to_one_plain_letter() -> None:
    for letter in LETTERS + LETTERS.upper():
        assert len(fold(letter)) == 1
        assert fold(letter) in "abcdefghijklmnopqrstuvwxyz"


def test_a_word_typed_without_diacritics_meets_the_same_word_with_them() -> None:
    assert fold("Đuối nước ở Đắk Lắk") == "duoi nuoc o dak lak"


def test_marks_show_that_exact_words_are_meant() -> None:
    assert has_marks("bạo hành")
    assert not has_marks("bao hanh")
    assert not has_marks("BAO HANH")


@given(st.text(alphabet=LETTERS + LETTERS.upper() + " .,", max_size=80))
def test_offsets_hold_in_folded_text(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(max_size=80))
def test_nfc_is_what_unicode_says(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text)


def test_a_hostile_run_of_marks_is_cut_short_and_quickly() -> None:
    start = time.process_time()
    assert nfc("a" + "\u0301\u0323" * 200_000 + " bé").endswith(" bé")
    assert time.process_time() - start < 2
