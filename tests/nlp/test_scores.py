"""Figures of quality agree with scikit-learn's and with hand-made cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

from nlp.scores import average_precision, f1, precision_recall_f1, single_label

CASES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9]), st.booleans(), st.sampled_from([0.5, 1.0, 7.0])),
    min_size=2,
)


@settings(deadline=None)
@given(CASES)
def test_average_precision_is_scikit_learns_with_weights_and_ties(
    cases: list[tuple[float, bool, float]],
) -> None:
    probability, truth, weight = (np.array(part) for part in zip(*cases, strict=True))
    if truth.any():
        expected = average_precision_score(truth, probability, sample_weight=weight)
        assert average_precision(probability, truth, weight) == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_single_label_figures_are_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    said, truth = (list(part) for part in zip(*pairs, strict=True))
    figures = single_label(said, truth)
    assert figures["macro_f1"] == pytest.approx(f1_score(truth, said, average="macro"))
    assert figures["weighted_f1"] == pytest.approx(f1_score(truth, said, average="weighted"))


def test_figures_without_anything_to_count_are_zero() -> None:
    nothing = np.zeros(3, dtype=bool)
    assert precision_recall_f1(nothing, nothing) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    assert average_precision(np.zeros(3), nothing) == 0.0
    assert f1(np.array([True, False]), np.array([True, True])) == pytest.approx(2 / 3)
