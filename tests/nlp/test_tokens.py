"""Tokens: one spelling for what is written in many, and exact places in the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text import fold, nfc
from nlp.features import FIELDS, READ, Batch, Block, Reading, grams
from nlp.normalise import canonical
from nlp.segment import words
from nlp.tokens import tokenise


def codes(text: str) -> list[int]:
    return [int(code) for code in tokenise([text]).code]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ko dc", "không được"),
        ("hok", "không"),
        ("e bé", "em bé"),
        ("trẻ e", "trẻ em"),
        ("HỌC SINH", "học sinh"),
        ("hoà thuận", "hòa thuận"),
        ("thuỷ", "thủy"),
        ("bé 3 tuổi", "bé 12 tuổi"),
        ("17 tuổi", "16 tuổi"),
        ("14t", "9t"),
        ("sdfghj, klm", "sdfghj klm"),
    ],
)
def test_these_are_read_as_the_same(written: str, read: str) -> None:
    assert codes(nfc(written)) == codes(nfc(read))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("15 tuổi", "16 tuổi"),
        ("17 tuổi", "18 tuổi"),
        ("má", "mã"),
        ("con", "còn"),
        ("được", "đuọc"),
        ("14 tuổi", "child tuổi"),
    ],
)
def test_these_are_read_as_different(one: str, other: str) -> None:
    assert codes(one) != codes(other)


def test_no_spelling_is_taken_to_one_that_is_itself_taken_further() -> None:
    assert not set(canonical()) & {value for key, value in canonical().items() if value != key}


def test_emoji_and_marks_of_tone_are_tokens_of_their_own() -> None:
    text = "Buồn quá!! 😭😭 thật?"
    tokens = tokenise([text])
    assert [text[a:b] for a, b in zip(tokens.start, tokens.end, strict=True)] == [
        "Buồn", "quá", "!", "!", "😭", "😭", "thật", "?",
    ]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_offsets_are_those_of_the_text_whatever_it_holds(texts: list[str]) -> None:
    tokens = tokenise(texts)
    for number, start, end in zip(tokens.text, tokens.start, tokens.end, strict=True):
        piece = texts[number][start:end]
        assert piece
        assert piece == piece.strip()
    for number in range(len(texts)):
        alone = tokenise([texts[number]])
        assert alone.code.tolist() == tokens.code[tokens.text == number].tolist()


@settings(deadline=None)
@given(st.text(alphabet="aàáâăđeêéơưuyo ,.!\n0123Đ", max_size=120))
def test_words_keep_every_syllable_in_its_place(text: str) -> None:
    text = nfc(text)
    tokens = tokenise([text])
    joined = words([text], tokens)
    assert set(joined.start.tolist()) <= set(tokens.start.tolist())
    assert set(joined.end.tolist()) <= set(tokens.end.tolist())
    assert (joined.end[:-1] <= joined.start[1:]).all()


def test_syllables_of_one_word_are_joined() -> None:
    text = "Học sinh bị bạo hành, công an điều tra"
    joined = words([text], tokenise([text]))
    found = [text[a:b] for a, b in zip(joined.start, joined.end, strict=True)]
    assert found == ["Học sinh", "bị", "bạo hành", "công an", "điều tra"]


def test_a_text_without_diacritics_folds_to_the_same_tokens_each_time() -> None:
    assert codes(fold("Trẻ em bị bỏ rơi")) == codes("tre em bi bo roi")


def test_n_grams_do_not_cross_fields_or_texts_and_blocks_do_not_share_keys() -> None:
    block = Block(unit="syllable", fields=("title", "text"), shortest=2, longest=2, scale=1, remark_scale=1)
    batch = Batch([Reading(title="một hai", text="ba bốn"), Reading(title="năm")])
    found = grams(block, 0, batch)
    assert [
        (FIELDS[field], start, end)
        for field, start, end in zip(found.field, found.start, found.end, strict=True)
    ] == [
        ("title", 0, 7),
        ("text", 0, 6),
    ]
    assert not set(found.key.tolist()) & set(grams(block, 1, batch).key.tolist())


def test_of_each_field_only_the_start_is_read() -> None:
    cut = Reading("a" * 9999, "b" * 9999, "c" * 9999, "d" * 9999).fields()
    assert [len(field) for field in cut] == [READ[name] for name in FIELDS]


def test_a_title_that_repeats_its_thread_counts_once() -> None:
    assert Reading("Hỏi đáp", "Hỏi đáp", "", "Chào").fields()[0] == ""
