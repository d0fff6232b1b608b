"""A tiny encoder and tokenizers, made here: no hub can be reached, and none needs to be.

These tests need the extra `transformer`; without it they are not collected (`make test-transformer` has it).
"""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import structlog

THERE = find_spec("torch") is not None
collect_ignore_glob = [] if THERE else ["test_*.py"]

INVENTED = Path(__file__).parents[3] / "langnghe" / "demo" / "site" / "invented.jsonl"
ROWS = [json.loads(line) for line in INVENTED.read_text("utf-8").splitlines()]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
OPTIONS = ("--epochs", "6", "--rate", "0.002", "--batch", "16", "--longest", "96")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Leave the machine to others."""
    import torch

    torch.set_num_threads(1)


def texts() -> list[str]:
    return [" ".join((row["title"], row["lead"], row["body"])) for row in ROWS[::3]]


def write_rows(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


def encoder_into(folder: Path, size: int) -> None:
    """Write a RoBERTa of two layers of 64 with random weights."""
    import torch
    from transformers import RobertaConfig, RobertaModel

    torch.manual_seed(1)
    config = RobertaConfig(
        vocab_size=size,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=130,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
    RobertaModel(config, add_pooling_layer=False).save_pretrained(folder)


@pytest.fixture(scope="session")
def syllables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder's folder with a vocabulary of pieces of syllables, as ViSoBERT's."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.normalizers import NFKC
    from tokenizers.pre_tokenizers import Metaspace
    from tokenizers.trainers import BpeTrainer
    from transformers import PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("syllables")
    tokenizer = Tokenizer(BPE(unk_token="<unk>"))
    tokenizer.normalizer = NFKC()
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.train_from_iterator(
        texts(), BpeTrainer(vocab_size=500, special_tokens=SPECIAL, show_progress=False)
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
    ).save_pretrained(folder)
    encoder_into(folder, tokenizer.get_vocab_size())
    return folder


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder's folder with the two files of PhoBERT's tokenizer, its vocabulary of segmented words."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.trainers import BpeTrainer

    from nlp.transformer.encoding import spelled

    folder = tmp_path_factory.mktemp("words")
    tokenizer = Tokenizer(BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    trainer = BpeTrainer(vocab_size=1500, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator([spelled(text)[0] for text in texts()[:150]], trainer)
    made = json.loads(tokenizer.to_str())["model"]
    pieces = [name[:-4] if name.endswith("</w>") else name + "@@" for name in made["vocab"]]
    pieces = [name for number, name in enumerate(pieces) if number % 17]  # as there, some are not kept
    (folder / "vocab.txt").write_text("".join(f"{name} 9\n" for name in pieces), "utf-8")
    (folder / "bpe.codes").write_text("".join(f"{' '.join(pair)} 9\n" for pair in made["merges"]), "utf-8")
    kind = {"tokenizer_class": "PhobertTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(kind), "utf-8")
    encoder_into(folder, 4 + len(pieces) + 1)
    config = json.loads((folder / "config.json").read_text("utf-8")) | kind
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder


@pytest.fixture(scope="session")
def trained(syllables: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Labelled rows, and a folder of models: risk by the command line, the others as they are packaged."""
    from typer.testing import CliRunner

    from langnghe.cli import app
    from nlp.analyser import PACKAGED

    folder = tmp_path_factory.mktemp("trained")
    data = write_rows(folder / "rows.jsonl", ROWS[::4])
    models = folder / "models"
    for task in ("sentiment", "hostility"):
        shutil.copytree(PACKAGED / task, models / task)
    arguments = ["train", "risk", "--data", str(data), "--output", str(models / "risk")]
    arguments += ["--engine", "transformer", "--base", str(syllables), *OPTIONS]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    structlog.reset_defaults()  # the command's output is closed
    return data, models
