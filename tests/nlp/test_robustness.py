"""Texts as others type them: each way does what it says, the same each time."""

import unicodedata
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.legacy import Font, to_font
from core.text import fold, nfc
from nlp.features import Reading
from nlp.filter import analyse_rows
from nlp.normalise import CHAT, canonical
from nlp.robustness import (
    OTHERS,
    PHRASES,
    WAYS,
    chat,
    chat_forms,
    slip,
    slips,
    teen,
    telex,
    toneless,
    without_diacritics,
)
from nlp.robustness_quality import FLOORS, PLAIN, Loss, losses, table
from nlp.rows import Risk, Row
from nlp.tokens import tokenise

ARTICLE = Reading(
    title="Bé gái 9 tuổi bị cha dượng đánh gãy tay",
    lead="Công an đã tạm giữ nghi phạm để điều tra.",
    text="Mọi người cho biết học sinh này không được đi học, giáo viên cũng không biết phải làm gì.",
)
TEXTS = st.text(alphabet="aáàảãạăắâấbcdđeéêếệghiíklmnoóôốơớpqrstuúưứvxyý ,.!A9\n😭", max_size=80).map(nfc)


def codes(text: str) -> list[int]:
    return tokenise([text]).code.tolist()


@pytest.mark.parametrize("name", WAYS)
def test_a_way_gives_the_same_for_the_same_seed_and_keeps_what_the_text_is(name: str) -> None:
    once, again = WAYS[name](ARTICLE, 7), WAYS[name](ARTICLE, 7)
    assert once == again
    assert once.remark == ARTICLE.remark
    assert once.thread_title == ""
    assert all(part == nfc(part) for part in (once.title, once.lead, once.text))


@settings(deadline=None)
@given(TEXTS, st.integers(0, 2**32))
def test_every_way_takes_any_text(text: str, seed: int) -> None:
    for way in WAYS.values():
        assert nfc(way(Reading(text=text, remark=True), seed).text) is not None


@given(TEXTS)
def test_without_diacritics_only_plain_letters_are_left(text: str) -> None:
    plain = without_diacritics(text)
    assert fold(plain) == fold(text)
    assert len(plain) == len(text)
    assert without_diacritics(plain) == plain


@given(TEXTS)
def test_case_and_composed_or_not_make_no_difference_to_what_is_read(text: str) -> None:
    reading = Reading(text=text)
    assert codes(WAYS["upper case"](reading, 0).text) == codes(text)
    assert WAYS["NFD, as taken in"](reading, 0) == reading


@pytest.mark.parametrize(("name", "font"), [("TCVN3, decoded", Font.TCVN3), ("VNI, decoded", Font.VNI)])
def test_text_of_a_font_is_decoded_to_what_it_was_but_for_case(name: str, font: Font) -> None:
    assert fold(WAYS[name](ARTICLE, 0).text) == fold(ARTICLE.text)
    assert to_font(ARTICLE.text, font) != ARTICLE.text


@pytest.mark.parametrize("name", Font)
def test_rows_typed_for_a_font_or_not_composed_are_analysed_as_in_unicode(name: Font) -> None:
    plain = {"title": ARTICLE.title, "lead": ARTICLE.lead, "body": ARTICLE.text}
    in_font = {key: to_font(text, name) for key, text in plain.items()}
    apart = {key: unicodedata.normalize("NFD", text) for key, text in plain.items()}
    said = [row["analysis"]["relevance"] for row in analyse_rows([plain, in_font, apart])]
    assert said[0] == said[1] == said[2] > 0


def test_chat_spellings_are_those_of_the_table_read_back_and_many_that_are_not_in_it() -> None:
    forms = chat_forms()
    assert {"ko", "hok"} <= set(forms["không"])
    assert "trẻ e" in forms["trẻ em"]
    assert "e bé" in forms["em bé"]
    others = [(nfc(form), word) for word, each in OTHERS.items() for form in each]
    unknown = [form for form, word in others if form not in CHAT]
    unread = [form for form, word in others if canonical().get(form) != nfc(word)]
    assert len(unknown) > 0.6 * len(others)
    assert len(unread) > 0.4 * len(others)
    assert not set(PHRASES) & set(OTHERS)


def test_chat_changes_about_half_of_what_it_can_and_little_else() -> None:
    text = " ".join(["không được"] * 200 + ["tha"] * 200)
    given = chat(text, Random(1)).split()
    assert 0.35 < sum(word in ("không", "được") for word in given) / 400 < 0.65
    assert given.count("tha") == 200


@pytest.mark.parametrize(
    ("word", "written"), [("phải", "fải"), ("những", "nhữg"), ("quá", "wá"), ("con", "kon"), ("mẹ", "mẹ")]
)
def test_teenagers_spell_so(word: str, written: str) -> None:
    assert teen(nfc(word)) == nfc(written)


@pytest.mark.parametrize(
    ("word", "keys"), [("trẻ", "trer"), ("được", "dduwowcj"), ("Ấn", "AAns"), ("an", "an")]
)
def test_telex_shows_the_keys(word: str, keys: str) -> None:
    assert telex(nfc(word)) == keys


def test_a_tone_is_lost_and_the_letter_kept() -> None:
    assert toneless(nfc("được trẻ")) == nfc("đươc tre")


@given(st.text(alphabet="aáâấbcđeêếơớuưự", min_size=1, max_size=7).map(nfc), st.integers(0, 2**32))
def test_a_slip_leaves_a_word(word: str, seed: int) -> None:
    changed = slip(word, Random(seed))
    assert changed
    assert len(changed) >= len(word) - 1


def test_about_one_word_in_twenty_slips() -> None:
    words = ["trường"] * 4000
    given = slips(" ".join(words), Random(3)).split()
    assert len(given) == len(words)
    assert 0.03 < sum(word != "trường" for word in given) / len(words) < 0.07


def test_losses_are_given_for_every_way_and_as_the_difference_to_the_texts_as_they_are() -> None:
    rows = [
        Row(Reading(text="Bé bị đánh"), "a", Risk(relevant=True)),
        Row(Reading(text="Trời hôm nay đẹp"), "b", Risk(relevant=False)),
    ]

    def marked(readings: Sequence[Reading]) -> list[bool]:
        return ["đánh" in reading.text.lower() for reading in readings]

    found = losses(marked, rows)
    assert set(found) == {PLAIN, *WAYS}
    assert found[PLAIN] == Loss(1.0, 0.0, 0.0)
    assert found["without diacritics"] == Loss(0.0, 1.0, FLOORS["without diacritics"])
    assert not found["without diacritics"].within
    assert found["upper case"].within
    assert len(list(table(found))) == len(WAYS) + 1
