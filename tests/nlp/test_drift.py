"""Drift: what training keeps of its rows, and what counts as another distribution."""

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

from nlp import drift, linear
from nlp.analyser import PACKAGED
from nlp.card import Reference
from nlp.features import Reading
from nlp.linear import Model
from nlp.rows import Risk, Row
from nlp.task import Task

EVEN = Reference(
    texts=1000,
    edges=tuple(n / 10 for n in range(1, 10)),
    shares=(0.1,) * 10,
    flagged=0.2,
    unknown=0.02,
)


@pytest.fixture(scope="module")
def model() -> Model:
    """The packaged risk model."""
    return linear.load(PACKAGED / Task.RISK)


def week(scores: np.ndarray, flagged: float = 0.2, unknown: float = 0.02) -> drift.FormDrift:
    n = len(scores)
    yes = np.arange(n) < flagged * n
    return drift.compare_form("article", EVEN, scores, yes.astype(float), np.full(n, unknown))


def test_a_week_like_the_training_rows_has_not_drifted() -> None:
    found = week(np.random.default_rng(1).random(200))
    assert found.drifted == ()
    assert found.psi < 0.25


def test_the_stability_index_is_that_of_the_literature() -> None:
    expected, found = np.array([0.5, 0.5]), np.array([0.7, 0.3])
    index = 0.2 * np.log(0.7 / 0.5) + -0.2 * np.log(0.3 / 0.5)
    assert drift.stability(expected, found) == pytest.approx(index)
    assert drift.stability(expected, expected) == 0
    assert np.isfinite(drift.stability(np.array([1.0, 0.0]), np.array([0.0, 1.0])))


def test_scores_that_moved_are_drift_and_the_degree_grows_as_they_move() -> None:
    some, far = week(np.random.default_rng(1).beta(2, 1, 500)), week(np.full(500, 0.95))
    assert some.drifted == far.drifted == ("scores",)
    assert far.degree > some.degree


def test_chance_among_few_texts_is_no_drift() -> None:
    random = np.random.default_rng(1)
    few = [week(random.random(drift.LEAST)) for _ in range(200)]
    assert sum("scores" in one.drifted for one in few) <= 2
    assert max(one.psi for one in few) > drift.SHIFT  # the customary bound alone would call it drift


def test_flagging_twice_as_many_is_drift_where_it_is_not_chance() -> None:
    scores = np.random.default_rng(1).random(400)
    assert week(scores, flagged=0.42).drifted == ("flagged",)
    assert week(scores, flagged=0.05).drifted == ("flagged",)
    assert week(scores, flagged=0.3).drifted == ()
    assert week(scores[:50], flagged=0.09).drifted == ()


def test_words_that_the_model_has_not_learned_are_drift() -> None:
    scores = np.random.default_rng(1).random(200)
    assert week(scores, unknown=0.06).drifted == ("vocabulary",)
    assert week(scores, unknown=0.035).drifted == ()


def rows(number: int, weight: float = 1.0, remark: bool = False) -> list[Row]:
    random = Random(7)
    words = ["trường", "lớp", "học sinh", "cô giáo", "bữa ăn", "sân chơi", "giờ tan", "thư viện"]
    return [
        Row(
            Reading(title=f"Tin {n}", text=" ".join(random.choices(words, k=40)), remark=remark),
            "",
            risk=Risk(relevant=False),
            weight=weight,
        )
        for n in range(number)
    ]


def test_the_reference_is_numbers_only_and_by_form(model: Model) -> None:
    kept = drift.reference(model, [*rows(80), *rows(60, remark=True)])
    assert set(kept) == {"article", "remark"}
    assert kept["article"].texts == 80
    assert sum(kept["article"].shares) == pytest.approx(1, abs=1e-4)
    assert list(kept["article"].edges) == sorted(kept["article"].edges)
    content = json.loads(json.dumps({form: one.model_dump() for form, one in kept.items()}))
    for one in content.values():
        for value in one.values():
            assert all(isinstance(v, int | float) for v in (value if isinstance(value, list) else [value]))


def test_a_form_of_too_few_rows_and_other_tasks_have_no_reference(model: Model) -> None:
    assert set(drift.reference(model, [*rows(80), *rows(10, remark=True)])) == {"article"}
    assert drift.reference(linear.load(PACKAGED / Task.SENTIMENT), rows(80)) == {}


def test_weights_bring_a_sample_back_to_the_mix_of_life(model: Model) -> None:
    every = [*rows(50, weight=9.0), *rows(50, weight=1.0)]
    risky = np.array([0.1] * 50 + [0.99] * 50)
    kept = drift.reference(model, every, risky)["article"]
    assert kept.flagged == pytest.approx(0.1)
    assert kept.texts == 61  # (9 · 50 + 50)² / (81 · 50 + 50)
    assert drift.reference(model, rows(50, weight=0.0), risky[:50])["article"].flagged == 0.0


def test_frequent_terms_that_the_model_has_not_learned_are_listed_without_masked_words(model: Model) -> None:
    texts = ["Nhiều em nhỏ rủ nhau chơi blorptok ở sân trường, còn ••••• thì không."] * 12
    texts += ["Hôm nay trường tổ chức ngày hội đọc sách cho các em."] * 100
    found = drift.new_terms(model, [Reading(text=text) for text in texts])
    assert ("blorptok", 12) in [(one.term, one.texts) for one in found]
    assert all("•" not in one.term for one in found)
    assert drift.new_terms(model, [Reading(text=text) for text in texts[:9]]) == []


def test_training_keeps_a_reference_in_the_card(tmp_path: Path) -> None:
    from nlp.train import train
    from tests.langnghe.trained import invented, written

    card = train(Task.RISK, [written(tmp_path / "rows.jsonl", invented(0, 4))], tmp_path / "model")
    assert set(card.reference) == {"remark"}  # of 279 rows too few are articles
    assert linear.load(tmp_path / "model").card.reference == card.reference
    assert 0 < card.reference["remark"].unknown < 0.2
