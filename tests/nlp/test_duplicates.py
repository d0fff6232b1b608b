"""Exact duplicates: which two pages are copies, and which are never called so."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contracts import Page, PageType
from core.text import fold
from nlp.duplicates import MIN_WORDS, MIN_WORDS_IN_THREAD, signature

BODY = (
    "Chiều 12/5, nhiều phụ huynh ở xã ven sông cho biết tuyến kè mới chưa có rào chắn, trong khi trẻ em vẫn "
    "ra tắm mỗi chiều. Trưởng thôn đề nghị cắm biển cảnh báo và cử người trực trong suốt mùa hè; xã hứa sẽ "
    "làm xong trước khi học sinh nghỉ học."
)


def page(text: str, kind: PageType = PageType.ARTICLE, **fields: str) -> Page:
    return Page(
        id="p",
        url="https://bao.example/p",
        canonical_url="https://bao.example/p",
        source_id="bao",
        type=kind,
        text=text,
        fetched_at=datetime(2025, 11, 20, tzinfo=UTC),
        content_hash="h",
        **fields,  # type: ignore[arg-type]
    )


def test_a_copy_under_another_title_and_lead_is_a_duplicate() -> None:
    assert signature(page(BODY, title="Kè mới chưa có rào chắn")) == signature(
        page(BODY, title="Lo trẻ đuối nước mùa hè", lead="Tin tổng hợp")
    )


@pytest.mark.parametrize(
    "copy",
    [
        BODY.upper(),
        fold(BODY),
        BODY.replace(". ", ".\n\n").replace(", ", " ,  "),
        BODY.replace("12/5", "12-5").replace(";", " –"),
    ],
    ids=["upper case", "without diacritics", "other line breaks", "other punctuation"],
)
def test_case_diacritics_spaces_and_punctuation_make_no_difference(copy: str) -> None:
    assert signature(page(copy)) == signature(page(BODY))


@given(st.integers(0, len(BODY.split()) - 1))
def test_one_word_more_or_less_makes_another_text(at: int) -> None:
    words = BODY.split()
    assert signature(page(" ".join(words[:at] + words[at + 1 :]))) != signature(page(BODY))


def test_a_body_too_short_to_be_told_from_a_notice_is_never_a_copy() -> None:
    assert signature(page("Mời quý vị xem video.")) is None
    assert signature(page(" ".join(["từ"] * (MIN_WORDS - 1)))) is None
    assert signature(page(" ".join(["từ"] * MIN_WORDS))) is not None
    assert signature(page("")) is None


@pytest.mark.parametrize("kind", [PageType.COMMENT, PageType.POST])
def test_a_comment_or_post_is_a_copy_only_within_its_thread(kind: PageType) -> None:
    assert signature(page(BODY, kind, thread_id="t1")) == signature(page(BODY, kind, thread_id="t1"))
    assert signature(page(BODY, kind, thread_id="t1")) != signature(page(BODY, kind, thread_id="t2"))
    assert signature(page(BODY, kind)) is None


def test_short_comments_of_one_thread_are_voices_of_their_own() -> None:
    assert signature(page("Thương cháu quá", PageType.COMMENT, thread_id="t1")) is None
    assert signature(page("từ " * MIN_WORDS_IN_THREAD, PageType.COMMENT, thread_id="t1")) is not None


def test_a_comment_is_never_a_copy_of_an_article() -> None:
    assert signature(page(BODY)) != signature(page(BODY, PageType.COMMENT, thread_id="t1"))


def test_two_reports_that_tell_the_same_are_two_reports() -> None:
    assert signature(page(BODY, PageType.REPORT, thread_id="t1")) is None


@given(st.text(), st.sampled_from(PageType))
def test_any_text_has_a_signature_or_none(text: str, kind: PageType) -> None:
    found = signature(page(text, kind, thread_id="t"))
    assert found is None or len(found) == 32
