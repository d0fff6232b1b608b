"""What to label next: near a threshold, of a rare category, and not ten times one case."""

from collections.abc import Callable

import pytest

from core.contracts import Analysis, Document, ModelInfo, Page, PageType, Severity
from nlp import linear
from nlp.analyser import PACKAGED
from nlp.linear import Model
from nlp.risk import threshold
from nlp.task import Task
from nlp.teaching import SAME_CASE, lessons, margin, worth

MakePage = Callable[..., Page]


@pytest.fixture(scope="module")
def model() -> Model:
    """The packaged risk model."""
    return linear.load(PACKAGED / Task.RISK)


def document(page: Page, relevance: float, story: str | None = None) -> Document:
    return Document(
        page=page,
        analysis=Analysis(
            relevance=relevance,
            relevant=False,
            severity=Severity(level=0, probabilities=(1 - relevance, relevance, 0, 0)),
            story_id=story,
            model=ModelInfo(name="m", version="1", threshold=0.4),
        ),
    )


@pytest.mark.parametrize(
    ("probability", "least", "near"),
    [(0.4, 0.4, 1.0), (0.0, 0.4, 0.0), (1.0, 0.4, 0.0), (0.2, 0.4, 0.5), (0.7, 0.4, 0.5), (1.0, 1.0, 1.0)],
)
def test_nearness_is_one_at_the_threshold_and_zero_at_the_ends(
    probability: float, least: float, near: float
) -> None:
    assert margin(probability, least) == pytest.approx(near)


def test_what_the_model_is_unsure_of_is_worth_more() -> None:
    sure, unsure = worth(0.95, 0.4, {}, {}), worth(0.42, 0.4, {}, {})
    assert unsure[0] > sure[0]
    assert unsure[1] == "relevance near its threshold"


def test_a_category_near_its_threshold_counts_as_far_as_the_text_is_relevant() -> None:
    near = {"violence": (0.36, 0.355), "neglect": (0.01, 0.355)}
    score, why = worth(0.95, 0.4, near, {})
    assert score > worth(0.95, 0.4, {"violence": (0.99, 0.355)}, {})[0]
    assert why == "violence near its threshold"
    assert worth(0.05, 0.4, near, {})[0] < score


def test_a_category_of_few_labels_is_worth_more() -> None:
    labels = {"accident": 100, "child_marriage": 2}
    rare = worth(0.95, 0.4, {"child_marriage": (0.9, 0.355)}, labels)
    common = worth(0.95, 0.4, {"accident": (0.9, 0.355)}, labels)
    assert rare[0] > common[0]
    assert rare[1] == "few labels of child_marriage"


def test_worth_is_never_outside_zero_and_one() -> None:
    for relevance in (0.0, 0.4, 1.0):
        for p in (0.0, 0.355, 1.0):
            assert 0 <= worth(relevance, 0.4, {"violence": (p, 0.355)}, {"accident": 5})[0] <= 1


def test_ten_texts_of_one_case_do_not_fill_the_list(model: Model, make_page: MakePage) -> None:
    case = [
        document(make_page(number=n, text="Bé trai bị bỏ quên trên xe đưa đón của trường mầm non."), 0.40)
        for n in range(10)
    ]
    other = document(make_page(number=99, text="Em học sinh bỏ học đi rửa bát thuê cho quán ăn."), 0.55)
    chosen = [lesson.id for lesson in lessons(model, [*case, other], {}, 2)]
    assert other.id in chosen


def test_a_story_in_other_words_counts_as_one_case(model: Model, make_page: MakePage) -> None:
    texts = ["Cháu bé lạc mẹ ở bến xe đã được đưa về nhà.", "Công an phường tìm được gia đình của bé trai."]
    least = threshold(model)
    same = [document(make_page(number=n, title="", text=t), least, "s1") for n, t in enumerate(texts)]
    text = "Nhóm bạn chặn đường trấn lột tiền ăn sáng."
    other = document(make_page(number=9, title="", text=text), least + 0.1)
    first, second = lessons(model, [*same, other], {}, 2)
    assert first.id in {document.id for document in same}
    assert second.id == other.id
    assert 0 < SAME_CASE < 1


def test_nothing_to_choose_from_is_an_empty_list_and_one_text_a_list_of_one(
    model: Model, make_page: MakePage
) -> None:
    assert lessons(model, [], {}, 5) == []
    empty = document(make_page(title="", text=""), 0.4)
    assert [one.id for one in lessons(model, [empty], {}, 5)] == [empty.id]


def test_comments_show_the_title_they_stand_under(model: Model, make_page: MakePage) -> None:
    page = make_page(type=PageType.COMMENT, title="", thread_title="Vụ ở trường", text="Cần xử lý nghiêm")
    [lesson] = lessons(model, [document(page, 0.3)], {}, 5)
    assert lesson.title == "Vụ ở trường"
    assert lesson.relevance == 0.3
