"""The quick way to the words of a text gives what the plain way does."""

from hypothesis import given
from hypothesis import strategies as st

from core.text import fold
from index.language import parse
from index.wording import spelled, split, worded
from index.words import highlights, sought
from tests.index.documents import document, texts

VIETNAMESE = "aàạăằặâầậbBđĐeẽêễiỉoơờợuưứỨyỵ –—“”…_-.,;:'\"\0\t\n\u00a0\u200b²½·7"


@given(st.text(max_size=80) | st.text(alphabet=VIETNAMESE, max_size=80))
def test_any_text_has_its_words_exact_and_folded(text: str) -> None:
    exact, folded = worded(text)
    assert exact.split() == split(text)
    assert folded.split() == [word for word in map(fold, split(text)) if word]


@given(st.text(max_size=80) | st.text(alphabet=VIETNAMESE, max_size=80))
def test_a_text_is_spelled_letter_by_letter(text: str) -> None:
    assert {len(form) for form in spelled(text)} == {len(text)}


@given(texts(8), st.sampled_from(["bạo", "bao", '"bạo hành"', '"bao bao"', "hành*", '"da ba"*', "COVID-19"]))
def test_a_strange_letter_in_a_text_changes_nothing_about_what_is_lit_in_it(text: str, typed: str) -> None:
    plain, strange = document(1, title="", text=text), document(1, title="", text=f"{text} ☃")
    terms = sought(parse(typed))
    assert highlights(plain, terms) == highlights(strange, terms)
