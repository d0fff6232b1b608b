"""Retraining: what it leaves on the disk, and which comparison lets a candidate into use."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.errors import ModelRefused
from langnghe import retraining
from langnghe.house import House
from nlp.analyser import PACKAGED
from nlp.compare import Comparison
from nlp.in_use import load
from nlp.task import Task


def found(candidate: str, in_use: str) -> Comparison:
    return Comparison(
        task=Task.RISK, candidate=candidate, in_use=in_use, rows=100, left_out={}, known_in_use=0, figures={}
    )


def test_a_comparison_with_a_model_no_longer_in_use_promotes_nothing(house: House) -> None:
    candidate = PACKAGED / Task.RISK
    now = load(Task.RISK, candidate).card.version
    with pytest.raises(ModelRefused, match=f"held against former, and {now} is in use by now; judge it"):
        retraining.promote(house, candidate, found("new", "former"))
    assert house.shelf.folders()[Task.RISK] == candidate
    assert retraining.promote(house, candidate, found("new", now)) == now
    assert retraining.promote(house, candidate, found(now, "former")) == now, "a try that was cut off"


def test_the_newest_candidates_stay_and_no_texts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def trained(task: Task, data: Sequence[Path], folder: Path) -> None:
        assert (house.settings.data_dir / "retraining").is_dir()
        folder.mkdir(parents=True)

    monkeypatch.setattr(retraining, "train_model", trained)
    left = house.settings.data_dir / "retraining" / "labels.jsonl"  # by a kill
    left.parent.mkdir(parents=True)
    left.touch()
    for n in range(5):
        os.utime(retraining.train(house, f"retrain:{n}", []), (n, n))
    kept = sorted(folder.name for folder in (house.settings.data_dir / "candidates").iterdir())
    assert kept == [f"retrain:{n}" for n in (1, 2, 3, 4)]
    assert not left.parent.exists()
