"""From pages to analyses: what the packaged models say, and that they say it safely."""

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.contracts import Analysis, Kind, Page, PageType, Sentiment
from core.taxonomy import taxonomy
from core.text import fold
from nlp.analyser import BATCH, Analyser
from nlp.evidence import MOST

MakePage = Callable[..., Page]

BEATEN = (
    "Mẹ kế đánh bé 6 tuổi gãy tay",
    (
        "Công an đang điều tra vụ bé trai 6 tuổi bị mẹ kế dùng roi đánh gãy tay. Cháu bé được hàng "
        "xóm đưa vào bệnh viện cấp cứu. Người phụ nữ thừa nhận nhiều lần bạo hành con riêng của "
        "chồng."
    ),
)
DROWNED = (
    "Hai học sinh lớp 4 đuối nước thương tâm",
    (
        "Chiều nay, hai em học sinh lớp 4 rủ nhau ra sông tắm thì bị nước cuốn. Người dân tìm thấy "
        "thi thể hai cháu sau ba giờ. Chính quyền cảnh báo nguy cơ trẻ em đuối nước dịp hè."
    ),
)
FOOTBALL = (
    "Đội tuyển Việt Nam chốt danh sách dự vòng loại",
    (
        "Huấn luyện viên trưởng công bố 23 cầu thủ cho trận gặp Thái Lan trên sân Mỹ Đình. Tiền đạo"
        " chủ lực trở lại sau chấn thương và sẽ đá chính."
    ),
)
BANK = (
    "Ngân hàng giảm lãi suất cho vay mua nhà",
    (
        "Từ tháng sau nhiều ngân hàng giảm lãi suất cho vay mua nhà xuống dưới 7 phần trăm một năm."
        " Doanh nghiệp bất động sản kỳ vọng thị trường ấm lên."
    ),
)
SCHOOL = (
    "Học sinh lớp 12 bước vào kỳ thi tốt nghiệp",
    (
        "Sáng nay hơn một triệu thí sinh làm bài thi môn Ngữ văn. Đề thi được đánh giá vừa sức. "
        "Buổi chiều thí sinh thi Toán."
    ),
)


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return Analyser.load()


def analysed(analyser: Analyser, page: Page) -> Analysis:
    return analyser.analyse([page])[0]


@pytest.mark.parametrize(("text", "category"), [(BEATEN, "violence"), (DROWNED, "accident")])
def test_a_grave_case_is_relevant_with_its_category_and_severity(
    analyser: Analyser, make_page: MakePage, text: tuple[str, str], category: str
) -> None:
    analysis = analysed(analyser, make_page(title=text[0], text=text[1]))
    assert analysis.relevant
    assert category in [label.code for label in analysis.categories]
    assert analysis.severity.level == 3
    assert analysis.kind is Kind.INCIDENT


@pytest.mark.parametrize("text", [FOOTBALL, BANK, SCHOOL])
def test_other_news_is_not_relevant_and_says_nothing_more(
    analyser: Analyser, make_page: MakePage, text: tuple[str, str]
) -> None:
    analysis = analysed(analyser, make_page(title=text[0], text=text[1]))
    assert not analysis.relevant
    assert (analysis.categories, analysis.evidence, analysis.provinces) == ((), (), ())
    assert (analysis.severity.level, analysis.kind) == (0, Kind.NONE)


@pytest.mark.parametrize(
    ("text", "relevant"), [(BEATEN, True), (DROWNED, True), (FOOTBALL, False), (BANK, False)]
)
def test_a_text_typed_without_diacritics_or_in_capitals_is_judged_the_same(
    analyser: Analyser, make_page: MakePage, text: tuple[str, str], relevant: bool
) -> None:
    for spell in (fold, str.upper):
        assert analysed(analyser, make_page(title=spell(text[0]), text=spell(text[1]))).relevant is relevant


def test_a_comment_is_judged_with_the_title_it_stands_under(analyser: Analyser, make_page: MakePage) -> None:
    def remark(under: str) -> Page:
        return make_page(
            type=PageType.COMMENT, title="", thread_title=under, text="Thương cháu quá, mong cháu mau khỏe."
        )

    assert (
        analysed(analyser, remark(BEATEN[0])).relevance > analysed(analyser, remark(BANK[0])).relevance + 0.3
    )


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("Quá tàn nhẫn, phẫn nộ thật sự, phải trừng trị thật nghiêm kẻ này!", Sentiment.NEGATIVE),
        ("Cảm ơn các chú công an, thật tuyệt vời, mong mọi điều tốt đẹp nhất!", Sentiment.POSITIVE),
    ],
)
def test_the_tone_of_a_comment_is_told(
    analyser: Analyser, make_page: MakePage, text: str, sentiment: Sentiment
) -> None:
    analysis = analysed(
        analyser, make_page(type=PageType.COMMENT, title="", thread_title=BEATEN[0], text=text)
    )
    assert analysis.sentiment is sentiment


def test_an_insult_is_more_hostile_than_thanks(analyser: Analyser, make_page: MakePage) -> None:
    rude, kind = (
        analysed(analyser, make_page(type=PageType.POST, text=text)).hostility or 0.0
        for text in ("Đồ ngu dốt, lũ khốn nạn mất dạy, cút đi", "Cảm ơn bài viết rất bổ ích của tác giả")
    )
    assert rude > kind


