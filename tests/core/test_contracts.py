"""Contracts: what they refuse, and which time counts."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from core.contracts import Analysis, Label, ModelInfo, Page, Severity, Span
from core.taxonomy import taxonomy
from tests.conftest import NOON

MakePage = Callable[..., Page]
MODEL = ModelInfo(name="risk", version="1", threshold=0.5)
GRAVE = Severity(level=3, probabilities=(0.0, 0.0, 0.1, 0.9))


def test_text_is_nfc_from_the_moment_it_enters(make_page: MakePage) -> None:
    assert make_page(title="Tre\u0309 em").title == "Trẻ em"


def test_a_page_is_dated_by_its_publication_unless_that_lies_ahead(make_page: MakePage) -> None:
    assert make_page(published_at=NOON - timedelta(days=3)).dated_at == NOON - timedelta(days=3)
    assert make_page(published_at=NOON + timedelta(days=3)).dated_at == NOON
    assert make_page(published_at=None).dated_at == NOON


def test_days_are_days_in_vietnam(make_page: MakePage) -> None:
    evening = NOON.replace(hour=17, minute=30)  # half past midnight in Vietnam
    assert make_page(published_at=evening, fetched_at=evening).day == date(2026, 11, 19)


@pytest.mark.parametrize(
    "wrong",
    [{"author": "x"}, {"fetched_at": datetime(2026, 1, 1)}, {"type": "video"}],  # noqa: DTZ001
)
def test_unknown_fields_naive_times_and_unknown_types_are_refused(
    make_page: MakePage, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        make_page(**wrong)


def test_a_text_that_is_not_relevant_says_nothing_more() -> None:
    with pytest.raises(ValidationError):
        Analysis(
            relevance=0.1,
            relevant=False,
            categories=(Label(code="violence", probability=0.9),),
            severity=GRAVE,
            model=MODEL,
        )


def test_a_text_that_is_relevant_is_not_possibly_grave_besides() -> None:
    with pytest.raises(ValidationError):
        Analysis(relevance=0.9, relevant=True, possibly_grave=True, severity=GRAVE, model=MODEL)


def test_an_analysis_from_before_the_lane_is_read_as_it_was_meant() -> None:
    old = Analysis(relevance=0.9, relevant=True, severity=GRAVE, model=MODEL).model_dump(
        exclude={"natural_relevance", "possibly_grave"}
    )
    read = Analysis.model_validate(old)
    assert (read.natural_relevance, read.possibly_grave) == (None, False)


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ValidationError):
        Span(field="text", start=3, end=3)


def test_records_survive_the_wire(make_page: MakePage) -> None:
    page = make_page()
    assert '"schema":1' in page.model_dump_json()
    assert Page.model_validate_json(page.model_dump_json()) == page


def test_the_taxonomy_has_fourteen_categories_with_names() -> None:
    assert len(taxonomy().codes) == 14
    assert taxonomy().category("self_harm").vi == "Tự tử, tự gây hại"
    assert sorted(taxonomy().severity) == [0, 1, 2, 3]
