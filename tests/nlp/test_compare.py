"""The rule by which a model is refused, on both its sides, and the figures behind it."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from core.contracts import Kind
from core.errors import ModelRefused
from nlp import compare as comparing
from nlp import scores
from nlp.compare import Comparison, Difference, refuse_worse, worse
from nlp.features import Reading
from nlp.rows import Risk, Row, judgeable
from nlp.task import Task


def difference(mean: float, low: float, high: float) -> Difference:
    return Difference(candidate=0.8 + mean, in_use=0.8, difference=mean, low=low, high=high)


def compared(task: Task = Task.RISK, **figures: Difference) -> Comparison:
    names = {"main": comparing.MAIN[task], "other": "categories micro F1"}
    return Comparison(
        task=task,
        candidate="new",
        in_use="old",
        rows=200,
        left_out={},
        known_in_use=0,
        figures={names[name]: one for name, one in figures.items()},
    )


SAME = difference(0.0, -0.01, 0.01)


@pytest.mark.parametrize(
    ("comparison", "refused"),
    [
        (compared(main=SAME, other=SAME), False),
        (compared(main=difference(0.05, 0.01, 0.09), other=SAME), False),
        # The main figure may be a little lower, by chance, but no more than 0.005.
        (compared(main=difference(-0.005, -0.02, 0.01), other=SAME), False),
        (compared(main=difference(-0.0051, -0.02, 0.01), other=SAME), True),
        # Any figure that is surely lower is too much; one that may be is not.
        (compared(main=SAME, other=difference(-0.02, -0.04, -0.0001)), True),
        (compared(main=SAME, other=difference(-0.02, -0.04, 0.0)), False),
        (compared(main=difference(-0.004, -0.008, -0.001), other=SAME), True),
        (compared(Task.SENTIMENT, main=difference(-0.006, -0.02, 0.01)), True),
        (compared(Task.HOSTILITY, main=difference(-0.004, -0.02, 0.01)), False),
    ],
)
def test_a_model_is_refused_for_what_is_surely_worse_or_a_lower_main_figure(
    comparison: Comparison, refused: bool
) -> None:
    assert bool(worse(comparison)) is refused
    if refused:
        with pytest.raises(
            ModelRefused, match="refused: new is worse than old on 200 held-out rows: "
        ) as line:
            refuse_worse(comparison)
        assert "\n" not in str(line.value)
    else:
        refuse_worse(comparison)


def test_what_is_worse_is_named_with_both_figures_and_the_interval() -> None:
    [said] = worse(compared(main=SAME, other=difference(-0.1, -0.15, -0.05)))
    assert said == "categories micro F1 0.700 against 0.800, -0.100 (95 % -0.150 to -0.050)"


def test_the_figures_of_weighted_rows_are_those_of_the_rows_repeated() -> None:
    random = np.random.default_rng(1)
    probability = np.round(random.random(60), 1)  # with ties
    truth = random.random(60) < probability
    said = random.random(60) < 0.5
    times = random.integers(0, 4, size=(5, 60))
    precision = comparing._average_precision(probability, truth)(times.astype(float))
    f1 = comparing._f1(said[:, None], truth[:, None])(times.astype(float))
    labels = np.array(["a", "b", "c"])[random.integers(0, 3, size=(2, 60))]
    macro = comparing._macro_f1(list(labels[0]), list(labels[1]))(times.astype(float))
    for draw, row in enumerate(times):
        at = np.repeat(np.arange(60), row)
        assert precision[draw] == pytest.approx(scores.average_precision(probability[at], truth[at]))
        assert f1[draw] == pytest.approx(scores.f1(said[at], truth[at]))
        expected = scores.single_label(list(labels[0][at]), list(labels[1][at]))["macro_f1"]
        assert macro[draw] == pytest.approx(expected)


def row(text: str, risk: Risk | None = None) -> Row:
    return Row(Reading(text=text), "", risk=risk or Risk(relevant=False))


def test_each_text_is_judged_once_and_none_with_two_verdicts() -> None:
    risk = Risk(True, ("violence",), 2, Kind.INCIDENT)
    rows = [row("một"), row("MỘT"), row("hai"), row("hai", risk), row("hai", risk), row(" "), row("ba", risk)]
    kept, left_out = judgeable(rows)
    assert [r.reading.text for r in kept] == ["một", "ba"]
    assert left_out == {"repeated": 1, "contradictory": 3, "empty": 1}


def test_draws_keep_what_stands_under_one_title_together() -> None:
    rows = [replace(row(f"lời {n}"), thread=f"vụ {n // 5}") for n in range(50)]
    drawn = np.concatenate(comparing._draws(rows))
    assert drawn.shape == (2000, 50)
    assert (drawn.reshape(2000, 10, 5).std(axis=2) == 0).all()
    assert (drawn.sum(axis=1) == 50).all()
    again = np.concatenate(comparing._draws(rows))
    assert (drawn == again).all()


def test_what_is_missing_for_a_fair_judgement_is_all_named() -> None:
    rows = [Row(Reading(text=str(n)), "", label="positive" if n else "negative") for n in range(20)]
    with pytest.raises(ModelRefused) as refused:
        comparing._enough(Task.SENTIMENT, rows)
    assert "100 rows are needed, 20 are there" in str(refused.value)
    assert "10 rows of 'negative' are needed, 1 are there" in str(refused.value)
    assert Counter(str(refused.value))["\n"] == 0
