"""The quick way to the words of a text gives what the plain way does."""

from hypothesis import given
from hypothesis import strategies as st

from core.text import fold
from index.elastic.wording import forms
from index.words import split

VIETNAMESE = "aàạăằặâầậbBđĐeẽêễiỉoơờợuưứỨyỵ –—“”…_-.,;:'\"\0\t\n\u00a0\u200b²½·7"


@given(st.text(max_size=80) | st.text(alphabet=VIETNAMESE, max_size=80))
def test_any_text_has_its_words_exact_and_folded(text: str) -> None:
    exact, folded = forms(text)
    assert exact.split() == split(text)
    assert folded.split() == [word for word in map(fold, split(text)) if word]