def test_only_comments_and_posts_have_sentiment_and_hostility(
    analyser: Analyser, make_page: MakePage
) -> None:
    for kind in PageType:
        analysis = analysed(analyser, make_page(type=kind, title=BEATEN[0], text=BEATEN[1]))
        remark = kind in (PageType.COMMENT, PageType.POST)
        assert (analysis.sentiment is not None, analysis.hostility is not None) == (remark, remark)


def test_evidence_is_whole_words_at_exact_offsets_apart_and_at_most_five_per_category(
    analyser: Analyser, make_page: MakePage
) -> None:
    pages = [make_page(title=title, lead="Tin địa phương.", text=text) for title, text in (BEATEN, DROWNED)]
    for page, analysis in zip(pages, analyser.analyse(pages), strict=True):
        codes = {label.code for label in analysis.categories}
        assert {span.kind for span in analysis.evidence} == codes
        for code in codes:
            spans = [span for span in analysis.evidence if span.kind == code]
            assert 1 <= len(spans) <= MOST
            for span in spans:
                whole = getattr(page, span.field)
                assert 0 <= span.start < span.end <= len(whole)
                assert whole[span.start : span.end].strip() == whole[span.start : span.end]
                assert not whole[span.start - 1 : span.start].isalnum()
                assert not whole[span.end : span.end + 1].isalnum()
            for one, other in combinations(spans, 2):
                assert one.field != other.field or one.end <= other.start or other.end <= one.start


def test_evidence_names_the_words_that_speak_for_the_category(
    analyser: Analyser, make_page: MakePage
) -> None:
    page = make_page(title=DROWNED[0], text=DROWNED[1])
    said = " ".join(
        getattr(page, span.field)[span.start : span.end].lower()
        for span in analysed(analyser, page).evidence
        if span.kind == "accident"
    )
    assert "đuối nước" in said


def test_identities_are_masked_on_every_page_relevant_or_not(analyser: Analyser, make_page: MakePage) -> None:
    page = make_page(title=BANK[0], text=f"{BANK[1]} Liên hệ 0912 345 678.")
    analysis = analysed(analyser, page)
    assert not analysis.relevant
    assert [page.text[span.start : span.end] for span in analysis.masked] == ["0912 345 678"]


def test_provinces_are_named_where_a_text_is_relevant(analyser: Analyser, make_page: MakePage) -> None:
    page = make_page(title=DROWNED[0], text=f"Vụ việc xảy ra tại tỉnh Nghệ An. {DROWNED[1]}")
    assert analysed(analyser, page).provinces == ("Nghệ An",)


def test_the_same_page_gets_the_same_analysis_alone_in_a_batch_and_by_another_analyser(
    analyser: Analyser, make_page: MakePage
) -> None:
    pages = [
        make_page(number=n, title=title, text=text) for n, (title, text) in enumerate((BEATEN, BANK, DROWNED))
    ]
    together = analyser.analyse(pages * BATCH)
    assert together == Analyser.load().analyse(pages) * BATCH
    for page, analysis in zip(pages, together, strict=False):
        alone = analysed(analyser, page)
        assert alone.relevance == pytest.approx(analysis.relevance, abs=1e-5)
        assert (alone.relevant, alone.kind, alone.evidence) == (
            analysis.relevant,
            analysis.kind,
            analysis.evidence,
        )


def test_the_probabilities_of_the_levels_add_up_to_one(analyser: Analyser, make_page: MakePage) -> None:
    for title, text in (BEATEN, BANK):
        analysis = analysed(analyser, make_page(title=title, text=text))
        assert sum(analysis.severity.probabilities) == pytest.approx(1.0, abs=1e-4)
        assert {label.code for label in analysis.categories} <= set(taxonomy().codes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "!!! ???",
        "😭" * 50,
        "Der Hund schläft im Garten.",
        "子どもが公園で遊んでいる",
        "\x00\u200b",
        "x" * 10_000,
    ],
)
def test_empty_foreign_or_odd_text_is_judged_not_relevant(
    analyser: Analyser, make_page: MakePage, text: str
) -> None:
    assert not analysed(analyser, make_page(title="", text=text)).relevant


def test_five_megabytes_of_text_are_read_at_the_start_only(analyser: Analyser, make_page: MakePage) -> None:
    page = make_page(title=BEATEN[0], text=BEATEN[1] + " Trời hôm nay đẹp." * 280_000)
    assert len(page.text) > 5_000_000
    assert analysed(analyser, page).relevant


def test_no_page_gives_no_analysis(analyser: Analyser) -> None:
    assert analyser.analyse([]) == []


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    title=st.text(max_size=60),
    text=st.text(max_size=300) | st.lists(st.sampled_from(BEATEN[1].split()), max_size=40).map(" ".join),
    kind=st.sampled_from(PageType),
)
def test_any_text_is_judged_and_its_evidence_lies_within_it(
    analyser: Analyser, make_page: MakePage, title: str, text: str, kind: PageType
) -> None:
    page = make_page(title=title, text=text, type=kind)
    analysis = analysed(analyser, page)
    for span in analysis.evidence:
        assert getattr(page, span.field)[span.start : span.end].strip()
