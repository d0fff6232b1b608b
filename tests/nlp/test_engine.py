"""Model folders of any engine, and what is said where an engine's libraries are missing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.errors import BadUsage, MissingPart
from langnghe.cli import app
from nlp.engine import load
from nlp.transformer.card import CARD, FORMAT

LEAN = """
import sys
from nlp.analyser import Analyser
Analyser.load()
heavy = {"torch", "transformers", "onnx", "onnxruntime", "tokenizers"} & set(sys.modules)
sys.exit(f"imported: {heavy}" if heavy else 0)
"""


def test_linear_models_need_no_library_of_transformers() -> None:
    subprocess.run([sys.executable, "-c", LEAN], check=True, timeout=120)


@pytest.mark.parametrize("missing", ["tokenizers", "onnxruntime"])
def test_a_transformer_names_what_to_install(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nlp.transformer import serving

    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingPart, match=r"pip install \"langnghe\[transformer\]\"") as refused:
        serving.libraries()
    assert "\n" not in str(refused.value)


def test_training_one_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nlp.transformer.training", None)
    arguments = [
        "train",
        "risk",
        "--data",
        "rows.jsonl",
        "--output",
        str(tmp_path),
        "--engine",
        "transformer",
    ]
    with pytest.raises(MissingPart, match=r"langnghe\[transformer\]"):
        CliRunner().invoke(app, [*arguments, "--base", "folder"], catch_exceptions=False)
    with pytest.raises(BadUsage, match="--base"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_a_folder_of_the_other_form_is_read_by_its_engine(tmp_path: Path) -> None:
    from core.errors import BadModel

    (tmp_path / CARD).write_text(json.dumps({"format": FORMAT}))
    with pytest.raises((BadModel, MissingPart)):
        load(tmp_path)
