"""What is not relevant but may be grave: which texts are called so, and how likely relevance is in life."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.analyser import PACKAGED
from nlp.engine import judge
from nlp.features import Reading
from nlp.fit import GRAVE_RECALL, LANE_LEAST, calibrated_share, lane
from nlp.linear import Model, load
from nlp.risk import NATURAL_PREVALENCE, RELEVANCE, natural
from nlp.task import Task

# Of no concern, of grave concern, and between: a child is missing, but nothing says that anyone harmed it.
READINGS = [
    Reading(title="Giá vàng hôm nay tăng nhẹ", text="Giá vàng trong nước tăng nhẹ theo giá thế giới."),
    Reading(title="Bé gái bị bạo hành tử vong", text="Công an khởi tố người mẹ kế đánh chết bé gái 8 tuổi."),
    Reading(title="Cô gái mất liên lạc khi đi làm thêm", text="Gia đình trình báo con gái không về nhà."),
]


@pytest.fixture(scope="module")
def model() -> Model:
    return load(PACKAGED / Task.RISK)


def with_lane(model: Model, least: float) -> Model:
    return replace(model, card=model.card.model_copy(update={"lane": least}))


CASES = st.lists(st.tuples(st.floats(0.0, 0.5, width=32), st.booleans(), st.booleans()), min_size=1)


@given(CASES)
def test_as_many_grave_texts_are_found_as_was_set_and_one_step_higher_would_lose_some(
    cases: list[tuple[float, bool, bool]],
) -> None:
    chance, relevant, grave = (np.array(part) for part in zip(*cases, strict=True))
    least = lane(chance.astype(np.float32), relevant, grave)
    found = grave & (relevant | (chance >= least))
    if (grave & relevant).sum() >= GRAVE_RECALL * grave.sum():
        assert least == 1
    elif least > LANE_LEAST:
        assert found.sum() >= GRAVE_RECALL * grave.sum()
        higher = grave & (relevant | (chance >= least + 2e-4))
        assert higher.sum() < GRAVE_RECALL * grave.sum()


def test_a_text_hardly_ever_grave_is_never_worth_a_look() -> None:
    chance = np.array([0.001, 0.5], dtype=np.float32)
    assert lane(chance, np.array([False, True]), np.array([True, True])) == LANE_LEAST


def test_only_what_is_not_relevant_is_called_possibly_grave(model: Model) -> None:
    judged = judge(with_lane(model, 0.0), READINGS)
    assert [one.relevant for one in judged] == [False, True, False]
    assert [one.possibly_grave for one in judged] == [True, False, True]
    for one in judged:
        assert sum(one.severity.probabilities) == pytest.approx(1, abs=1e-5)
    assert [(one.severity.level, one.categories) for one in (judged[0], judged[2])] == [(0, ()), (0, ())]


def test_a_text_is_possibly_grave_from_the_threshold_on_and_not_below(model: Model) -> None:
    (chance,) = (one.severity.probabilities[3] for one in judge(with_lane(model, 0.0), READINGS[2:]))
    assert judge(with_lane(model, chance), READINGS[2:])[0].possibly_grave
    assert not judge(with_lane(model, chance + 1e-6), READINGS[2:])[0].possibly_grave


def test_a_model_without_a_lane_calls_nothing_possibly_grave(model: Model) -> None:
    assert not any(one.possibly_grave for one in judge(with_lane(model, 1.0), READINGS))


def test_the_packaged_model_has_a_lane_below_its_threshold_and_screens_more_widely(model: Model) -> None:
    least = model.head(RELEVANCE).thresholds[0]
    assert LANE_LEAST < model.card.lane < least
    assert model.head("screen").thresholds[0] < model.card.lane


def calibrated_on(model: Model, share: float | None) -> Model:
    """The model as if so much of its rows had been relevant, None: as if it did not know."""
    head = model.head(RELEVANCE).model_copy(update={"shares": () if share is None else (share,)})
    return replace(model, card=model.card.model_copy(update={"heads": model.card.heads | {RELEVANCE: head}}))


def test_relevance_in_life_follows_bayes_rule(model: Model) -> None:
    # Half were relevant where it was calibrated, so odds of 1 to 1 become those of life.
    assert natural(calibrated_on(model, 0.5), 0.5) == pytest.approx(NATURAL_PREVALENCE)
    assert natural(calibrated_on(model, 0.5), 0.95) == pytest.approx(0.5)
    assert natural(calibrated_on(model, NATURAL_PREVALENCE), 0.3) == pytest.approx(0.3)
    assert [natural(calibrated_on(model, 0.5), sure) for sure in (0.0, 1.0)] == [0, 1]


def test_a_model_that_does_not_know_its_mix_says_nothing_of_life(model: Model) -> None:
    assert natural(calibrated_on(model, None), 0.5) is None


def test_the_share_is_that_with_which_life_has_as_many_relevant_texts_as_it_should(model: Model) -> None:
    probability = np.array([0.02, 0.1, 0.4, 0.8, 0.97], dtype=np.float32)
    weight = np.array([500, 100, 20, 5, 3], dtype=np.float32)
    knowing = calibrated_on(model, calibrated_share(probability, weight, NATURAL_PREVALENCE))
    in_life = [natural(knowing, float(one)) for one in probability]
    assert np.average(np.array(in_life, dtype=float), weights=weight) == pytest.approx(0.05, abs=1e-4)


def test_the_share_of_equal_texts_is_their_probability() -> None:
    same = np.full(4, 0.3, dtype=np.float32)
    assert calibrated_share(same, np.ones(4, dtype=np.float32), 0.05) == pytest.approx(0.3, abs=1e-4)
