"""Model folders: numbers and cards only, whole or refused."""

import json
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadModel
from core.taxonomy import taxonomy
from nlp import linear
from nlp.analyser import PACKAGED, Analyser
from nlp.card import FORMAT
from nlp.features import FIELDS
from nlp.project_rows import COMMENTS, INVENTED, LABELS, labelled_file, own_file
from nlp.task import Task

MEGABYTES = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packaged models that a test may spoil."""
    return Path(shutil.copytree(PACKAGED, tmp_path / "models"))


def strings(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {str(key) for key in value} | {text for part in value.values() for text in strings(part)}
    if isinstance(value, list):
        return {text for part in value for text in strings(part)}
    return {value} if isinstance(value, str) else set()


def test_every_string_in_the_package_is_one_of_ours_and_none_is_of_a_training_text() -> None:
    ours = {
        *taxonomy().codes,
        *FIELDS,
        *(str(task) for task in Task),
        *(f"langnghe-{task}" for task in Task),
        *(str(kind) for kind in taxonomy().kind),
        *(str(tone) for tone in taxonomy().sentiment),
        *("0", "1", "2", "3", "clean", "toxic", "relevant", "syllable", "character"),
        *(FORMAT, LABELS, INVENTED, COMMENTS, own_file().name, labelled_file().name),
        *("reference", "article", "remark", "edges", "flagged", "unknown", "not_vietnamese"),
        *("format", "task", "name", "version", "trained_on", "seed", "blocks", "heads", "data", "counts"),
        "lane",
        *("figures", "warnings", "weights_sha256", "unit", "fields", "shortest", "longest", "scale"),
        *(
            "remark_scale",
            "outputs",
            "one_of",
            "scaling",
            "thresholds",
            "shares",
            "slope",
            "offset",
            "remark",
        ),
        *(
            "sha256",
            "rows",
            "texts",
            "empty",
            "contradictory",
            "categories_too_few",
            "cross_fit_relevance_f1",
        ),
        *("embedding", "kernel", "points", "likeness"),
        *("screen", "detail", "label", "relevance", "categories", "severity", "kind"),
    }
    for task in Task:
        card = json.loads((PACKAGED / task / linear.CARD).read_text("utf-8"))
        hashes = {card["weights_sha256"], card["version"], card["trained_on"], card["embedding"]} | {
            s["sha256"] for s in card["data"]
        }
        assert strings(card) - hashes <= ours
        with np.load(PACKAGED / task / linear.WEIGHTS, allow_pickle=False) as arrays:
            assert all(array.dtype.kind in "fui" for array in arrays.values())
            assert all(set(name.split(".")) <= ours | {"keys", "idf", "weights", "bias"} for name in arrays)
    assert {file.name for file in PACKAGED.rglob("*") if file.is_file()} == {
        "card.json",
        "weights.npz",
        "embedding.npz",
        "README.md",
    }


def test_the_package_is_small_and_loads_in_under_a_second() -> None:
    assert sum(file.stat().st_size for file in PACKAGED.rglob("*") if file.is_file()) < 30 * MEGABYTES
    Analyser.load()
    start = time.process_time()
    Analyser.load()
    assert time.process_time() - start < 1.0


def test_a_saved_model_is_loaded_as_it_was(tmp_path: Path) -> None:
    model = linear.load(PACKAGED / Task.SENTIMENT)
    linear.save(model, tmp_path / "copy")
    copy = linear.load(tmp_path / "copy")
    assert linear.pack(copy.spaces, copy.kernels, copy.rows) == linear.pack(
        model.spaces, model.kernels, model.rows
    )
    tie = {"weights_sha256"}  # of the file's bytes, which another version of Python packs otherwise
    assert copy.card.model_dump(exclude=tie) == model.card.model_dump(exclude=tie)


def spoil_weights(folder: Path) -> None:
    content = bytearray((folder / "risk" / linear.WEIGHTS).read_bytes())
    content[len(content) // 2] ^= 255
    (folder / "risk" / linear.WEIGHTS).write_bytes(content)


def cut_weights(folder: Path) -> None:
    content = (folder / "risk" / linear.WEIGHTS).read_bytes()
    (folder / "risk" / linear.WEIGHTS).write_bytes(content[:1000])


def drop_card(folder: Path) -> None:
    (folder / "hostility" / linear.CARD).unlink()


def foreign_card(folder: Path) -> None:
    (folder / "risk" / linear.CARD).write_text('{"model_type": "roberta"}', "utf-8")


def list_card(folder: Path) -> None:
    (folder / "risk" / linear.CARD).write_text("[1, 2]", "utf-8")


def spoil_card(folder: Path) -> None:
    file = folder / "risk" / linear.CARD
    file.write_text(file.read_text("utf-8").replace('"seed": 111', '"seed": "many"'), "utf-8")


def swap_tasks(folder: Path) -> None:
    shutil.rmtree(folder / "hostility")
    shutil.copytree(folder / "sentiment", folder / "hostility")


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "harm",
    [spoil_weights, cut_weights, drop_card, foreign_card, list_card, spoil_card, swap_tasks, no_folder],
)
def test_a_damaged_or_foreign_folder_is_refused_with_one_plain_line(folder: Path, harm: Any) -> None:
    harm(folder)
    with pytest.raises(BadModel) as refused:
        Analyser.load(folder)
    assert "\n" not in str(refused.value)


def test_weights_of_another_make_are_refused_though_the_card_vouches_for_them(folder: Path) -> None:
    from hashlib import sha256

    weights, card = folder / "risk" / linear.WEIGHTS, folder / "risk" / linear.CARD
    for content in (b"no archive", _archive({"rows.npy": b"not an array"}), _archive({})):
        before = json.loads(card.read_text("utf-8"))
        weights.write_bytes(content)
        card.write_text(json.dumps(before | {"weights_sha256": sha256(content).hexdigest()}), "utf-8")
        with pytest.raises(BadModel):
            linear.load(folder / "risk")


def _archive(files: dict[str, bytes]) -> bytes:
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_model_learned_with_another_embedding_is_refused(folder: Path) -> None:
    card_file = folder / "risk" / linear.CARD
    card = json.loads(card_file.read_text("utf-8")) | {"embedding": "0" * 64}
    card_file.write_text(json.dumps(card), "utf-8")
    with pytest.raises(BadModel, match="another embedding"):
        Analyser.load(folder)
