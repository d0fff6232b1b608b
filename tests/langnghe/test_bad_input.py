"""Bad input to train, evaluate, analyse and promote: one plain line, or counted; never a traceback."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from nlp import linear
from nlp.analyser import PACKAGED
from tests.langnghe.decided import Said, langnghe
from tests.langnghe.trained import invented, written

Command = Callable[..., Said]

RELEVANT: dict[str, Any] = {
    "text": "Bé bị đánh ở lớp",
    "relevant": True,
    "categories": ["violence"],
    "severity": 2,
    "kind": "incident",
}
NONE: dict[str, Any] = {"relevant": False, "categories": [], "severity": 0, "kind": "none"}
ENGLISH = "The police are investigating how the neighbours heard a child crying at night in the next house."
LONG = "Công an đang làm rõ vụ việc ở trường. " * 140_000


def small() -> list[dict[str, Any]]:
    """Enough rows to train on."""
    rows = [RELEVANT | {"text": f"Bé bị bạn đánh ở lớp lần thứ {n}"} for n in range(8)]
    return rows + [NONE | {"text": f"Giá vàng trong nước tăng lần thứ {n}"} for n in range(8)]


@pytest.fixture
def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command line on a fresh data folder."""
    return lambda *a: langnghe(monkeypatch, capsys, "--data-dir", settings.data_dir, *a)


def refused(done: Said, code: int, said: str) -> None:
    assert done.code == code
    [line] = done.err.strip().splitlines()
    assert said in line
    assert "unexpected" not in line
    assert done.out == ""


BAD_ROWS = [
    (
        '{"text": "một", "relevant": true, "categories": ["robbery"], "severity": 2}',
        "'robbery' is not a category",
    ),
    ('{"text": "một", "relevant": true, "categories": [{}], "severity": 2}', "{} is not a category"),
    (
        '{"text": "một", "relevant": true, "categories": "violence", "severity": 2}',
        "'categories' is not a list",
    ),
    ('{"text": "một", "relevant": [], "severity": 2}', "'relevant' is neither true nor false"),
    ('{"text": "một", "relevant": true, "severity": {}}', "severity {} is not 0, 1, 2 or 3"),
    ('{"text": "một", "relevant": true, "severity": true, "kind": "issue"}', "severity True is not"),
    ('{"text": "một", "relevant": true, "severity": 1.5, "kind": "issue"}', "severity 1.5 is not"),
    ('{"text": "một", "relevant": true, "severity": 2, "kind": ["x"]}', "kind ['x'] is not"),
    ('{"text": "\\ud800", "relevant": false}', "half a surrogate pair"),
    ('{"text": 7, "relevant": false}', "'text' is not text"),
    ('{"relevant": false}', "there is no 'text'"),
    ('{"text": "một"', "this is not JSON"),
    ("[" * 100_000, "nested too deeply"),
    ("[1]", "this is not a JSON object"),
]


@pytest.mark.parametrize(("row", "said"), BAD_ROWS)
def test_a_bad_row_is_named_by_train_and_evaluate(
    command: Command, tmp_path: Path, row: str, said: str
) -> None:
    file = written(tmp_path / "rows.jsonl", small())
    file.write_text(file.read_text("utf-8") + row + "\n", "utf-8")
    for arguments in (("train", "risk", "--output", tmp_path / "model"), ("evaluate", "risk")):
        done = command(*arguments, "--data", file)
        refused(done, 2, said)
        assert f"{file}, line 17: " in done.err
    assert not (tmp_path / "model").exists()


def test_a_bad_row_is_named_by_promote(command: Command, tmp_path: Path) -> None:
    rows = written(tmp_path / "rows.jsonl", small())
    assert command("train", "risk", "--data", rows, "--output", tmp_path / "model").code == 0
    rows.write_text(BAD_ROWS[0][0], "utf-8")
    refused(
        command("models", "promote", tmp_path / "model", "--data", rows), 2, "'robbery' is not a category"
    )
    missing = tmp_path / "missing.jsonl"
    refused(
        command("models", "promote", tmp_path / "model", "--data", missing), 2, "missing.jsonl: can't be read"
    )


