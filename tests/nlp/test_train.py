"""Training and evaluation on rows in the formats of the command line."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from core.errors import BadInput
from nlp import linear
from nlp.analyser import PACKAGED
from nlp.card import ModelCard
from nlp.evaluate import evaluate
from nlp.held_out import held_out
from nlp.rows import read
from nlp.task import Task
from nlp.train import LEAST, train

REPOSITORY = Path(__file__).parent.parent.parent
INVENTED = REPOSITORY / "langnghe" / "demo" / "site" / "invented.jsonl"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes rows as JSON lines and returns the file."""

    def to(rows: Sequence[dict[str, Any]], name: str = "rows.jsonl") -> Path:
        file = tmp_path / name
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        return file

    return to


def invented(number: int) -> list[dict[str, Any]]:
    """Every so many of the invented rows, of all makes."""
    lines = INVENTED.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines[:: len(lines) // number]]


GOOD = [
    "Bộ phim rất hay",
    "Món này ngon tuyệt",
    "Dịch vụ tốt, rất hài lòng",
    "Tuyệt vời, sẽ quay lại",
    "Hay và bổ ích",
]
BAD = ["Bộ phim quá dở", "Món này dở tệ", "Dịch vụ kém, thất vọng", "Tệ, không quay lại", "Dở và phí tiền"]
TONES = [
    {"text": text, "label": label}
    for label, texts in (("positive", GOOD), ("negative", BAD))
    for text in texts
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, ModelCard]:
    """A risk model trained on a few hundred invented texts: its data, its folder, its card."""
    folder = tmp_path_factory.mktemp("small")
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in invented(300)), "utf-8")
    return data, folder / "model", train(Task.RISK, [data], folder / "model")


def test_a_model_is_trained_from_labelled_rows_and_judges_them_well(
    small: tuple[Path, Path, ModelCard],
) -> None:
    data, folder, card = small
    figures = evaluate(Task.RISK, [data], folder)
    assert figures["relevance"]["f1"] > 0.95
    assert figures["categories"]["micro_f1"] > 0.85
    assert card.counts["rows"] == figures["n"]
    assert card == linear.load(folder).card


def test_training_again_gives_the_same_numbers(small: tuple[Path, Path, ModelCard], tmp_path: Path) -> None:
    data, _, card = small
    again = train(Task.RISK, [data], tmp_path / "again")
    assert again.weights_sha256 == card.weights_sha256
    assert again.heads == card.heads


def test_evaluation_has_the_shape_that_the_command_line_promises(small: tuple[Path, Path, ModelCard]) -> None:
    data, folder, _ = small
    figures = evaluate(Task.RISK, [data], folder)
    assert set(figures) == {"n", "relevance", "categories", "severity", "kind"}
    each = {"precision", "recall", "f1", "average_precision"}
    assert set(figures["relevance"]) == each | {
        "weighted",
        "recall_of_severity_3",
        "recall_of_severity_3_as_relevant",
        "possibly_grave",
        "expected_calibration_error",
    }
    assert set(figures["relevance"]["weighted"]) == each | {
        "recall_at_precision_0.7",
        "relevant_per_1000",
        "natural_relevance_per_1000",
    }
    assert set(figures["relevance"]["possibly_grave"]) == {"n", "relevant", "grave", "weighted"}
    assert set(figures["categories"]) == {"micro_f1", "macro_f1", "per_category"}
    assert "accuracy" in figures["severity"]
    assert "accuracy" in figures["kind"]
    json.dumps(figures)


def test_weighted_figures_are_null_where_no_news_has_weight(
    small: tuple[Path, Path, ModelCard], write: Write
) -> None:
    rows = [row | {"weight": 0} for row in invented(20)]
    assert evaluate(Task.RISK, [write(rows)], small[1])["relevance"]["weighted"] is None


def test_evaluation_warns_of_rows_that_the_model_was_trained_on(
    small: tuple[Path, Path, ModelCard], write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    data, folder, _ = small
    evaluate(Task.RISK, [data], folder)
    assert "trained on" in "".join(capsys.readouterr())
    fresh = write(
        [{"text": "Một câu chưa ai viết bao giờ cả", "relevant": False, "categories": [], "severity": 0}]
    )
    evaluate(Task.RISK, [fresh], folder)
    assert "trained on" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("task", [Task.SENTIMENT, Task.HOSTILITY])
def test_a_single_label_model_learns_from_json_lines_and_parquet_alike(
    task: Task, write: Write, tmp_path: Path
) -> None:
    table = tmp_path / "rows.parquet"
    parquet.write_table(pa.Table.from_pylist(TONES), table)
    one = train(task, [write(TONES)], tmp_path / "one")
    other = train(task, [table], tmp_path / "other")
    assert one.weights_sha256 == other.weights_sha256
    figures = evaluate(task, [table], tmp_path / "other")
    assert set(figures) == {"n", "accuracy", "macro_f1", "weighted_f1", "per_label"}
    assert figures["accuracy"] == 1.0


def test_labels_may_be_numbers_and_of_any_set(write: Write, tmp_path: Path) -> None:
    rows = [row | {"label": n % 3} for n, row in enumerate(TONES + TONES)]
    card = train(Task.HOSTILITY, [write(rows)], tmp_path / "model")
    assert card.heads["label"].outputs == ("0", "1", "2")


def test_progress_is_told_up_to_the_end(write: Write, tmp_path: Path) -> None:
    told: list[float] = []
    train(Task.SENTIMENT, [write(TONES)], tmp_path / "model", lambda _, share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


RELEVANT = {
    "text": "Bé bị đánh",
    "relevant": True,
    "categories": ["violence"],
    "severity": 2,
    "kind": "incident",
}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (RELEVANT | {"categories": ["robbery"]}, "robbery"),
        (RELEVANT | {"categories": "violence"}, "categories"),
        (RELEVANT | {"severity": 7}, "severity"),
        (RELEVANT | {"kind": "gossip"}, "gossip"),
        (RELEVANT | {"relevant": "maybe"}, "relevant"),
        (RELEVANT | {"relevant": False}, "not relevant"),
        (RELEVANT | {"severity": 0}, "severity"),
        (RELEVANT | {"weight": -1}, "weight"),
        (RELEVANT | {"text": 5}, "text"),
        ({"relevant": False}, "text"),
    ],
)
def test_a_wrong_risk_row_is_named_by_file_and_line(row: dict[str, Any], says: str, write: Write) -> None:
    file = write([RELEVANT, row])
    with pytest.raises(BadInput, match=says) as refused:
        read(Task.RISK, [file])
    assert str(file) in str(refused.value)
    assert "line 2" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("line", ["{", "[1]", '"text"', "[" * 100_000])
