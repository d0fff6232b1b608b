"""What every engine promises of what stands out and of what is alike, by planted cases."""

from collections.abc import Sequence

import pytest

from core.contracts import Document, Span, State, Triage
from index.engine import Engine, Query
from index.standing import pairs
from tests.index.documents import document

PLACES = ("trường học", "bệnh viện", "công viên", "khu phố", "sân vận động", "nhà văn hoá")
USUAL = [
    document(
        n,
        title=f"Trẻ em của các gia đình ở {PLACES[n % 6]}",
        lead=f"Chính quyền đã được báo tin, {PLACES[(n + 1) % 6]} đang xem xét",
        provinces=("Cần Thơ",),
    )
    for n in range(100, 140)
] + [
    # Known from other texts too, by which they are told from pairs that reach from word to word.
    document(140, title="Bể bơi mở cửa", provinces=("Cần Thơ",)),
    document(141, title="Đuối nước mùa hè", provinces=("Cần Thơ",)),
]
POOLS = [
    document(
        n,
        title=f"Trẻ em đuối nước ở {PLACES[n % 6]}",
        lead="Chính quyền đã được báo tin về bể bơi của các gia đình",
        provinces=("Hà Nội",),
    )
    for n in range(1, 7)
]


def terms(engine: Engine, query: Query, limit: int = 20) -> list[str]:
    return [found.term for found in engine.significant(query, limit)]


def ids(engine: Engine, page_id: str, limit: int = 10) -> list[str]:
    return [hit.document.id for hit in engine.similar(page_id, limit)]


# What stands out


def test_what_one_province_speaks_of_stands_out_with_its_counts(engine: Engine) -> None:
    engine.write([*USUAL, *POOLS])
    found = engine.significant(Query(provinces=("Hà Nội",)))
    assert {(f.term, f.count, f.background) for f in found[:2]} == {("đuối nước", 6, 7), ("bể bơi", 6, 7)}


def test_what_stands_in_any_text_does_not_stand_out(engine: Engine) -> None:
    engine.write([*USUAL, *POOLS])
    assert not {"trẻ em", "của các", "gia đình", "đã được"} & set(terms(engine, Query(provinces=("Hà Nội",))))
    assert terms(engine, Query()) == []


def test_the_end_of_a_word_and_the_beginning_of_the_next_do_not_stand_out(engine: Engine) -> None:
    engine.write([*USUAL, *POOLS])
    assert set(terms(engine, Query(provinces=("Hà Nội",)))) == {"đuối nước", "bể bơi"}


def test_fewer_than_three_texts_say_nothing(engine: Engine) -> None:
    engine.write([*USUAL, *POOLS[:2]])
    assert terms(engine, Query(provinces=("Hà Nội",))) == []
    engine.write(POOLS[2:3])
    assert "bể bơi" in terms(engine, Query(provinces=("Hà Nội",)))


def test_no_more_stand_out_than_asked_for(engine: Engine) -> None:
    engine.write([*USUAL, *POOLS])
    everything = terms(engine, Query(provinces=("Hà Nội",)))
    assert terms(engine, Query(provinces=("Hà Nội",)), limit=1) == everything[:1]


def test_words_narrow_what_is_looked_at(engine: Engine) -> None:
    engine.write([*USUAL, *POOLS])
    assert "bể bơi" in terms(engine, Query(text="đuối nước"))


def test_an_empty_slice_has_nothing_that_stands_out(engine: Engine) -> None:
    assert terms(engine, Query()) == []
    engine.write(USUAL)
    assert terms(engine, Query(provinces=("Hà Nội",))) == []


def test_irrelevant_texts_do_not_count(engine: Engine) -> None:
    engine.write(
        [*USUAL, *(document(n, title="Bể bơi", provinces=("Hà Nội",), relevant=False) for n in range(1, 7))]
    )
    assert terms(engine, Query(provinces=("Hà Nội",), relevant=None)) == []


def test_copies_of_one_text_do_not_count(engine: Engine) -> None:
    first, *copies = POOLS
    engine.write([*USUAL, first, *(_copy(d, first.id) for d in copies)])
    assert terms(engine, Query(provinces=("Hà Nội",))) == []


def test_who_leads_copies_may_change(engine: Engine) -> None:
    first, *others = POOLS
    engine.write([*USUAL, first, *others])
    engine.lead(first.id, [d.id for d in others])
    assert terms(engine, Query(provinces=("Hà Nội",))) == []
    for other in others:
        engine.lead(other.id, [])
    assert "bể bơi" in terms(engine, Query(provinces=("Hà Nội",)))


