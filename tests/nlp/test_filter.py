"""Rows in, the same rows with their analysis out."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.contracts import Analysis
from core.errors import BadInput
from nlp.analyser import BATCH
from nlp.filter import analyse_rows


def test_each_row_comes_back_in_order_with_its_analysis() -> None:
    rows: list[dict[str, Any]] = [{"text": f"Câu thứ {n}", "mine": n} for n in range(BATCH + 3)]
    out = list(analyse_rows(rows))
    assert [row["mine"] for row in out] == list(range(BATCH + 3))
    for row, given in zip(out, rows, strict=True):
        assert {key: value for key, value in row.items() if key != "analysis"} == given
        Analysis.model_validate(row["analysis"])


def test_title_lead_and_body_are_read_as_well_as_text() -> None:
    case = {
        "title": "Bé trai 3 tuổi đuối nước",
        "lead": "Cháu bé tử vong tại ao gần nhà.",
        "body": "Người nhà phát hiện muộn.",
    }
    assert next(analyse_rows([case]))["analysis"]["relevant"]
    assert next(analyse_rows([{"text": ". ".join(case.values())}]))["analysis"]["relevant"]


def test_a_comment_has_its_title_as_the_thread_it_stands_under() -> None:
    under, other = (
        next(analyse_rows([{"type": "comment", "title": title, "text": "Thương con quá"}]))["analysis"]
        for title in ("Bé gái 5 tuổi bị bạo hành đến chết", "Giá xăng giảm mạnh")
    )
    assert under["relevance"] > other["relevance"]
    assert under["sentiment"]


def test_rows_are_taken_some_at_a_time() -> None:
    taken = 0

    def endless() -> Iterator[dict[str, str]]:
        nonlocal taken
        while True:
            taken += 1
            yield {"text": "Xin chào"}

    next(analyse_rows(endless()))
    assert taken == BATCH


@pytest.mark.parametrize(
    "row", [{}, {"id": 1}, {"text": 5}, {"text": ["a"]}, {"text": "a", "type": "video"}, {"text": "\ud800"}]
)
def test_a_bad_row_is_named_by_its_line(row: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="line 2"):
        list(analyse_rows([{"text": "Xin chào"}, row]))


def test_an_empty_text_is_a_row_like_any_other() -> None:
    assert next(analyse_rows([{"text": ""}]))["analysis"]["relevant"] is False