def test_severities_that_parquet_counts_in_floats_are_taken(command: Command, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    rows = [row | {"severity": float(row["severity"])} for row in small()]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    done = command("train", "risk", "--data", tmp_path / "rows.parquet", "--output", tmp_path / "model")
    assert done.code == 0, done.err


def test_too_few_of_a_class_is_one_line_with_the_counts(command: Command, tmp_path: Path) -> None:
    rows = written(tmp_path / "rows.jsonl", small()[:11])
    done = command("train", "risk", "--data", rows, "--output", tmp_path / "model")
    refused(
        done,
        2,
        "too few rows to train risk: at least two labels of 5 rows are needed; there are not relevant: 3",
    )


def test_odd_rows_are_counted_when_training(command: Command, tmp_path: Path) -> None:
    odd = [
        NONE | {"text": small()[0]["text"]},  # said relevant before
        NONE | {"text": " \n"},
        NONE | {"text": ENGLISH},
        NONE | {"text": LONG},
    ]
    rows = written(tmp_path / "rows.jsonl", [*small(), *odd])
    done = command("train", "risk", "--data", rows, "--output", tmp_path / "model")
    assert done.code == 0, done.err
    assert set(done.err.strip().splitlines()) == {
        "warning: empty: 1",
        "warning: contradictory: 2",
        "warning: not_vietnamese: 1",
        "warning: categories_too_few: 13",
    }
    assert "19 rows, written to" in done.out.replace("\n", " ")


def test_odd_rows_are_counted_when_measuring(command: Command, tmp_path: Path) -> None:
    odd = [NONE | {"text": text} for text in (small()[0]["text"], "", ENGLISH, LONG, LONG)]
    rows = written(tmp_path / "rows.jsonl", [*small(), *odd])
    done = command("evaluate", "risk", "--data", rows, "--json")
    assert done.code == 0
    assert json.loads(done.out)["n"] == 21
    told = {(row["reason"], row["rows"]) for row in map(json.loads, done.err.strip().splitlines())}
    assert told == {("empty", 1), ("contradictory", 2), ("repeated", 1), ("not_vietnamese", 1)}


def test_texts_that_are_empty_foreign_or_of_megabytes_are_analysed(command: Command, tmp_path: Path) -> None:
    assert len(LONG.encode()) > 5_000_000
    rows = written(tmp_path / "in.jsonl", [{"text": text} for text in ("", ENGLISH, LONG)])
    done = command("analyse", rows, tmp_path / "out.jsonl")
    assert done.code == 0, done.err
    judged = [json.loads(line)["analysis"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [one["relevant"] for one in judged[:2]] == [False, False]
    assert all(one["model"]["version"] for one in judged)


def damaged(folder: Path) -> None:
    content = bytearray((folder / linear.WEIGHTS).read_bytes())
    content[len(content) // 2] ^= 255
    (folder / linear.WEIGHTS).write_bytes(content)


def foreign(folder: Path) -> None:
    (folder / linear.CARD).write_text('{"model_type": "roberta"}')


def other_task(folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(PACKAGED / "sentiment", folder)


def without_thresholds(folder: Path) -> None:
    card = json.loads((folder / linear.CARD).read_text())
    card["heads"]["relevance"]["thresholds"] = []
    (folder / linear.CARD).write_text(json.dumps(card))


def unknown_category(folder: Path) -> None:
    card = json.loads((folder / linear.CARD).read_text())
    card["heads"]["categories"]["outputs"][0] = "robbery"
    (folder / linear.CARD).write_text(json.dumps(card))


def without_detail(folder: Path) -> None:
    card = json.loads((folder / linear.CARD).read_text())
    del card["blocks"]["detail"]
    (folder / linear.CARD).write_text(json.dumps(card))


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("a file")


HARM = [
    (damaged, "its content is not what the card says"),
    (foreign, "the model is not of the form langnghe-linear-1"),
    (other_task, "was trained for sentiment, not for risk"),
    (without_thresholds, "the head 'relevance' does not fit"),
    (unknown_category, "the head 'categories' does not fit"),
    (without_detail, "the model lacks 'detail'"),
    (no_folder, "no model can be read here"),
]


@pytest.mark.parametrize(("harm", "said"), HARM)
def test_a_model_that_cannot_serve_is_one_line_wherever_it_is_named(
    command: Command, tmp_path: Path, harm: Callable[[Path], None], said: str
) -> None:
    models = Path(shutil.copytree(PACKAGED, tmp_path / "models"))
    harm(models / "risk")
    rows = written(tmp_path / "rows.jsonl", small())
    evaluated = command("evaluate", "risk", "--data", rows, "--model", models / "risk")
    refused(evaluated, 1, said)
    promoted = command("models", "promote", models / "risk", "--data", rows, "--task", "risk")
    refused(promoted, 1, said)
    analysed = command("analyse", rows, tmp_path / "out.jsonl", "--model", models)
    refused(analysed, 1, said)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_model_that_cannot_be_written_is_one_line(command: Command, tmp_path: Path) -> None:
    rows = written(tmp_path / "rows.jsonl", small())
    (tmp_path / "file").write_text("in the way")
    done = command("train", "risk", "--data", rows, "--output", tmp_path / "file")
    assert done.code == 2
    assert "the model can't be written there" in done.err.strip().splitlines()[-1]


def test_an_export_trains_beside_other_files(command: Command, tmp_path: Path) -> None:
    from langnghe.labels import LabelRow

    exported = LabelRow.model_validate(
        {
            "id": "a",
            "content_hash": "h",
            "decided_at": "2026-11-18T05:00:00Z",
            "model": "langnghe-risk 1",
            "type": "article",
            "thread_title": "",
            "title": "Hai học sinh đuối nước",
            "lead": "",
            "text": "Cháu ••••• được đưa vào viện.",
            "relevant": True,
            "categories": ("accident",),
            "severity": 3,
            "kind": "incident",
            "kind_by": "model",
        }
    )
    export = tmp_path / "labels.jsonl"
    export.write_text(exported.model_dump_json() + "\n", "utf-8")
    other = written(tmp_path / "other.jsonl", invented(0, 20))
    done = command("train", "risk", "--data", export, "--data", other, "--output", tmp_path / "model")
    assert done.code == 0, done.err
    card = linear.load(tmp_path / "model").card
    assert [(source.name, source.rows) for source in card.data] == [("labels.jsonl", 1), ("other.jsonl", 56)]
    assert card.counts["rows"] == 57
