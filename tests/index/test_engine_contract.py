"""What every engine of the index promises, by example; `test_engine_answers.py` does it at random."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from core.contracts import PageType, Sentiment, Span, State, Triage
from core.errors import BadQuery
from core.text import MASK, nfc
from index.engine import Count, Engine, Order, Query, Results
from index.language.parser import DEEPEST
from tests.index import reference
from tests.index.documents import START, document


def ids(results: Results) -> list[str]:
    return [hit.document.id for hit in results.hits]


def found(engine: Engine, text: str, **given: object) -> list[str]:
    return ids(engine.search(Query(text=text, limit=200, **given)))  # type: ignore[arg-type]


def test_a_cursor_of_another_order_is_refused(engine: Engine) -> None:
    engine.write([document(1), document(2)])
    cursor = engine.search(Query(order="queue", limit=1)).next_cursor
    with pytest.raises(BadQuery):
        engine.search(Query(order="newest", cursor=cursor))


def test_many_words_are_searched_as_they_are(engine: Engine) -> None:
    engine.write([document(1, title="", text="a " * 300)])
    assert found(engine, "a " * 250) == ["page-0001"]
    assert found(engine, '"' + "a " * 240 + '"') == ["page-0001"]
    assert found(engine, "-b " * 160) == ["page-0001"]
    assert found(engine, "ạ " * 250) == ["page-0001"]


# Vietnamese


def test_without_marks_all_spellings_are_found_with_marks_only_the_typed_one(engine: Engine) -> None:
    engine.write([document(1, text="bạo hành trẻ em"), document(2, text="bảo hành điện thoại")])
    assert found(engine, "bao hanh") == ["page-0002", "page-0001"]
    assert found(engine, "bạo hành") == ["page-0001"]
    assert found(engine, "BẠO HÀNH") == ["page-0001"]


def test_d_with_a_bar_is_found_without_it(engine: Engine) -> None:
    engine.write([document(1, text="Đuối nước ở Đà Nẵng")])
    assert found(engine, "duoi nuoc da nang") == found(engine, "Đuối nước") == ["page-0001"]
    assert found(engine, "đuoi") == []


def test_words_with_marks_find_texts_written_without_any_behind_the_exact_ones(engine: Engine) -> None:
    engine.write(
        [
            document(1, title="", text="bạo hành"),
            document(2, title="", text="bao hanh o truong"),
            document(3, title="", text="bao hành ở trường"),
        ]
    )
    assert found(engine, "bạo hành", order="score") == ["page-0001", "page-0002"]


def test_excluding_a_word_with_marks_hides_no_other_spelling(engine: Engine) -> None:
    engine.write([document(1, title="", text="bao hanh"), document(2, text="bảo hành")])
    assert found(engine, '-"bảo hành"') == ["page-0001"]


def test_all_vietnamese_letters_fold_in_the_engine_as_in_the_house(engine: Engine) -> None:
    vowels = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
    engine.write([document(n, title="", text=f"x{c}{c.upper()}x à") for n, c in enumerate(vowels)])
    for letter in "aeiouyd":
        spellings = {c for c in vowels if reference.fold(c) == letter}
        assert len(found(engine, f"x{letter}{letter}x")) == len(spellings)


def test_text_typed_in_decomposed_form_is_found(engine: Engine) -> None:
    engine.write([document(1, text="bạo hành")])
    assert found(engine, "bạo hành".replace("ạ", "a\u0323").replace("à", "a\u0300")) == ["page-0001"]


def test_phrases_negations_and_beginnings(engine: Engine) -> None:
    engine.write([document(1, text="trẻ em bị bỏ rơi"), document(2, text="em trẻ; rơi, bỏ")])
    assert found(engine, '"trẻ em"') == ["page-0001"]
    assert found(engine, 'rơi -"trẻ em"') == ["page-0002"]
    assert found(engine, "-bị") == ["page-0002"]
    assert found(engine, "tr*") == ["page-0002", "page-0001"]
    assert found(engine, '"bo ro"*') == ["page-0001"]
    assert found(engine, "t*") == []


def test_a_quote_left_open_reaches_to_the_end(engine: Engine) -> None:
    engine.write([document(1, text="trẻ em"), document(2, text="em trẻ")])
    assert found(engine, '"trẻ em') == ["page-0001"]


def test_a_text_without_words_is_refused(engine: Engine) -> None:
    for text in ("***", '""', "-", "…"):
        with pytest.raises(BadQuery):
            engine.search(Query(text=text))
    assert engine.search(Query(text="  ")).total == 0


def test_titles_come_first_by_score(engine: Engine) -> None:
    engine.write(
        [document(1, title="Bạo hành"), document(2, text="bạo hành"), document(3, title="Bạo", text="hành")]
    )
    assert found(engine, "bạo hành", order="score") == ["page-0001", "page-0003", "page-0002"]


# Expressions


def test_words_and_filters_are_joined_as_they_are_written(engine: Engine) -> None:
    engine.write(
        [
            document(1, text="trẻ bị bỏng", provinces=("Huế",)),
            document(2, text="trẻ đuối nước", severity=3),
            document(3, text="người lớn đuối nước"),
        ]
    )
    assert found(engine, "trẻ (bỏng OR đuối_nước)") == ["page-0002", "page-0001"]
    assert found(engine, "trẻ bỏng OR lớn") == ["page-0003", "page-0001"]
    assert found(engine, "(tỉnh:Huế OR đuối_nước) -mức:3") == ["page-0003", "page-0001"]
    assert found(engine, "-(tỉnh:Huế OR lớn)") == ["page-0002"]
    assert found(engine, "-(trẻ -bỏng)") == ["page-0003", "page-0001"]


def test_what_has_no_tone_is_not_of_that_tone(engine: Engine) -> None:
    engine.write([document(1), document(2, type=PageType.POST, sentiment=Sentiment.NEGATIVE)])
    assert found(engine, "-sắc_thái:tiêu_cực") == ["page-0001"]
    assert found(engine, "sắc_thái:tiêu_cực OR mức:3") == ["page-0002"]


def test_a_word_in_the_title_only(engine: Engine) -> None:
    engine.write([document(1, title="Bạo hành"), document(2, text="bạo hành"), document(3, title="Bao hanh")])
    assert found(engine, "tiêu_đề:bao") == ["page-0003", "page-0001"]
    assert found(engine, 'tiêu_đề:"bạo hành"', order="score") == ["page-0001", "page-0003"]
    hits = engine.search(Query(text="title:bạo OR hành")).hits
    assert [[s.field for s in hit.highlights] for hit in hits] == [
        ["title", "title"],
        ["text"],
        ["title", "title"],
    ]


@pytest.mark.parametrize("order", ["newest", "score"])
@pytest.mark.parametrize(
    "around",
    [
        ['(x {} OR tỉnh:"Hà Nội")'],
        ["(ạ OR x OR mức>=2 {})"],
        ["-(x {})"],
        ['-(tỉnh:"Hà Nội" OR {})'],
        ["NOT (ạ OR {})", "(mức>=2 -ạ OR x {})"],
    ],
)
def test_parentheses_may_stand_as_deep_within_one_another_as_the_language_allows(
    engine: Engine, around: list[str], order: Order
) -> None:
    item = document(1, text="x ạ bạo")
    engine.write([item])
    text = "bạo"
    for n in range(DEEPEST):
        text = around[n % len(around)].format(text)
    expected = reference.asked(text).holds(reference.Item(item, Triage()))
    assert found(engine, text, order=order) == (["page-0001"] if expected else [])


# Highlights


def test_highlights_are_exact_offsets_into_the_masked_fields(engine: Engine) -> None:
    text = "😀 Cháu Lan bị bạo hành; BẠO HÀNH là tội."
    engine.write(
        [document(1, title="Bạo lực", text=text, masked=(Span(field="text", start=7, end=10, kind="name"),))]
    )
    (hit,) = engine.search(Query(text='"bao hanh" bao')).hits
    shown = [(s.field, getattr(hit.document.page, s.field)[s.start : s.end]) for s in hit.highlights]
    assert shown == [
        ("title", "Bạo"),
        ("text", "bạo"),
        ("text", "bạo hành"),
        ("text", "BẠO"),
        ("text", "BẠO HÀNH"),
    ]


# Masking


def test_only_the_masked_form_is_kept(engine: Engine) -> None:
    text = "Bé Nguyễn Thị Lan ở nhà"
    engine.write([document(1, text=text, masked=(Span(field="text", start=3, end=17, kind="name"),))])
    assert found(engine, "Lan") == found(engine, "nguyen") == []
    assert found(engine, "nhà") == ["page-0001"]
    hit = engine.get("page-0001")
    assert hit is not None
    assert hit.document.page.text == "Bé " + MASK * 14 + " ở nhà"


# Writing


def test_writing_again_changes_nothing(engine: Engine) -> None:
    pages = [document(n, text="trẻ em") for n in range(3)]
    assert [w.result for w in engine.write(pages)] == ["indexed"] * 3
    assert [w.result for w in engine.write(pages)] == ["unchanged"] * 3
    assert engine.size() == len(found(engine, "trẻ em")) == 3


def test_a_new_revision_or_model_replaces_the_old(engine: Engine) -> None:
    engine.write([document(1, text="bản cũ", provinces=("Hà Nội",))])
    newer = document(1, text="bản mới", content_hash="other", fetched_at=START + timedelta(days=1))
    assert [w.result for w in engine.write([newer])] == ["indexed"]
    assert (found(engine, "cũ"), found(engine, "mới")) == ([], ["page-0001"])
    assert engine.facets(Query(), ["province"]) == {"province": []}
    judged = document(
        1, relevant=False, version="2", content_hash="other", fetched_at=START + timedelta(days=1)
    )
    assert [w.result for w in engine.write([judged])] == ["indexed"]
    assert engine.search(Query()).total == 0
    assert engine.size() == 1


def test_a_revision_that_comes_late_does_not_replace_a_later_one(engine: Engine) -> None:
    old = document(1, text="bản cũ")
    new = document(1, text="bản mới", content_hash="other", fetched_at=START + timedelta(days=1))
    assert [w.result for w in engine.write([new, old])] == ["indexed", "unchanged"]
    assert [w.result for w in engine.write([old])] == ["unchanged"]
    assert found(engine, "mới") == ["page-0001"]


def test_a_page_twice_in_one_batch_is_held_once(engine: Engine) -> None:
    new = document(1, text="bản mới", content_hash="other", fetched_at=START + timedelta(days=1))
    assert [w.result for w in engine.write([document(1), document(1), new])] == [
        "indexed",
        "unchanged",
        "indexed",
    ]
    assert engine.size() == 1
    assert found(engine, "mới") == ["page-0001"]


def test_no_documents_are_no_mistake(engine: Engine) -> None:
    assert engine.write([]) == []
    engine.apply({})
    engine.lead("nobody", [])
    assert engine.size() == 0


def test_a_date_at_the_end_of_the_calendar_is_held(engine: Engine) -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    engine.write([document(1, published_at=first)])
    assert found(engine, "", since=date.min, until=date.max) == ["page-0001"]


def test_documents_of_any_shape_come_back_as_they_were(engine: Engine) -> None:
    odd = document(
        1,
        title="<script>alert('x')</script>" * 400,
        text="dòng 1\nr\u00a0\0 😀 " + nfc("a\u0300\u0323"),
        type=PageType.COMMENT,
        sentiment=Sentiment.NEGATIVE,
        hostility=0.25,
        evidence=(Span(field="text", start=0, end=4, kind="violence"),),
    )
    engine.write([odd])
    hit = engine.get("page-0001")
    assert hit is not None
    assert hit.document == odd
    assert engine.get("page-0002") is None


# As of a time in the past


def test_what_had_been_fetched_by_a_time_is_found_though_it_was_edited_later(engine: Engine) -> None:
    at = [START + timedelta(days=n) for n in range(5)]
    first = document(1, fetched_at=at[1])
    edited = document(1, fetched_at=at[3], content_hash="edited", title="Bản đã sửa")
    engine.write([first, document(2, fetched_at=at[2]), document(3, fetched_at=at[4])])
    engine.write([edited])

    def known(now: datetime) -> list[str]:
        return sorted(found(engine, "", fetched_until=now))

    assert [len(known(now)) for now in at] == [0, 1, 2, 2, 3]
    assert known(at[1]) == ["page-0001"]
    assert known(at[2] - timedelta(microseconds=1)) == ["page-0001"]
    assert engine.facets(Query(fetched_until=at[2]), ["source"])["source"] == [Count(value="bao", count=2)]
    assert sum(b.count for b in engine.counts(Query(fetched_until=at[1]), "week")) == 1
    assert [h.document.page.title for h in engine.scan(Query(fetched_until=at[1]))] == ["Bản đã sửa"]


def test_when_a_page_was_first_fetched_is_kept_in_whatever_order_its_revisions_come(engine: Engine) -> None:
    at = [START + timedelta(days=n) for n in range(4)]
    revisions = [document(1, fetched_at=at[n], content_hash=f"revision {n}") for n in range(4)]

    def known(now: datetime) -> list[str]:
        return found(engine, "", fetched_until=now)

    engine.write([revisions[3], revisions[2]])  # of one batch
    assert (known(at[1]), known(at[2])) == ([], ["page-0001"])
    assert [w.result for w in engine.write([revisions[1]])] == ["unchanged"]  # late, by itself
    assert (known(at[0]), known(at[1])) == ([], ["page-0001"])
    engine.write([revisions[0], revisions[3]])
    assert known(at[0]) == ["page-0001"]
    engine.lead("page-0002", ["page-0001"])
    engine.apply({"page-0001": Triage(state=State.CONFIRMED, relevant=True, seq=1)})
    engine.write([document(1, fetched_at=at[3], content_hash="revision 3", version="2")])
    assert known(at[0]) == ["page-0001"]


# Duplicates and groups


def test_duplicates_fold_under_their_leader(engine: Engine) -> None:
    results = engine.write([document(1), document(2, duplicate_of="page-0001"), document(3)])
    assert [w.result for w in results] == ["indexed", "duplicate", "indexed"]
    rows = engine.search(Query(grouped=True, order="queue"))
    assert [(h.document.id, h.others) for h in rows.hits] == [("page-0001", 1), ("page-0003", 0)]
    assert rows.total == 2
    assert sorted(found(engine, "", group="page-0001")) == ["page-0001", "page-0002"]


def test_another_leader_can_be_named_later(engine: Engine) -> None:
    engine.write([document(1, duplicate_of="page-0002"), document(2)])
    for _ in range(2):
        engine.lead("page-0001", ["page-0002", "page-0009"])
    assert sorted(found(engine, "", group="page-0001")) == ["page-0001", "page-0002"]
    leader, follower = engine.get("page-0001"), engine.get("page-0002")
    assert leader is not None
    assert follower is not None
    assert (leader.document.analysis.duplicate_of, follower.document.analysis.duplicate_of) == (
        None,
        "page-0001",
    )
    engine.write([document(1, duplicate_of="page-0002"), document(2)])
    assert found(engine, "", group="page-0002") == []


def test_a_thread_is_one_row_led_by_its_gravest(engine: Engine) -> None:
    engine.write([document(n, thread_id="t", severity=1 + n // 3) for n in range(1, 5)])
    (row,) = engine.search(Query(grouped=True, order="queue")).hits
    assert (row.document.id, row.others, row.group) == ("page-0003", 3, "t")


# Verdicts


def test_a_person_overrides_the_model_until_undone(engine: Engine) -> None:
    engine.write([document(1, severity=3)])
    engine.apply({"page-0001": Triage(state=State.DISMISSED, relevant=False, seq=1)})
    assert found(engine, "") == []
    assert found(engine, "", relevant=False, states=(State.DISMISSED,)) == ["page-0001"]
    relabelled = Triage(relevant=True, categories=("neglect",), severity=1, seq=2)
    engine.apply({"page-0001": relabelled})
    (hit,) = engine.search(Query(categories=("neglect",))).hits
    assert (hit.severity, hit.categories, hit.triage) == (1, ("neglect",), relabelled)
    engine.apply({"page-0001": Triage(seq=3)})
    (hit,) = engine.search(Query(categories=("violence",), severity_min=3)).hits
    assert hit.triage == Triage(seq=3)


def test_verdicts_stay_through_new_revisions_and_wait_for_pages_to_come(engine: Engine) -> None:
    dismissed = Triage(state=State.DISMISSED, relevant=False, seq=7)
    engine.apply({"page-0001": dismissed, "page-0002": dismissed})
    engine.write([document(1), document(2)])
    engine.write([document(1, version="2"), document(2, content_hash="other")])
    assert found(engine, "", relevant=None, states=(State.DISMISSED,)) == ["page-0002", "page-0001"]
    assert found(engine, "") == []


def test_verdicts_may_come_twice_and_in_any_order(engine: Engine) -> None:
    engine.write([document(1)])
    late = Triage(state=State.ESCALATED, relevant=True, seq=5)
    for triage in (late, Triage(state=State.DISMISSED, relevant=False, seq=4), late):
        engine.apply({"page-0001": triage})
    assert found(engine, "", states=(State.ESCALATED,)) == ["page-0001"]


# Possibly grave


def test_a_text_that_may_be_grave_waits_until_a_person_says_what_it_is(engine: Engine) -> None:
    engine.write([document(1), document(2, relevant=False, possibly_grave=True), document(3, relevant=False)])
    assert found(engine, "") == ["page-0001"]
    assert found(engine, "", relevant=None, possibly_grave=True) == ["page-0002"]
    assert found(engine, "", relevant=None, possibly_grave=False) == ["page-0003", "page-0001"]
    hit = engine.get("page-0002")
    assert hit is not None
    assert (hit.relevant, hit.possibly_grave, hit.severity) == (False, True, 0)
    for seq, said in enumerate((True, False, None), start=1):
        engine.apply({"page-0002": Triage(relevant=said, seq=seq)})
        waiting = ["page-0002"] if said is None else []
        assert found(engine, "", relevant=None, possibly_grave=True) == waiting


def test_those_that_may_be_grave_come_longest_waiting_first_in_the_queue(engine: Engine) -> None:
    engine.write([document(n, relevant=False, possibly_grave=True) for n in (2, 3, 1)])
    query = Query(relevant=False, possibly_grave=True, order="queue", grouped=True)
    assert ids(engine.search(query)) == ["page-0001", "page-0002", "page-0003"]


# Paging while others write


def test_paging_neither_repeats_nor_skips_while_documents_come_in(engine: Engine) -> None:
    before = [document(2 * n, severity=n % 4, text="trẻ em") for n in range(30)]
    for order in ("queue", "newest", "score"):
        engine.write(before)
        query = Query(text="trẻ", order=order, limit=4)
        seen: list[str] = []
        for n in count():
            page = engine.search(query)
            seen += ids(page)
            if page.next_cursor is None:
                break
            engine.write(
                [document(1001 + 2 * n, text="trẻ em", title="trẻ"), document(1 + 2 * n, text="trẻ em")]
            )
            query = query.model_copy(update={"cursor": page.next_cursor})
        assert len(seen) == len(set(seen))
        assert set(seen) >= {d.id for d in before}


# Everything at once


def test_a_scan_gives_every_hit_in_the_order_of_the_query(engine: Engine) -> None:
    engine.write(
        [document(n, severity=n % 4, thread_id=f"t{n // 2}" if n < 20 else None) for n in range(450)]
    )
    for query in (Query(), Query(order="queue"), Query(order="queue", grouped=True), Query(severity_min=2)):
        found = list(engine.scan(query.model_copy(update={"limit": 1, "cursor": "not looked at"})))
        first = engine.search(query.model_copy(update={"limit": 200}))
        assert tuple(found[:200]) == first.hits
        assert len(found) == first.total
    assert list(engine.scan(Query(sources=("nobody",)))) == []


def test_a_scan_shows_things_as_they_stood_at_its_first_hit(engine: Engine) -> None:
    engine.write([document(n, text="bản cũ") for n in range(450)])
    scan = engine.scan(Query())
    seen = [next(scan)]
    engine.write([document(n, text="bản mới", version="2") for n in range(600)])
    engine.prune(Query(severity_min=2, until=START.date()))
    engine.apply({"page-0001": Triage(state=State.DISMISSED, relevant=False, seq=1)})
    seen += scan
    assert [hit.document.id for hit in seen] == [f"page-{n:04}" for n in range(449, -1, -1)]
    assert {hit.document.page.text for hit in seen} == {"bản cũ"}
    assert {hit.triage for hit in seen} == {Triage()}


def test_a_scan_that_is_left_early_holds_nothing_up(engine: Engine) -> None:
    engine.write([document(n) for n in range(5)])
    scan = engine.scan(Query())
    next(scan)
    scan.close()  # type: ignore[attr-defined]
    assert engine.remove(["page-0001"]) == 1


def test_what_can_t_be_read_is_refused_by_a_scan_too(engine: Engine) -> None:
    with pytest.raises(BadQuery):
        list(engine.scan(Query(text="…")))


# What people decided


def test_what_was_decided_on_in_any_way_can_be_told_from_what_was_not(engine: Engine) -> None:
    engine.write([document(n, relevant=n != 3) for n in range(1, 5)])
    engine.apply(
        {
            "page-0001": Triage(state=State.CONFIRMED, relevant=True, seq=1),
            "page-0002": Triage(seq=3),  # reopened, or a note: the model's word stands, but somebody was here
            "page-0003": Triage(state=State.DISMISSED, relevant=False, seq=4),
            "page-0009": Triage(state=State.CONFIRMED, relevant=True, seq=5),
        }
    )
    assert found(engine, "", relevant=None, decided=True) == ["page-0003", "page-0002", "page-0001"]
    assert found(engine, "", decided=True) == ["page-0002", "page-0001"]
    assert found(engine, "", relevant=None, decided=False) == ["page-0004"]


# Removing


def test_what_is_removed_is_found_nowhere_and_its_verdict_is_forgotten(engine: Engine) -> None:
    engine.write([document(n, text="trẻ em", provinces=("Hà Nội",)) for n in range(1, 5)])
    engine.apply({"page-0002": Triage(state=State.CONFIRMED, relevant=True, seq=1)})
    assert engine.remove(["page-0001", "page-0002", "nobody"]) == 2
    assert engine.remove(["page-0001", "page-0002"]) == engine.remove([]) == 0
    assert engine.get("page-0001") is None
    assert found(engine, "trẻ em") == found(engine, "tre em") == ["page-0004", "page-0003"]
    assert engine.size() == 2
    assert engine.facets(Query(), ["province", "category"]) == {
        "province": [Count(value="Hà Nội", count=2)],
        "category": [Count(value="violence", count=2)],
    }
    assert sum(bucket.count for bucket in engine.counts(Query())) == 2
    engine.write([document(2, text="trẻ em")])
    hit = engine.get("page-0002")
    assert hit is not None
    assert hit.triage == Triage()


def test_pruning_removes_what_the_query_matches_and_nothing_else(engine: Engine) -> None:
    month = timedelta(days=30)
    world = [
        document(
            n, relevant=n % 3 > 0, published_at=START - month * (n % 8), fetched_at=START, text=f"tin {n % 5}"
        )
        for n in range(120)
    ]
    engine.write(world)
    decided = {
        f"page-{n:04}": Triage(state=State.CONFIRMED, relevant=True, seq=n + 1) for n in range(0, 120, 10)
    }
    engine.apply(decided)
    last = (START - 3 * month).date()
    query = Query(relevant=False, decided=False, until=last)
    due = {d.id for d in world if not d.analysis.relevant and d.page.day <= last} - set(decided)
    assert 0 < len(due) < 40
    assert engine.prune(query.model_copy(update={"limit": 1, "order": "queue"})) == len(due)
    assert {hit.document.id for hit in engine.scan(Query(relevant=None))} == {d.id for d in world} - due
    assert engine.prune(query) == 0
    named = {d.id for d in world if d.page.text == "tin 4" and (d.analysis.relevant or d.id in decided)}
    assert engine.prune(Query(text='"tin 4"')) == len(named - due)
    assert found(engine, '"tin 4"') == []


def test_verdicts_outlive_pruning(engine: Engine) -> None:
    engine.write([document(1)])
    dismissed = Triage(state=State.DISMISSED, relevant=False, seq=7)
    engine.apply({"page-0001": dismissed})
    assert engine.prune(Query(relevant=None)) == 1
    assert engine.size() == 0
    engine.write([document(1)])
    hit = engine.get("page-0001")
    assert hit is not None
    assert hit.triage == dismissed


# Several threads


def test_threads_read_and_decide_while_another_writes(engine: Engine) -> None:
    faults: list[BaseException] = []
    done = threading.Event()

    def watched(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as fault:
                faults.append(fault)

        return threading.Thread(target=run)

    def read() -> None:
        held = 0
        while not done.is_set():
            page = engine.search(Query(text="trẻ", grouped=True))
            before, held = held, engine.size()
            assert before <= held
            assert page.total <= held

    def decide() -> None:
        for n in range(20):
            engine.apply({f"page-{n:04}": Triage(state=State.CONFIRMED, relevant=True, seq=n + 1)})

    readers = [watched(read) for _ in range(3)]
    deciders = [watched(decide) for _ in range(2)]
    for thread in readers + deciders:
        thread.start()
    for start in range(0, 50, 5):
        engine.write([document(n, text="trẻ em") for n in range(start, start + 5)])
    for thread in deciders:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert faults == []
    assert len(found(engine, "", states=(State.CONFIRMED,))) == 20
