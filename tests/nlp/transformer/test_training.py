"""Training by the command line, from labelled rows and a tiny encoder to a folder that is evaluated."""

import json
from pathlib import Path

import numpy as np
import pytest
import structlog
from typer.testing import CliRunner

from core.errors import BadInput, BadUsage
from langnghe.cli import app
from nlp.evaluate import evaluate
from nlp.fit import LANE_LEAST
from nlp.linear import Floats, probabilities
from nlp.rows import read
from nlp.task import Task
from nlp.transformer import serving
from nlp.transformer.card import Options
from nlp.transformer.export import scores_of
from nlp.transformer.training import train_rows

GOOD = ["Bộ phim rất hay", "Món này ngon tuyệt", "Dịch vụ tốt", "Tuyệt vời", "Hay và bổ ích"]
BAD = ["Bộ phim quá dở", "Món này dở tệ", "Dịch vụ kém", "Tệ hại", "Dở và phí tiền"]


def langnghe(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    structlog.reset_defaults()  # the command's output is closed
    return result.stdout


def test_the_command_line_trains_a_model_that_has_learned(trained: tuple[Path, Path]) -> None:
    data, models = trained
    figures = evaluate(Task.RISK, [data], models / "risk")
    assert figures["relevance"]["f1"] > 0.8
    assert {file.name for file in (models / "risk").iterdir()} == {
        "card.json",
        "model.onnx",
        "tokenizer.json",
        "rows.npy",
    }


def test_the_card_says_how_the_model_came_to_be(trained: tuple[Path, Path], syllables: Path) -> None:
    _, models = trained
    card = serving.load(models / "risk").card
    assert card.base == syllables.name  # and not the folder of the machine
    assert str(syllables.parent) not in card.model_dump_json()
    assert (card.segmented, card.task, card.seed) == (False, Task.RISK, 111)
    assert card.counts["rows"] == card.data[0].rows
    assert 0.05 <= card.heads["relevance"].thresholds[0] <= 0.5
    assert list(card.heads) == ["relevance", "categories", "severity", "kind"]
    assert LANE_LEAST <= card.lane <= 1
    assert 0 < card.heads["relevance"].shares[0] < 1
    assert 0 <= card.figures["int8_difference"] <= 0.02
    assert card.figures["held_out_relevance_f1"] > 0.7


def test_evaluation_by_the_command_line_has_the_shape_of_every_engine(trained: tuple[Path, Path]) -> None:
    data, models = trained
    figures = json.loads(langnghe("evaluate", "risk", "--data", data, "--model", models / "risk", "--json"))
    assert set(figures) == {"n", "relevance", "categories", "severity", "kind"}
    assert {"precision", "recall", "f1", "average_precision", "weighted"} <= set(figures["relevance"])


def test_evaluation_warns_of_rows_that_the_model_was_trained_on(
    trained: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data, models = trained
    evaluate(Task.RISK, [data], models / "risk")
    assert "trained on" in "".join(capsys.readouterr())


def test_a_tone_is_learned_from_words_that_the_base_reads(words: Path, tmp_path: Path) -> None:
    data = tmp_path / "rows.jsonl"
    rows = [
        {"text": f"{text} {n}", "label": label}
        for label, texts in (("positive", GOOD), ("negative", BAD))
        for text in texts
        for n in range(8)
    ]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    arguments = ("--engine", "transformer", "--base", words, "--epochs", 25, "--rate", 0.003, "--patience", 0)
    langnghe("train", "sentiment", "--data", data, "--output", tmp_path / "model", *arguments)
    card = serving.load(tmp_path / "model").card
    assert card.segmented
    assert card.options.segmented is None
    assert evaluate(Task.SENTIMENT, [data], tmp_path / "model")["accuracy"] > 0.9


def answers(heads: object, scores: Floats) -> Floats:
    found = probabilities(heads, scores)
    return np.concatenate(list(found.values()), axis=1)


def test_the_int8_model_is_within_two_hundredths_of_the_float_network(
    trained: tuple[Path, Path], syllables: Path
) -> None:
    data, _ = trained
    options = Options(epochs=2, rate=0.002, longest=96)
    rows = read(Task.RISK, [data])
    told: list[float] = []
    served, _, network = train_rows(
        Task.RISK, rows, str(syllables), options, lambda _, share: told.append(share)
    )
    assert told == sorted(told)
    texts = served.encoder.encode([row.reading for row in rows.rows])
    found = answers(served.card.heads, served.scores(texts))
    wanted = answers(served.card.heads, scores_of(network, texts, served.card.marks.padding))
    assert np.abs(found - wanted).max() <= 0.02
    again, _, _ = train_rows(Task.RISK, rows, str(syllables), options, lambda *_: None)
    assert np.array_equal(again.scores(texts), served.scores(texts))  # the same rows and seed: the same model


def test_a_base_that_is_none_is_named_in_one_line(tmp_path: Path, trained: tuple[Path, Path]) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}')
    arguments = ["train", "risk", "--data", str(trained[0]), "--output", str(tmp_path / "out")]
    with pytest.raises(BadInput, match="no encoder") as refused:
        CliRunner().invoke(
            app, [*arguments, "--engine", "transformer", "--base", str(tmp_path)], catch_exceptions=False
        )
    assert "\n" not in str(refused.value)
    with pytest.raises(BadUsage, match="--base"):
        CliRunner().invoke(app, [*arguments, "--engine", "transformer"], catch_exceptions=False)
