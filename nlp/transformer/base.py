"""The encoder that is fine-tuned: read from a folder or by a name, with its tokenizer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import transformers
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer

from core.errors import BadInput
from nlp.transformer.card import Marks
from nlp.transformer.phobert import phobert

# Of PhoBERT's vocabulary a large part are words of several syllables; of one made of syllables, none is.
WORDS = 0.05


@dataclass(frozen=True)
class Base:
    """An encoder to fine-tune; `segmented`: its vocabulary is of words joined by `_`."""

    name: str
    encoder: Any
    tokenizer: Tokenizer
    marks: Marks
    segmented: bool
    width: int


def load_base(base: str, longest: int) -> Base:
    """Return the encoder of a folder, or of a name that the libraries know where to find.

    Raises BadInput that names it, where there is none or its tokenizer can't be used without transformers.
    """
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    folder = Path(base)
    here = folder.is_dir()
    try:
        config = AutoConfig.from_pretrained(base, local_files_only=here)
        slow = AutoTokenizer.from_pretrained(base, local_files_only=here)
        # Attention written out exports to plain products, which ONNX Runtime reads best.
        encoder = AutoModel.from_pretrained(
            base, config=config, local_files_only=here, attn_implementation="eager"
        )
    except Exception as error:  # the libraries raise many kinds: for the network, the files, their contents
        raise BadInput(
            f"{base}: no encoder can be read; give a folder with config.json, weights and tokenizer, or a "
            "name that can be fetched from here"
        ) from error
    tokenizer = _tokenizer(base, slow)
    size, width = config.vocab_size, config.hidden_size
    # RoBERTa and its kin number positions from past the padding.
    room = int(getattr(config, "max_position_embeddings", longest + 2)) - 1 - int(slow.pad_token_id)
    marks = Marks(
        first=slow.cls_token_id,
        between=slow.sep_token_id,
        padding=slow.pad_token_id,
        unknown=slow.unk_token_id,
        hidden=slow.mask_token_id if slow.mask_token_id is not None else slow.unk_token_id,
        size=size,
        longest=min(longest, room),
    )
    name = folder.resolve().name if here else base
    return Base(name, encoder, tokenizer, marks, reads_words(tokenizer), width)


def reads_words(tokenizer: Tokenizer) -> bool:
    """Return whether a vocabulary is of words joined by `_` rather than of syllables."""
    names = tokenizer.get_vocab()
    return sum("_" in name.strip("_") for name in names) > WORDS * len(names)


def _tokenizer(base: str, slow: Any) -> Tokenizer:
    if slow.is_fast:
        return Tokenizer.from_str(slow.backend_tokenizer.to_str())
    files = [getattr(slow, name, None) for name in ("vocab_file", "merges_file")]
    if type(slow).__name__ != "PhobertTokenizer" or not all(files):
        raise BadInput(f"{base}: its tokenizer has no fast form (tokenizer.json), which serving needs")
    return phobert(Path(str(files[0])), Path(str(files[1])), str(slow.mask_token))