def test_what_stands_out_follows_the_verdicts(engine: Engine) -> None:
    engine.write([*USUAL, *POOLS])
    dismissed = Triage(state=State.DISMISSED, relevant=False, seq=1)
    engine.apply({d.id: dismissed for d in POOLS[:4]})
    assert terms(engine, Query(provinces=("Hà Nội",))) == []
    engine.apply({d.id: Triage(seq=2) for d in POOLS[:2]})
    found = {f.term: (f.count, f.background) for f in engine.significant(Query(provinces=("Hà Nội",)))}
    assert found["bể bơi"] == (4, 5)


def test_what_stands_out_follows_revisions(engine: Engine) -> None:
    engine.write([*USUAL, *POOLS])
    changed = [document(n, title="Tin", content_hash="new", provinces=("Hà Nội",)) for n in range(1, 5)]
    engine.write(changed)
    assert terms(engine, Query(provinces=("Hà Nội",))) == []


def test_names_that_are_hidden_do_not_stand_out(engine: Engine) -> None:
    named = [
        document(
            n,
            title="Cháu Bùi Thu bị lạc",
            masked=(Span(field="title", start=5, end=12, kind="name"),),
            provinces=("Hà Nội",),
        )
        for n in range(1, 7)
    ]
    engine.write([*USUAL, *named])
    found = terms(engine, Query(provinces=("Hà Nội",)))
    assert found == ["bị lạc"]


@pytest.mark.parametrize(
    ("title", "lead", "expected"),
    [
        ("Bạo hành trẻ em", "", ("bạo hành", "hành trẻ", "trẻ em")),
        ("Bạo hành, trẻ em", "Em bé", ("bạo hành", "trẻ em", "em bé")),
        ("Ngày 15/11 ở lớp 5", "Em T.A. và tai_nạn", ()),
        ("Đuối nước đuối nước", "đuối\nnước", ("đuối nước", "nước đuối")),
        ("", "", ()),
    ],
)
def test_pairs_are_of_syllables_with_only_spaces_between(
    title: str, lead: str, expected: Sequence[str]
) -> None:
    assert set(pairs(document(1, title=title, lead=lead))) == set(expected)


# What is alike


def test_texts_with_the_same_rare_words_are_alike_the_nearest_first(engine: Engine) -> None:
    near = document(2, title="Bể bơi không rào chắn", text="Cháu bé đuối nước tại bể bơi không rào chắn.")
    far = document(3, title="Rào chắn bể bơi", text="Phường kiểm tra rào chắn của các bể bơi và sân chơi.")
    asked = document(1, title="Đuối nước ở bể bơi không rào chắn", text="Cháu bé đuối nước tại bể bơi.")
    engine.write([*USUAL, far, near, asked])
    assert ids(engine, asked.id) == [near.id, far.id]
    assert ids(engine, asked.id, limit=1) == [near.id]


def test_what_only_shares_common_words_is_not_alike(engine: Engine) -> None:
    lonely = document(
        1, title="Trẻ em của các gia đình tập đàn bầu", lead="Nhạc cụ dân tộc, thầy giáo hưu trí"
    )
    engine.write([*USUAL, lonely])
    assert ids(engine, lonely.id) == []


def test_a_text_and_its_copies_are_not_alike_themselves_and_other_copies_come_once(engine: Engine) -> None:
    asked, other = POOLS[0], POOLS[1]
    engine.write(
        [
            *USUAL,
            asked,
            _copy(document(21, title=asked.page.title, lead=asked.page.lead), asked.id),
            other,
            _copy(document(22, title=other.page.title, lead=other.page.lead), other.id),
        ]
    )
    for of_the_same in (asked.id, "page-0021"):
        found = ids(engine, of_the_same)
        assert not {asked.id, "page-0021"} & set(found)
        assert len({other.id, "page-0022"} & set(found)) == 1


def test_texts_written_without_marks_are_alike_by_their_bare_words(engine: Engine) -> None:
    bare = document(1, title="be boi khong rao chan", text="chau be duoi nuoc")
    marked = document(2, title="Bể bơi không rào chắn", text="Cháu bé đuối nước")
    engine.write([*USUAL, bare, marked])
    assert ids(engine, bare.id) == [marked.id]


def test_irrelevant_texts_are_alike_too(engine: Engine) -> None:
    other = document(2, title="Bể bơi không rào chắn", relevant=False)
    engine.write([*USUAL, document(1, title="Bể bơi thiếu rào chắn"), other])
    hit = engine.similar("page-0001")[0]
    assert (hit.document.id, hit.relevant) == (other.id, False)


def test_nothing_is_like_what_is_not_held_or_has_no_words(engine: Engine) -> None:
    engine.write([*USUAL, document(1, title="", text="")])
    assert engine.similar("page-0001") == ()
    assert engine.similar("nobody") == ()


def _copy(original: Document, leader: str) -> Document:
    analysis = original.analysis.model_copy(update={"duplicate_of": leader})
    return original.model_copy(update={"analysis": analysis})
