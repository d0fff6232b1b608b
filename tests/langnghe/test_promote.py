"""A new model comes into use when it is no worse, whole or not at all, and can be taken back."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from core.records import open_records, runs
from core.settings import Settings
from langnghe.house import House
from nlp import linear
from nlp.analyser import PACKAGED
from nlp.in_use import POINTER, Shelf
from nlp.task import Task
from nlp.train import train
from tests.langnghe.decided import BEATEN, Said, langnghe, revision, take_in
from tests.langnghe.trained import invented, spoilt, written

Command = Callable[..., Said]


class Trained(NamedTuple):
    """Two models and rows that neither was trained on."""

    good: Path
    weak: Path
    held_out: Path
    known: Path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A model of half of the invented rows, and one of an eighth with a third of the risks called none."""
    folder = tmp_path_factory.mktemp("trained")
    known = written(folder / "known.jsonl", invented(0, 2))
    poor = written(folder / "poor.jsonl", spoilt(invented(0, 8)))
    train(Task.RISK, [known], folder / "good")
    train(Task.RISK, [poor], folder / "weak")
    held_out = written(folder / "held_out.jsonl", invented(1, 4))
    return Trained(folder / "good", folder / "weak", held_out, known)


@pytest.fixture
def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command line on a fresh data folder."""
    return lambda *a: langnghe(monkeypatch, capsys, "--data-dir", settings.data_dir, *a)


@pytest.fixture
def shelf(settings: Settings, trained: Trained) -> Shelf:
    """The models of the data folder, the weak one in use."""
    made = Shelf(settings.data_dir / "models", PACKAGED)
    made.install(Task.RISK, trained.weak)
    return made


def version(folder: Path) -> str:
    return linear.load(folder).card.version


def in_use(shelf: Shelf) -> str:
    return version(shelf.folders()[Task.RISK])


def test_a_better_model_is_put_into_use_and_the_old_one_kept(
    command: Command, shelf: Shelf, trained: Trained, settings: Settings
) -> None:
    done = command("models", "promote", trained.good, "--data", trained.held_out)
    assert done.code == 0, done.err
    assert f"In use for risk: {version(trained.good)}" in done.out
    assert in_use(shelf) == version(trained.good)
    listed = json.loads(command("models", "list", "--json").out)
    risk = [(m["version"], m["state"]) for m in listed if m["task"] == "risk"]
    assert risk[0] == (version(trained.good), "in use")
    assert (version(trained.weak), "previous") in risk
    assert {m["task"] for m in listed if m["state"] == "in use"} == set(Task)
    assert "cross_fit_relevance_f1" in listed[0]["figures"]
    assert listed[0]["trained_on"]
    records = open_records(settings)
    said = f"models promote risk {version(trained.good)}, was {version(trained.weak)}"
    assert runs.runs(records)[0].command == said
    records.close()


def test_the_figures_of_both_models_are_there_as_json_too(
    command: Command, shelf: Shelf, trained: Trained
) -> None:
    done = command("models", "promote", trained.good, "--data", trained.held_out, "--task", "risk", "--json")
    found = json.loads(done.out)
    assert set(found["figures"]) == {
        "relevance F1",
        "average precision",
        "recall of severity 3",
        "categories micro F1",
    }
    for one in found["figures"].values():
        assert one["low"] <= one["difference"] <= one["high"]
        assert one["difference"] == pytest.approx(one["candidate"] - one["in_use"], abs=0.03)


def test_a_worse_model_is_refused_in_one_line_with_the_figures(
    command: Command, shelf: Shelf, trained: Trained
) -> None:
    shelf.install(Task.RISK, trained.good)
    before = (shelf.folder / POINTER).read_bytes()
    done = command("models", "promote", trained.weak, "--data", trained.held_out)
    assert done.code == 1
    [line] = done.err.strip().splitlines()
    assert (
        f"refused: {version(trained.weak)} is worse than {version(trained.good)} on 279 held-out rows" in line
    )
    assert "relevance F1 0." in line
    assert "(95 % -0." in line
    assert (shelf.folder / POINTER).read_bytes() == before


def test_rolling_back_brings_the_previous_model_back_and_forth(
    command: Command, shelf: Shelf, trained: Trained
) -> None:
    shelf.install(Task.RISK, trained.good)
    assert f"In use for risk: {version(trained.weak)}" in command("models", "rollback").out
    assert in_use(shelf) == version(trained.weak)
    command("models", "rollback", "--task", "risk")
    assert in_use(shelf) == version(trained.good)
    refused = command("models", "rollback", "--task", "sentiment")
    assert refused.code == 2
    assert "there is no previous model of sentiment" in refused.err


def test_the_packaged_model_can_be_rolled_back_to(settings: Settings, trained: Trained) -> None:
    shelf = Shelf(settings.data_dir / "models", PACKAGED)
    assert in_use(shelf) == version(PACKAGED / Task.RISK)
    shelf.install(Task.RISK, trained.good)
    shelf.install(Task.RISK, trained.good)  # again: the one before is still the packaged one
    shelf.rollback(Task.RISK)
    assert in_use(shelf) == version(PACKAGED / Task.RISK)


def test_every_analysis_names_its_model_and_version(
    settings: Settings, trained: Trained, command: Command, make_page: Callable[..., object]
) -> None:
    before = House(settings)
    page = revision(make_page(**BEATEN))  # type: ignore[arg-type]
    take_in(before, [page])
    hit = before.engine.get(page.id)
    assert hit is not None
    assert hit.document.analysis.model.name == "langnghe-risk"
    assert hit.document.analysis.model.version.startswith(version(PACKAGED / Task.RISK))
    before.engine.close()
    before.records.close()

    Shelf(settings.data_dir / "models", PACKAGED).install(Task.RISK, trained.good)
    after = House(settings)
    other = revision(make_page(number=2, **BEATEN))  # type: ignore[arg-type]
    take_in(after, [other])
    hit = after.engine.get(other.id)
    assert hit is not None
    assert hit.document.analysis.model.version.startswith(version(trained.good))
    after.engine.close()
    after.records.close()

    rows, out = settings.data_dir / "in.jsonl", settings.data_dir / "out.jsonl"
    written(rows, [BEATEN, {"text": "Giá vàng tăng nhẹ"}])
    command("analyse", rows, out)
    said = [json.loads(line)["analysis"]["model"] for line in out.read_text("utf-8").splitlines()]
    assert all(model["version"].startswith(version(trained.good)) for model in said)


def test_rows_that_the_candidate_was_trained_on_are_refused(
    command: Command, shelf: Shelf, trained: Trained
) -> None:
    done = command("models", "promote", trained.good, "--data", trained.known)
    assert done.code == 1
    assert "was trained on 5" in done.err
    assert "give rows that were kept out of training" in done.err


def test_rows_that_the_model_in_use_knows_are_told(command: Command, trained: Trained) -> None:
    done = command("models", "promote", trained.good, "--data", trained.held_out)
    assert "the model in use was trained on 279 of these rows: its figures are too good" in done.err


def test_too_few_rows_are_refused_with_what_is_needed(
    command: Command, shelf: Shelf, trained: Trained, tmp_path: Path
) -> None:
    few = written(tmp_path / "few.jsonl", invented(1, 20))
    done = command("models", "promote", trained.good, "--data", few)
    assert done.code == 1
    assert "100 rows are needed, 56 are there" in done.err
    assert "30 rows that are not relevant are needed" in done.err


def test_what_cannot_be_judged_by_is_left_out_and_counted(
    command: Command, shelf: Shelf, trained: Trained, tmp_path: Path
) -> None:
    held_out = [json.loads(line) for line in trained.held_out.read_text("utf-8").splitlines()]
    none = {"relevant": False, "categories": [], "severity": 0, "kind": "none"}
    relevant = next(row for row in held_out if row["relevant"])
    odd = [relevant | none, held_out[-1], {"title": "", "text": " \n"} | none]
    rows = written(tmp_path / "odd.jsonl", [*held_out, *odd])
    done = command("models", "promote", trained.good, "--data", rows, "--json")
    assert json.loads(done.out)["left_out"] == {"empty": 1, "contradictory": 2, "repeated": 1}
    assert "warning: 2 rows left out: contradictory" in done.err


def test_a_model_in_use_is_not_promoted_again(command: Command, shelf: Shelf, trained: Trained) -> None:
    done = command("models", "promote", trained.weak, "--data", trained.held_out)
    assert (done.code, "is in use already" in done.err) == (2, True)


def test_a_damaged_foreign_or_other_model_is_refused_and_nothing_changed(
    command: Command, shelf: Shelf, trained: Trained, tmp_path: Path
) -> None:
    before = (shelf.folder / POINTER).read_bytes()
    damaged = Path(shutil.copytree(trained.good, tmp_path / "damaged"))
    weights = bytearray((damaged / linear.WEIGHTS).read_bytes())
    weights[len(weights) // 2] ^= 255
    (damaged / linear.WEIGHTS).write_bytes(weights)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "config.json").write_text('{"model_type": "roberta"}')
    for folder, options, said in (
        (damaged, [], "its content is not what the card says"),
        (foreign, [], "no model can be read here"),
        (tmp_path / "missing", [], "no model can be read here"),
        (trained.held_out, [], "no model can be read here"),
        (PACKAGED / "sentiment", ["--task", "risk"], "was trained for sentiment, not for risk"),
    ):
        done = command("models", "promote", folder, "--data", trained.held_out, *options)
        assert done.code == 1
        assert said in done.err
        assert len(done.err.strip().splitlines()) == 1
    assert (shelf.folder / POINTER).read_bytes() == before


def test_a_pointer_that_is_damaged_or_leads_elsewhere_is_an_error_not_another_model(
    command: Command, shelf: Shelf
) -> None:
    for content, said in (
        ("{", "it is damaged"),
        ('{"risk": {"in_use": "../../elsewhere"}}', "names a folder elsewhere"),
        ('{"risk": {"in_use": "gone"}}', "no model can be read here"),
    ):
        (shelf.folder / POINTER).write_text(content)
        done = command("models", "list")
        assert (done.code, said in done.err) == (1, True)


def test_a_kill_before_the_pointer_changes_leaves_the_old_model_in_use(
    shelf: Shelf, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Shelf, "_point", killed)
    with pytest.raises(KeyboardInterrupt):
        shelf.install(Task.RISK, trained.good)
    assert in_use(shelf) == version(trained.weak)
    monkeypatch.undo()
    shelf.install(Task.RISK, trained.good)
    assert in_use(shelf) == version(trained.good)
    assert not list(shelf.folder.glob(".draft-*"))


def test_the_hash_of_the_copy_is_checked_before_it_is_used(
    shelf: Shelf, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import BadModel

    def cut(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:1000])

    monkeypatch.setattr(shutil, "copyfile", cut)
    with pytest.raises(BadModel):
        shelf.install(Task.RISK, trained.good)
    assert in_use(shelf) == version(trained.weak)


def test_models_of_a_configured_folder_are_promoted_there(
    trained: Trained, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    shutil.copytree(PACKAGED, own)
    shutil.rmtree(own / "risk")
    shutil.copytree(trained.weak, own / "risk")
    monkeypatch.setenv("LANGNGHE_MODELS_DIR", str(own))
    done = command("models", "promote", trained.good, "--data", trained.held_out)
    assert done.code == 0, done.err
    assert in_use(Shelf(own)) == version(trained.good)
    command("models", "rollback")
    assert in_use(Shelf(own)) == version(trained.weak)
