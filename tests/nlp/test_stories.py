"""Stories: which texts are of one case, and that an id, once given, stays."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.contracts import Analysis, Document, Kind, ModelInfo, Page, PageType, Severity
from core.records import Records
from core.records.signatures import RecordedSignatures, signatures
from nlp.places import provinces
from nlp.stories import ANCHORS, DAYS, KIND, assign, likeness

DAY = datetime(2025, 11, 20, tzinfo=UTC)
MakeDocument = Callable[..., Document]

# Three reports of one drowning, one of another in the same week, and one of another matter nearby.
FOUND = (
    "Tìm thấy hai học sinh đuối nước ở đập Cây Sến",
    (
        "Chiều 18/11, lực lượng cứu hộ xã Đồng Bẩm, huyện Nghĩa Đàn (Nghệ An) tìm thấy hai học sinh lớp "
        "5 Trường Tiểu học Đồng Bẩm bị đuối nước ở đập Cây Sến. Hai em đi chăn bò rồi rủ nhau xuống tắm. "
        "Ông Lường Văn Quế, chủ tịch xã, cho biết đập Cây Sến không có rào chắn."
    ),
)
MOURNED = (
    "Xóm nghèo tiễn đưa hai em nhỏ bên đập Cây Sến",
    (
        "Ngôi nhà nhỏ ở xã Đồng Bẩm chật kín người. Hai em học cùng lớp tại Trường Tiểu học Đồng Bẩm, "
        "hôm 18/11 xuống tắm ở đập Cây Sến và không về nữa. Chính quyền huyện Nghĩa Đàn, Nghệ An đã đến "
        "thăm hỏi hai gia đình."
    ),
)
BLAMED = (
    "Vụ đuối nước ở Nghĩa Đàn: đập Cây Sến chưa có biển cảnh báo",
    (
        "Ông Lường Văn Quế, chủ tịch xã Đồng Bẩm (Nghĩa Đàn, Nghệ An), nhận trách nhiệm về việc đập Cây "
        "Sến chưa có biển cảnh báo và rào chắn, sau khi hai học sinh lớp 5 bị đuối nước hôm 18/11."
    ),
)
ELSEWHERE = (
    "Hai học sinh lớp 5 đuối nước khi tắm hồ",
    (
        "Chiều 18/11, lực lượng cứu hộ xã Ea Knốp, huyện Ea Kar (Đắk Lắk) tìm thấy hai học sinh lớp 5 bị "
        "đuối nước ở hồ thủy lợi Buôn Tría. Hai em đi chăn bò rồi rủ nhau xuống tắm. Chủ tịch xã cho "
        "biết hồ không có rào chắn."
    ),
)
NEARBY = (
    "Bắt người đàn ông hành hung con riêng của vợ",
    (
        "Công an huyện Nghĩa Đàn (Nghệ An) tạm giữ một người đàn ông ở xã Khe Lội để điều tra việc đánh "
        "con riêng của vợ gãy tay. Cháu bé đang điều trị tại bệnh viện."
    ),
)


@pytest.fixture
def document() -> MakeDocument:
    def make(
        page_id: str,
        told: tuple[str, str] = ("", ""),
        day: float = 0,
        kind: PageType = PageType.ARTICLE,
        relevant: bool = True,
        **fields: object,
    ) -> Document:
        page = Page(
            id=page_id,
            url="https://bao.example/p",
            canonical_url="https://bao.example/p",
            source_id="bao",
            type=kind,
            title=told[0],
            text=told[1],
            published_at=DAY + timedelta(days=day),
            fetched_at=DAY + timedelta(days=100),
            content_hash="h",
        ).model_copy(update=fields)
        analysis = Analysis(
            relevance=1 if relevant else 0,
            relevant=relevant,
            severity=Severity(level=int(relevant), probabilities=(0, 1, 0, 0)),
            kind=Kind.INCIDENT if relevant else Kind.NONE,
            provinces=provinces(page) if relevant else (),
            model=ModelInfo(name="m", version="1", threshold=0.5),
        )
        return Document(page=page, analysis=analysis)

    return make


@pytest.fixture
def store(records: Records) -> Iterator[RecordedSignatures]:
    with signatures(records, KIND) as opened:
        yield opened


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_texts_about_one_case_are_one_story_whatever_comes_first(
    store: RecordedSignatures, document: MakeDocument, order: tuple[int, ...]
) -> None:
    texts = [document(f"p{n}", (FOUND, MOURNED, BLAMED)[n], n) for n in range(3)]
    found: dict[str, str] = {}
    for number in order:
        found |= assign(store, [texts[number]])
    assert len(set(found.values())) == 1


@pytest.mark.parametrize("other", [ELSEWHERE, NEARBY], ids=["the same elsewhere", "another case nearby"])
def test_another_case_is_a_story_of_its_own(
    store: RecordedSignatures, document: MakeDocument, other: tuple[str, str]
) -> None:
    found = assign(store, [document("a", FOUND), document("b", MOURNED, 1), document("c", other, 1)])
    assert found["a"] == found["b"] != found["c"]


def test_what_is_told_weeks_later_is_a_story_of_its_own(
    store: RecordedSignatures, document: MakeDocument
) -> None:
    found = assign(store, [document("a", FOUND), document("b", BLAMED, DAYS + 1)])
    assert found["a"] != found["b"]


def test_follow_ups_carry_a_story_on(store: RecordedSignatures, document: MakeDocument) -> None:
    found = assign(store, [document(str(n), (FOUND, MOURNED, BLAMED)[n % 3], 10 * n) for n in range(6)])
    assert len(set(found.values())) == 1


def test_an_id_stays_as_the_story_grows_and_when_all_comes_again(
    store: RecordedSignatures, document: MakeDocument
) -> None:
    first = assign(store, [document("b", FOUND, 1)])
    grown = assign(store, [document("a", MOURNED, 0), document("c", BLAMED, 2)])
    assert set(grown.values()) == set(first.values())
    again = [document("c", BLAMED, 2), document("a", MOURNED, 0), document("b", FOUND, 1)]
    assert assign(store, again) == first | grown


def test_a_text_keeps_its_story_when_it_is_edited(store: RecordedSignatures, document: MakeDocument) -> None:
    found = assign(store, [document("a", FOUND), document("b", MOURNED, 1)])
    later = DAY + timedelta(days=101)
    assert assign(store, [document("b", ELSEWHERE, 1, fetched_at=later)]) == {"b": found["b"]}
    assert assign(store, [document("b", MOURNED, 1)]) == {"b": found["b"]}  # the old revision, late


def test_a_text_that_is_not_relevant_has_no_story_and_leaves_one(
    store: RecordedSignatures, document: MakeDocument
) -> None:
    assert assign(store, [document("a", FOUND, relevant=False)]) == {}
    assign(store, [document("a", FOUND)])
    assert assign(store, [document("a", FOUND, relevant=False)]) == {}
    assert store.get("a") is None


def test_a_comment_has_the_story_of_its_article_even_if_it_comes_first_in_a_batch(
    store: RecordedSignatures, document: MakeDocument
) -> None:
    said = ("", "Thương hai cháu quá")
    batch = [
        document("a-1", said, kind=PageType.COMMENT, thread_id="a"),
        document("a", FOUND, 1),
        document("x-1", said, kind=PageType.COMMENT, thread_id="x"),
        document("y", said, kind=PageType.POST),
    ]
    found = assign(store, batch)
    assert found == {"a": found["a"], "a-1": found["a"]}


def test_a_report_handed_in_joins_the_story_it_tells(
    store: RecordedSignatures, document: MakeDocument
) -> None:
    found = assign(store, [document("a", FOUND), document("r", BLAMED, 1, PageType.REPORT)])
    assert found["r"] == found["a"]


def test_a_story_goes_on_without_the_text_that_began_it(
    store: RecordedSignatures, document: MakeDocument
) -> None:
    found = assign(store, [document("a", FOUND), document("b", MOURNED, 1)])
    store.remove("a")
    assert assign(store, [document("c", BLAMED, 2)]) == {"c": found["b"]}


def test_no_word_of_a_text_and_no_id_of_a_page_stands_in_what_is_kept(
    store: RecordedSignatures, document: MakeDocument
) -> None:
    [story] = assign(store, [document("page-of-the-report", FOUND)]).values()
    kept = store.get("page-of-the-report")
    assert kept is not None
    assert "page" not in story
    for word in ("Lường", "Quế", "Đồng Bẩm", "Cây Sến"):
        assert word.encode() not in kept.profile
    assert len(kept.anchors) <= ANCHORS


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text())
def test_any_text_can_be_told(
    store: RecordedSignatures, document: MakeDocument, title: str, text: str
) -> None:
    assert assign(store, [document("any", (title, text))])
    kept = store.get("any")
    assert kept is not None
    assert -0.01 <= likeness(kept.profile, kept.profile) <= 1.01
    store.remove("any")
