"""Linear models as plain numbers: feature hashes, their document frequencies and weights, in one folder."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from scipy import sparse

from core.errors import BadModel
from nlp.card import FORMAT, Head, ModelCard, Sigmoid
from nlp.embedding import packaged
from nlp.features import Batch, Block, Grams, Keys, counts, grams, lengths, places, weigh
from nlp.kernel import Kernel

Floats = NDArray[np.float32]
CARD, WEIGHTS = "card.json", "weights.npz"


@dataclass(frozen=True)
class Table:
    """The features of one block that a model knows: sorted `keys`, their `idf`, a row of `weights` each."""

    block: Block
    salt: int
    keys: Keys
    idf: Floats
    weights: Floats

    def matrix(self, found: Grams, batch: Batch) -> sparse.csr_array:
        """Return the weighed features of a batch."""
        return weigh(counts(found, batch.size, self.keys), self.idf, lengths(self.block, batch))


@dataclass(frozen=True)
class Space:
    """Tables over the same outputs, and the `bias` of each output: scores are sums over all tables."""

    tables: tuple[Table, ...]
    bias: Floats

    def scores(self, batch: Batch) -> Floats:
        """Return the score of every output for every text of a batch: rows × outputs."""
        total: Floats = np.tile(self.bias, (batch.size, 1))
        for table in self.tables:
            total += table.matrix(grams(table.block, table.salt, batch), batch) @ table.weights
        return total


@dataclass(frozen=True)
class Model:
    """A trained model: its card, its spaces by name, and the hashes of the rows it was trained on."""

    card: ModelCard
    spaces: Mapping[str, Space]
    rows: NDArray[np.uint64]
    kernels: Mapping[str, Kernel] = field(default_factory=dict)

    def head(self, name: str) -> Head:
        """Return the head `name`. Raises BadModel where the model has none."""
        try:
            return self.card.heads[name]
        except KeyError as error:
            raise BadModel(
                f"model {self.card.name}: it has no head {name!r}; train it for another task"
            ) from error

    def trained_on(self, hashes: NDArray[np.uint64]) -> int:
        """Return how many of the hashed rows (`nlp.rows.row_hash`) were in the training set."""
        return int(np.isin(hashes, self.rows).sum())


def sigmoid(scores: Floats, scaling: Sigmoid, likely: Floats | None = None) -> Floats:
    """Return probabilities of `scores` by Platt's scaling, and of those of a kernel machine beside them."""
    logit = scaling.slope * scores + scaling.offset
    if likely is not None:
        logit = logit + scaling.kernel * likely
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -40, 40))), dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    """Return the probabilities of each row of scores, which add up to 1."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


def probabilities(heads: Mapping[str, Head], scores: Floats) -> dict[str, Floats]:
    """Return the probabilities of each head from raw scores, columns in the order of the heads."""
    low, result = 0, {}
    for name, head in heads.items():
        columns = scores[:, low : low + len(head.outputs)]
        low += len(head.outputs)
        if head.one_of:
            result[name] = softmax(columns)
        else:
            each = [sigmoid(columns[:, n], scaling) for n, scaling in enumerate(head.scaling)]
            result[name] = np.column_stack(each) if each else columns
    return result


def pack(spaces: Mapping[str, Space], kernels: Mapping[str, Kernel], rows: NDArray[np.uint64]) -> bytes:
    """Return the bytes of `weights.npz`; equal models give equal bytes on one version of Python."""
    arrays: dict[str, NDArray[np.generic]] = {"rows": rows}
    for name, space in spaces.items():
        arrays[f"{name}.bias"] = space.bias.astype(np.float32)
        for number, table in enumerate(space.tables):
            arrays[f"{name}.{number}.keys"] = table.keys
            arrays[f"{name}.{number}.idf"] = table.idf.astype(np.float16)
            arrays[f"{name}.{number}.weights"] = table.weights.astype(np.float16)
    for name, kernel in kernels.items():
        arrays[f"{name}.points"] = kernel.points
        arrays[f"{name}.likeness"] = np.append(kernel.weights, kernel.bias).astype(np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack(card: ModelCard, content: bytes) -> Model:
    """Return the model of a card and the bytes of its `weights.npz`. Raises BadModel for foreign arrays."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            spaces = {}
            for name, blocks in card.blocks.items():
                bias = arrays[f"{name}.bias"]
                tables = []
                for number, block in enumerate(blocks):
                    keys, idf, weights = (
                        arrays[f"{name}.{number}.{part}"] for part in ("keys", "idf", "weights")
                    )
                    if (
                        keys.dtype != np.uint32
                        or weights.shape != (len(keys), len(bias))
                        or idf.shape != keys.shape
                    ):
                        raise BadModel(
                            f"model {card.name}: array {name}.{number} has another shape; train it anew"
                        )
                    tables.append(
                        Table(block, number, keys, idf.astype(np.float32), weights.astype(np.float32))
                    )
                spaces[name] = Space(tuple(tables), bias.astype(np.float32))
            kernels = _kernels(card, arrays)
            return Model(card, spaces, arrays["rows"], kernels)
    except (KeyError, ValueError, OSError, BadZipFile, EOFError) as error:
        raise BadModel(f"model {card.name}: {WEIGHTS} can't be read; restore or train it anew") from error


