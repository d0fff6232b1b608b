"""Spellings that follow a rule are read as the syllable, and none that is a syllable is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.legacy import is_syllable
from core.text import fold, nfc
from nlp.normalise import canonical
from nlp.spellings import other_spellings
from nlp.tokens import tokenise


def codes(text: str) -> list[int]:
    return tokenise([nfc(text)]).code.tolist()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("fải", "phải"),
        ("nhữg trườg", "những trường"),
        ("wá", "quá"),
        ("kon", "con"),
        ("trướk", "trước"),
        ("đáh", "đánh"),
        ("chaú cuả", "cháu của"),
        ("hòan ngòai", "hoàn ngoài"),
        ("nguời đựơc", "người được"),
        ("emmmm", "em"),
        ("béee quáaa", "bé quá"),
        ("HÔNGGG", "không"),
        ("bj đj chj", "bị đi chị"),
        ("bác sỹ quí kỹ", "bác sĩ quý kĩ"),
    ],
)
def test_these_are_read_as_the_same(written: str, read: str) -> None:
    assert codes(written) == codes(read)


@pytest.mark.parametrize(
    ("one", "other"),
    [("xoong", "xong"), ("100", "10"), ("1000", "100"), ("của", "cua"), ("fan", "phan"), ("bag", "bang")],
)
def test_these_are_read_as_different(one: str, other: str) -> None:
    assert codes(one) != codes(other)


def test_no_rule_takes_a_syllable_for_another() -> None:
    # `is_syllable` is lenient: it takes a tone on the other vowel, a missing horn, a drawn-out vowel, "ka".
    for form, syllable in other_spellings().items():
        plain, other = (fold(word).replace("y", "i").replace("k", "c") for word in (form, syllable))
        assert not is_syllable(form) or plain == other or form[:-1] == syllable, form
    assert not {nfc(w) for w in ("trẻ", "bị", "quý", "mùa", "của", "kể", "sĩ", "khuya")} & set(canonical())


@given(st.sampled_from(sorted(canonical())))
def test_what_a_spelling_is_read_as_is_read_as_itself(form: str) -> None:
    word = canonical()[form]
    assert canonical().get(word, word) == word


@given(st.text(alphabet="aáeéiouưngmhABN019 !", max_size=40).map(nfc))
def test_drawing_a_letter_out_changes_nothing_but_the_places(text: str) -> None:
    drawn = "".join(char * 3 if char.isalpha() else char for char in text)
    once = "".join(
        c for n, c in enumerate(text) if n == 0 or not c.isalpha() or c.lower() != text[n - 1].lower()
    )
    assert codes(drawn) == codes(once)
