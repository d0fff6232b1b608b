"""`maintenance` keeps the house; `retrain` puts a model into use only if it is not worse."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings, load_settings
from langnghe.house import House
from nlp.task import Task
from tests.conftest import NOON
from tests.dags.conftest import Airflow
from tests.langnghe.conftest import archive
from tests.langnghe.trained import invented, spoilt, written
from tests.langnghe.world import made

DONE = ("success", 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "sources").mkdir()
    return load_settings(data_dir=tmp_path / "data", sources_dir=tmp_path / "sources")


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    opened = House(settings)
    yield opened
    opened.close()


def test_each_night_old_texts_go_and_small_files_are_merged(
    airflow: Airflow, settings: Settings, house: House
) -> None:
    for n in range(3):
        archive(house, [made(n, text=f"Trời nắng, chợ đông người, tin số {n} trong ngày.")])
    archive(
        house,
        [made(9, text="Tin cũ.", published_at=NOON.replace(year=2024), fetched_at=NOON.replace(year=2024))],
    )
    assert airflow.run("analyse_and_index", settings).state == "success"

    ran = airflow.run("maintenance", settings)

    assert [ran.of(task) for task in ("prune", "compact", "ended")] == [[DONE], [DONE], [DONE]]
    assert ran.state == "success"
    assert len(list(house.archive.partitions())) == 1
    assert house.engine.size() == 3


def test_a_model_is_promoted_only_if_it_is_not_worse(
    airflow: Airflow, settings: Settings, house: House, tmp_path: Path
) -> None:
    held_out = str(written(tmp_path / "held-out.jsonl", invented(1, 4)))
    poor = str(written(tmp_path / "poor.jsonl", spoilt(invented(0, 8))))
    good = str(written(tmp_path / "good.jsonl", invented(0, 2)))
    packaged = house.shelf.folders()[Task.RISK]

    ran = airflow.run("retrain", settings, {"data": [poor], "held_out": [held_out]})
    assert (ran.of("judge"), ran.of("promote")) == ([DONE], [("skipped", 1)])
    assert house.shelf.folders()[Task.RISK] == packaged

    (candidate,) = (settings.data_dir / "candidates").iterdir()
    house.shelf.install(Task.RISK, candidate)
    ran = airflow.run("retrain", settings, {"data": [good], "held_out": [held_out]})
    assert ran.of("promote") == [DONE]
    assert house.shelf.folders()[Task.RISK] not in (packaged, candidate)