def _kernels(card: ModelCard, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, Kernel]:
    names = [name for name in card.heads if f"{name}.points" in arrays]
    if names and card.embedding != packaged().digest:
        raise BadModel(f"model {card.name}: it was learned with another embedding; train it anew")
    found = {}
    for name in names:
        points, weights = arrays[f"{name}.points"], arrays[f"{name}.likeness"]
        if points.dtype != np.int8 or points.shape != (len(weights) - 1, 2 * len(packaged().step)):
            raise BadModel(f"model {card.name}: array {name}.points has another shape; train it anew")
        found[name] = Kernel(
            points.astype(np.int8), weights[:-1].astype(np.float32), float(weights[-1]), packaged()
        )
    return found


def save(model: Model, folder: Path) -> None:
    """Write a model folder; the card last, so that a half-written folder is not taken for a model."""
    folder.mkdir(parents=True, exist_ok=True)
    card_file = folder / CARD
    card_file.unlink(missing_ok=True)
    content = pack(model.spaces, model.kernels, model.rows)
    card = model.card.model_copy(update={"weights_sha256": sha256(content).hexdigest()})
    (folder / WEIGHTS).write_bytes(content)
    card_file.write_text(card.model_dump_json(indent=1) + "\n", "utf-8")


def load(folder: Path) -> Model:
    """Read a model folder. Raises BadModel for one that is missing, damaged or of another make."""
    try:
        raw = json.loads((folder / CARD).read_text("utf-8"))
        content = (folder / WEIGHTS).read_bytes()
    except (OSError, ValueError) as error:
        raise BadModel(f"{folder}: no model can be read here ({CARD} and {WEIGHTS} are needed)") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BadModel(f"{folder}: the model is not of the form {FORMAT}; train it with this version")
    try:
        card = ModelCard.model_validate(raw)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadModel(
            f"{folder / CARD}: the card is damaged at {where!r}; restore or train it anew"
        ) from error
    if sha256(content).hexdigest() != card.weights_sha256:
        raise BadModel(f"{folder / WEIGHTS}: its content is not what the card says; restore or train it anew")
    return unpack(card, content)


def shares(table: Table, batch: Batch) -> tuple[Grams, Floats]:
    """Return the known n-grams of a batch, and what each adds to every output: n-grams × outputs.

    An n-gram that occurs several times in a text shares its contribution evenly among its places.
    """
    found = grams(table.block, table.salt, batch)
    place, known = places(table.keys, found.key)
    found = found.where(known)
    place = place[known]
    times = counts(found, batch.size, table.keys)
    weighed = weigh(times, table.idf, lengths(table.block, batch))
    weighed.data = weighed.data / times.data
    value = np.asarray(weighed[found.row, place]).ravel() if len(place) else np.zeros(0)
    return found, np.asarray(value[:, None] * table.weights[place], dtype=np.float32)
