"""PhoBERT's tokenizer, which comes as two text files, as one that needs no transformers to run."""

from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import WhitespaceSplit

VOCABULARY, MERGES = "vocab.txt", "bpe.codes"
FIRST = ("<s>", "<pad>", "</s>", "<unk>")
END, MORE = "</w>", "@@"


def phobert(vocabulary: Path, merges: Path, mask: str = "<mask>") -> Tokenizer:
    """Return the tokenizer of `vocab.txt` (lines: piece, count) and `bpe.codes` (lines: two parts, count).

    There a piece that goes on ends in `@@`; here one that ends a word ends in `</w>`. What the merges make on
    the way and the vocabulary lacks gets numbers past its end, which are then read as unknown.
    """
    pieces = [line.rsplit(" ", 1)[0].strip() for line in vocabulary.read_text("utf-8").splitlines()]
    named = {name: number for number, name in enumerate((*FIRST, *pieces))}
    numbers = {_ending(name) if number >= len(FIRST) else name: number for name, number in named.items()}
    numbers.setdefault(mask, len(named))
    pairs = [
        (left, right)
        for left, right, *_ in (
            line.split() for line in merges.read_text("utf-8").splitlines() if line.strip()
        )
    ]
    for left, right in pairs:
        for name in (left, right, left + right):
            numbers.setdefault(name, len(numbers))
    tokenizer = Tokenizer(BPE(vocab=numbers, merges=pairs, unk_token=FIRST[-1], end_of_word_suffix=END))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer


def _ending(piece: str) -> str:
    return piece.removesuffix(MORE) if piece.endswith(MORE) else piece + END
