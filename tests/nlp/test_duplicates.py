"""Copies: which two pages are copies, which are never called so, and who leads."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contracts import Page, PageType
from core.records import Records
from core.records.signatures import RecordedSignatures, signatures
from core.signatures import Copies
from core.text import fold
from nlp.duplicates import (
    ANCHORS,
    BINS,
    KIND,
    LIKE,
    MIN_WORDS,
    MIN_WORDS_IN_THREAD,
    fold_copies,
    forget_copies,
    likeness,
    signature,
)

DAY = datetime(2025, 11, 20, tzinfo=UTC)
BODY = (
    "Chiều 12/5, nhiều phụ huynh ở xã ven sông cho biết tuyến kè mới chưa có rào chắn, trong khi trẻ em vẫn "
    "ra tắm mỗi chiều. Trưởng thôn đề nghị cắm biển cảnh báo và cử người trực trong suốt mùa hè; xã hứa sẽ "
    "làm xong trước khi học sinh nghỉ học."
)


def article(*said: int) -> str:
    """Return a body of sentences that have no three words in a row in common."""
    return " ".join(
        f"Câu {n}a kể{n} chuyện{n} xảy{n} ra{n} hôm{n} đó{n} tại{n} trường{n} số{n} với{n} lớp{n} kia{n}."
        for n in said
    )


def page(
    text: str, kind: PageType = PageType.ARTICLE, page_id: str = "p", day: int = 0, **fields: str
) -> Page:
    return Page(
        id=page_id,
        url="https://bao.example/p",
        canonical_url="https://bao.example/p",
        source_id="bao",
        type=kind,
        text=text,
        published_at=DAY + timedelta(days=day),
        fetched_at=DAY + timedelta(days=60),
        content_hash="h",
        **fields,  # type: ignore[arg-type]
    )


@pytest.fixture
def store(records: Records) -> Iterator[RecordedSignatures]:
    with signatures(records, KIND) as opened:
        yield opened


def leaders(store: RecordedSignatures, pages: Sequence[Page]) -> dict[str, str]:
    """Return who leads each text, as the sets of copies say it one after the other."""
    led: dict[str, str] = {}
    for copies in fold_copies(store, pages):
        led |= dict.fromkeys((copies.leader, *copies.followers), copies.leader)
    return led


def test_a_copy_under_another_title_and_lead_is_signed_the_same() -> None:
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


@pytest.mark.parametrize(
    ("other", "like"),
    [
        (article(*range(20)), 1.0),
        (article(*range(18)), 0.9),
        (article(*range(14), *range(50, 56)), 0.54),
        (article(*range(50, 70)), 0.0),
    ],
    ids=["the same", "a tenth cut", "three tenths replaced", "another"],
)
def test_likeness_is_the_share_of_word_triples_in_both(other: str, like: float) -> None:
    one, two = signature(page(article(*range(20)))), signature(page(other))
    assert one is not None
    assert two is not None
    assert likeness(one.profile, two.profile) == pytest.approx(like, abs=0.1)


def test_a_lightly_edited_copy_folds_under_the_text_it_was_made_from(store: RecordedSignatures) -> None:
    original = page(article(*range(20)), page_id="a")
    copy = page("Tin tổng hợp. " + article(*range(4, 20), 90, 91), page_id="b", day=1, title="Tựa khác")
    other = page(article(*range(30, 50)), page_id="c", day=2)
    assert leaders(store, [original, copy, other]) == {"a": "a", "b": "a", "c": "c"}


def test_a_follow_up_that_repeats_less_than_half_is_a_text_of_its_own(store: RecordedSignatures) -> None:
    first = page(article(*range(20)), page_id="a")
    follow_up = page(article(*range(30, 42), *range(10)), page_id="b", day=1)
    assert leaders(store, [first, follow_up]) == {"a": "a", "b": "b"}


def test_a_chain_of_follow_ups_does_not_fold_into_one(store: RecordedSignatures) -> None:
    texts = [page(article(*range(6 * n, 6 * n + 20)), page_id="abc"[n], day=n) for n in range(3)]
    assert leaders(store, texts) == {"a": "a", "b": "a", "c": "c"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_earliest_leads_whatever_comes_first(records: Records, order: tuple[int, ...]) -> None:
    texts = [page(article(*range(6 * n, 6 * n + 20)), page_id="abc"[n], day=n) for n in range(3)]
    led: dict[str, str] = {}
    for number in order:
        with signatures(records, KIND) as store:
            led |= leaders(store, [texts[number]])
    assert led == {"a": "a", "b": "a", "c": "c"}


def test_an_earlier_text_that_is_crawled_later_takes_over_all_copies(store: RecordedSignatures) -> None:
    copies = [page(article(*range(20)), page_id=name, day=n) for n, name in enumerate("bcd", start=1)]
    fold_copies(store, copies)
    early = page(article(*range(20)), page_id="a")
    assert leaders(store, [early]) == dict.fromkeys("abcd", "a")


def test_the_same_again_changes_nothing(store: RecordedSignatures) -> None:
    texts = [page(article(*range(20)), page_id=name, day=n) for n, name in enumerate("ab")]
    assert leaders(store, texts) == leaders(store, texts) == {"a": "a", "b": "a"}


def test_a_text_that_changes_leaves_its_copies_and_they_find_another_leader(
    store: RecordedSignatures,
) -> None:
    texts = [page(article(*range(20)), page_id=name, day=n) for n, name in enumerate("abc")]
    fold_copies(store, texts)
    changed = texts[0].model_copy(
        update={"text": article(*range(60, 80)), "fetched_at": DAY + timedelta(days=61)}
    )
    assert leaders(store, [changed]) == {"a": "a", "b": "b", "c": "b"}
    assert leaders(store, [texts[0]]) == {"a": "a"}  # an old revision that comes late


def test_a_text_that_becomes_too_short_leads_nobody(store: RecordedSignatures) -> None:
    texts = [page(article(*range(20)), page_id=name, day=n) for n, name in enumerate("ab")]
    fold_copies(store, texts)
    short = texts[0].model_copy(update={"text": "Bài đã gỡ.", "fetched_at": DAY + timedelta(days=61)})
    assert leaders(store, [short]) == {"a": "a", "b": "b"}
    assert leaders(store, [texts[0]]) == {"a": "a"}  # an old revision that comes late


def test_a_forgotten_leader_leaves_its_copies_to_the_next(store: RecordedSignatures) -> None:
    texts = [page(article(*range(20)), page_id=name, day=n) for n, name in enumerate("abc")]
    fold_copies(store, texts)
    assert forget_copies(store, ["a", "never there"]) == [Copies(leader="b", followers=("c",))]
    assert store.get("a") is None
    assert forget_copies(store, ["c"]) == [Copies(leader="b", followers=())]


def test_more_copies_than_are_looked_at_have_one_leader(store: RecordedSignatures) -> None:
    texts = [page(article(*range(10)), page_id=f"{n:03}", day=n % 50) for n in range(150)]
    assert set(leaders(store, texts).values()) == {"000"}


def test_a_body_too_short_to_be_told_from_a_notice_is_never_a_copy() -> None:
    assert signature(page("Mời quý vị xem video.")) is None
    assert signature(page(" ".join(["từ"] * (MIN_WORDS - 1)))) is None
    assert signature(page(" ".join(["từ"] * MIN_WORDS))) is not None
    assert signature(page("")) is None


@pytest.mark.parametrize("kind", [PageType.COMMENT, PageType.POST])
def test_a_comment_or_post_is_a_copy_only_of_an_equal_one_in_its_thread(kind: PageType) -> None:
    assert signature(page(BODY, kind, thread_id="t1")) == signature(page(BODY.upper(), kind, thread_id="t1"))
    assert signature(page(BODY, kind, thread_id="t1")) != signature(page(BODY, kind, thread_id="t2"))
    assert signature(page(BODY, kind, thread_id="t1")) != signature(
        page(BODY + " Vâng", kind, thread_id="t1")
    )
    assert signature(page(BODY, kind)) is None


def test_equal_comments_of_a_thread_fold(store: RecordedSignatures) -> None:
    said = [page(BODY, PageType.COMMENT, name, n, thread_id="t1") for n, name in enumerate("ab")]
    assert leaders(store, said) == {"a": "a", "b": "a"}


def test_short_comments_of_one_thread_are_voices_of_their_own() -> None:
    assert signature(page("Thương cháu quá", PageType.COMMENT, thread_id="t1")) is None
    assert signature(page("từ " * MIN_WORDS_IN_THREAD, PageType.COMMENT, thread_id="t1")) is not None


def test_a_comment_is_never_a_copy_of_an_article(store: RecordedSignatures) -> None:
    said = [page(BODY, page_id="a"), page(BODY, PageType.COMMENT, "b", 1, thread_id="t1")]
    assert leaders(store, said) == {"a": "a", "b": "b"}


def test_two_reports_that_tell_the_same_are_two_reports() -> None:
    assert signature(page(BODY, PageType.REPORT, thread_id="t1")) is None


@given(st.text(), st.sampled_from(PageType))
def test_any_text_has_a_signature_of_bounded_size_or_none(text: str, kind: PageType) -> None:
    found = signature(page(text, kind, thread_id="t"))
    assert found is None or (len(found.anchors) <= ANCHORS and len(found.profile) in (0, BINS))
    assert found is None or likeness(found.profile, found.profile) > LIKE
