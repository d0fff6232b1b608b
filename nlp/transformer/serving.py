"""Serving a transformer's folder by ONNX Runtime, without torch."""

import io
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from platform import machine
from types import ModuleType
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from core.contracts import Span
from core.errors import BadModel, MissingPart
from nlp.card import Head
from nlp.features import Reading
from nlp.linear import Floats, probabilities
from nlp.risk import CATEGORIES, KIND, RELEVANCE, SEVERITY, Details, Judgement, irrelevant, relevant
from nlp.transformer.card import CARD, FORMAT, MODEL, ROWS, TOKENIZER, TransformerCard
from nlp.transformer.encoding import Encoded, Encoder, by_length, padded
from nlp.transformer.evidence import occlusion

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

TOKENS = 1024  # read at once: with more, what lies between two layers no longer fits the processor's cache
# Fused, these are slower than their parts: 8 texts of 256 tokens take 617 ms and not 311 with 6 layers of 384
# on one core (ONNX Runtime 1.32).
SLOW = ["SkipLayerNormFusion", "BiasGeluFusion"]
# On x86 without VNNI sums of products of bytes can overflow; so set, ONNX Runtime reads weights as unsigned,
# which is slower and gives the same scores everywhere.
SAFE = "session.x64quantprecision"
MISSING = 'a transformer needs more to be installed: pip install "langnghe[transformer]"'


class Served:
    """A fine-tuned encoder: judges, explains and tells the tone of texts. Loaded once, the same each time."""

    def __init__(
        self, card: TransformerCard, session: "InferenceSession", encoder: Encoder, rows: NDArray[np.uint64]
    ) -> None:
        self.card, self.session, self.encoder, self.rows = card, session, encoder, rows

    def head(self, name: str) -> Head:
        """Return the head `name`. Raises BadModel where the model has none."""
        if name not in self.card.heads:
            raise BadModel(
                f"model {self.card.name}: it has no head {name!r}; it was trained for {self.card.task}"
            )
        return self.card.heads[name]

    def trained_on(self, hashes: NDArray[np.uint64]) -> int:
        """Return how many of the hashed rows (`nlp.rows.row_hash`) were in the training set."""
        return int(np.isin(hashes, self.rows).sum())

    def scores(self, texts: Sequence[Encoded]) -> Floats:
        """Return raw scores of encoded texts, in order, read in batches of like length: texts × outputs."""
        total = sum(len(head.outputs) for head in self.card.heads.values())
        result = np.zeros((len(texts), total), dtype=np.float32)
        for batch in by_length([len(text) for text in texts], TOKENS):
            ids, mask = padded([texts[number] for number in batch], self.card.marks.padding)
            found = self.session.run(None, {"input_ids": ids, "attention_mask": mask})
            result[batch] = found[0]
        return result

    def answers(self, readings: Sequence[Reading]) -> dict[str, Floats]:
        """Return the probabilities of each head for each text: texts × outputs."""
        return probabilities(self.card.heads, self.scores(self.encoder.encode(readings)))

    def judge(self, readings: Sequence[Reading]) -> list[Judgement]:
        """Judge texts, all heads at once."""
        found = self.answers(readings)
        threshold = self.head(RELEVANCE).thresholds[0]
        return [
            relevant(self, float(value), _details(found), row)
            if value >= threshold
            else irrelevant(self, float(value), found[SEVERITY][row])
            for row, value in enumerate(found[RELEVANCE][:, 0])
        ]

    def details(self, readings: Sequence[Reading]) -> Details:
        """Return the probabilities of categories, severity and kind of each text, were it relevant."""
        return _details(self.answers(readings))

    def evidence(self, readings: Sequence[Reading], given: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        """Return the evidence of each text for the categories `given` to it."""
        names = list(self.card.heads)
        before = sum(len(self.card.heads[name].outputs) for name in names[: names.index(CATEGORIES)])
        columns = {code: before + n for n, code in enumerate(self.head(CATEGORIES).outputs)}
        hide = self.card.marks.hidden
        return [
            occlusion(one, encoded, [(code, columns[code]) for code in codes], hide, self.scores)
            for one, encoded, codes in zip(readings, self.encoder.encode(readings), given, strict=True)
        ]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return the probability of each label of a single-label model for each text: texts × labels."""
        (name,) = self.card.heads
        return self.answers([Reading(text=text, remark=True) for text in texts])[name]


def _details(found: dict[str, Floats]) -> Details:
    return Details(found[CATEGORIES], found[SEVERITY], found[KIND])


def libraries() -> tuple[ModuleType, ModuleType]:
    """Return `onnxruntime` and `tokenizers`. Raises MissingPart where they are not installed."""
    try:
        import onnxruntime
        import tokenizers
    except ImportError as error:
        raise MissingPart(MISSING) from error
    return onnxruntime, tokenizers


def exact_products() -> bool:
    """Return whether the processor adds products of bytes without overflow; where it can't be told: no."""
    if machine().lower() not in ("x86_64", "amd64"):
        return True
    try:
        flags = set(Path("/proc/cpuinfo").read_text("utf-8").split())
    except (OSError, UnicodeDecodeError):
        return False
    return bool(flags & {"avx_vnni", "avx512_vnni"})


def open_session(content: bytes, threads: int = 0) -> "InferenceSession":
    """Return a session for the bytes of a model, on so many `threads` (0: one for each core).

    Raises MissingPart without ONNX Runtime.
    """
    onnxruntime, _ = libraries()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    if not exact_products():
        options.add_session_config_entry(SAFE, "1")
    return onnxruntime.InferenceSession(
        content, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW
    )


def serve(card: TransformerCard, model: bytes, tokenizer: str, rows: NDArray[np.uint64]) -> Served:
    """Return a transformer from the contents of its files. Raises BadModel for ones of another make."""
    _, tokenizers = libraries()
    session = open_session(model)
    encoder = Encoder(tokenizers.Tokenizer.from_str(tokenizer), card.marks, segmented=card.segmented)
    found = Served(card, session, encoder, rows)
    found.scores(encoder.encode([Reading(text="a")]))
    return found


def load(folder: Path) -> Served:
    """Read a transformer's folder. Raises BadModel where damaged or of another make, and MissingPart."""
    try:
        raw = json.loads((folder / CARD).read_text("utf-8"))
        contents = {name: (folder / name).read_bytes() for name in (MODEL, TOKENIZER, ROWS)}
    except (OSError, ValueError) as error:
        raise BadModel(
            f"{folder}: no transformer can be read here ({CARD}, {MODEL}, {TOKENIZER}, {ROWS} are needed)"
        ) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BadModel(f"{folder}: the model is not of the form {FORMAT}; train it with this version")
    try:
        card = TransformerCard.model_validate(raw)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadModel(f"{folder / CARD}: the card is damaged at {where!r}; restore or train anew") from error
    for name, content in contents.items():
        if sha256(content).hexdigest() != card.sha256.get(name):
            raise BadModel(f"{folder / name}: its content is not what the card says; restore or train anew")
    try:
        rows = np.load(io.BytesIO(contents[ROWS]), allow_pickle=False)
        return serve(card, contents[MODEL], contents[TOKENIZER].decode(), cast(NDArray[np.uint64], rows))
    except MissingPart:
        raise
    except Exception as error:  # the libraries raise their own kinds, some of them plain Exception
        raise BadModel(f"{folder}: its files can't be used together; restore or train anew") from error