def test_a_line_that_is_no_object_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f"{json.dumps(TONES[0])}\n\n{line}\n", "utf-8")
    with pytest.raises(BadInput, match="line 3"):
        read(Task.SENTIMENT, [file])


@pytest.mark.parametrize(
    "row", [{"text": "a"}, {"label": "b"}, {"text": "a", "label": None}, {"text": "a", "label": ""}]
)
def test_a_single_label_row_needs_text_and_label(row: dict[str, Any], write: Write) -> None:
    with pytest.raises(BadInput, match="line 1"):
        read(Task.SENTIMENT, [write([row])])


@pytest.mark.parametrize(
    "name", ["missing.jsonl", "missing.parquet", "empty.jsonl", "no.parquet", "latin.jsonl"]
)
def test_a_file_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    if name == "empty.jsonl":
        (tmp_path / name).touch()
    if name in ("no.parquet", "latin.jsonl"):
        (tmp_path / name).write_bytes(b"caf\xe9")
    with pytest.raises(BadInput, match=name):
        read(Task.SENTIMENT, [tmp_path / name])


def test_a_class_with_too_few_rows_is_refused_and_counted(write: Write, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"negative: {LEAST - 1}"):
        train(Task.SENTIMENT, [write(TONES[:-1])], tmp_path / "model")
    with pytest.raises(BadInput, match="too few"):
        train(Task.RISK, [write([RELEVANT] * 9)], tmp_path / "model")


def test_empty_and_contradictory_rows_are_counted_warnings(write: Write, tmp_path: Path) -> None:
    odd = [{"text": " ", "label": "positive"}, TONES[0] | {"label": "negative"}]
    card = train(Task.SENTIMENT, [write(TONES + odd)], tmp_path / "model")
    assert card.warnings == {"empty": 1, "contradictory": 2}
    assert card.counts["rows"] == len(TONES) + 1


def test_a_category_with_too_few_rows_is_left_out_with_a_warning(tmp_path: Path, write: Write) -> None:
    fine = {"relevant": False, "categories": [], "severity": 0, "kind": "none"}
    rows = [RELEVANT | {"text": f"Bé bị đánh lần {n}"} for n in range(8)]
    rows += [{"text": f"Giá vàng tăng lần {n}"} | fine for n in range(8)]
    card = train(Task.RISK, [write(rows)], tmp_path / "model")
    assert card.heads["categories"].outputs == ("violence",)
    assert card.warnings["categories_too_few"] == 13
    assert evaluate(Task.RISK, [write(rows)], tmp_path / "model")["severity"]["accuracy"] == 1.0


def test_rows_without_any_category_still_train_the_other_heads(tmp_path: Path, write: Write) -> None:
    fine = {"relevant": False, "categories": [], "severity": 0, "kind": "none"}
    rows = [RELEVANT | {"text": f"Bé bị đánh lần {n}", "categories": []} for n in range(8)]
    rows += [{"text": f"Giá vàng tăng lần {n}"} | fine for n in range(8)]
    card = train(Task.RISK, [write(rows)], tmp_path / "model")
    assert card.heads["categories"].outputs == ()
    assert evaluate(Task.RISK, [write(rows)], tmp_path / "model")["kind"]["accuracy"] == 1.0


def test_each_case_is_held_out_once_and_never_on_both_sides(write: Write) -> None:
    rows = [
        RELEVANT | {"type": "comment", "title": f"Vụ thứ {n % 12}", "weight": 0 if n % 4 == 0 else 2}
        for n in range(48)
    ]
    every = read(Task.RISK, [write(rows)]).rows
    splits = list(held_out(every))
    unseen = [row for split in splits for row in split.unseen]
    assert sorted(row.where for row in unseen) == sorted(row.where for row in every if row.weight > 0)
    for split in splits:
        assert not {row.group for row in split.unseen} & {row.group for row in split.known}
    assert splits == list(held_out(every))


def test_the_packaged_models_know_which_texts_they_were_trained_on() -> None:
    from nlp.rows import row_hashes

    rows = read(Task.RISK, [INVENTED]).rows
    assert linear.load(PACKAGED / Task.RISK).trained_on(row_hashes(rows)) == len(
        {row.reading for row in rows}
    )
