"""Where a text lies among all news: what it is about, learned from unlabelled articles.

Latent semantic analysis (Deerwester et al. 1990): a text is its TF-IDF of syllables and pairs, brought to a
few directions in which most articles differ. Diacritics are folded first, so that a text without them lies
where it would with them. `make models` learns the packaged one from `news.parquet`.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.errors import BadModel
from nlp.features import Batch, Block, Keys, Reading, counts, grams, lengths, weigh
from nlp.rows import raw_rows, reading_of

Floats = NDArray[np.float32]

NAME = "embedding.npz"
FILE = f"models/{NAME}"
# The whole text, and what stands above it: both are embedded, side by side.
WHOLE = Block(
    unit="syllable",
    fields=("thread_title", "title", "lead", "text"),
    shortest=1,
    longest=2,
    scale=1,
    remark_scale=1,
)
HEAD = WHOLE.model_copy(update={"fields": ("thread_title", "title", "lead")})
# Directions, and n-grams: those with the longest vectors. They keep the file at 4 MB. 300 directions of
# 120,000 n-grams on 10,900 rows and these on 12,500 gave the same F1 of news over five folds, 0.905.
SIZE, KNOWN = 200, 40_000
LEAST, MOST = 15, 0.5  # an n-gram of fewer articles, or of a greater share of them, is not learned
SEED = 111
PART = 1000


@dataclass(frozen=True)
class Embedding:
    """Sorted `keys` of n-grams, their `idf`, and a vector for each: `codes` (8-bit) times `step`."""

    keys: Keys
    idf: Floats
    codes: NDArray[np.int8]
    step: Floats
    digest: str

    def vectors(self, readings: Sequence[Reading]) -> Floats:
        """Return a row for each reading: 2 × SIZE numbers, the halves of length 1 (or 0)."""
        parts = [self._part(readings[low : low + PART]) for low in range(0, len(readings), PART)]
        return np.concatenate(parts) if parts else np.zeros((0, 2 * len(self.step)), dtype=np.float32)

    def _part(self, readings: Sequence[Reading]) -> Floats:
        batch = Batch([reading.bare() for reading in readings])
        return np.hstack([self._project(block, batch) for block in (WHOLE, HEAD)])

    def _project(self, block: Block, batch: Batch) -> Floats:
        found = counts(grams(block, 0, batch), batch.size, self.keys)
        weighed = weigh(found, self.idf, lengths(block, batch))
        used = np.unique(weighed.indices)
        place = np.asarray(weighed[:, used] @ self.codes[used].astype(np.float32)) * self.step
        length = np.linalg.norm(place, axis=1, keepdims=True)
        return np.asarray(place / np.where(length > 0, length, 1), dtype=np.float32)


@cache
def packaged() -> Embedding:
    """Return the packaged embedding. Raises BadModel where it can't be read."""
    content = files("nlp").joinpath(FILE).read_bytes()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            keys, idf, codes, step = (arrays[name] for name in ("keys", "idf", "codes", "step"))
    except (KeyError, ValueError, OSError) as error:
        raise BadModel(f"{FILE}: the embedding can't be read; install the package anew") from error
    return Embedding(keys, idf.astype(np.float32), codes, step, sha256(content).hexdigest())


def learned(readings: Sequence[Reading]) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of an embedding of `readings`, by randomised SVD (Halko et al. 2011)."""
    from sklearn.utils.extmath import randomized_svd

    founds = [
        grams(WHOLE, 0, Batch([reading.bare() for reading in readings[low : low + PART]]))
        for low in range(0, len(readings), PART)
    ]
    every = [np.unique((f.key.astype(np.uint64) << np.uint64(32)) | f.row.astype(np.uint64)) for f in founds]
    found_keys = np.concatenate([pairs >> np.uint64(32) for pairs in every])
    keys, texts_of = np.unique(found_keys, return_counts=True)
    chosen = (texts_of >= LEAST) & (texts_of <= MOST * len(readings))
    keys, texts_of = keys[chosen].astype(np.uint32), texts_of[chosen]
    idf = (np.log((1 + len(readings)) / (1 + texts_of)) + 1).astype(np.float32)
    ones = np.ones(PART, dtype=np.float32)
    matrix = sparse.csr_array(
        sparse.vstack(
            [
                weigh(counts(found, size, keys), idf, ones[:size])
                for found, size in zip(founds, _sizes(len(readings)), strict=True)
            ]
        )
    )
    _, _, directions = randomized_svd(matrix, SIZE, n_iter=3, random_state=SEED)
    kept = np.sort(np.argsort(-np.linalg.norm(directions, axis=0))[:KNOWN])
    vectors = directions[:, kept].T
    step = (np.abs(vectors).max(axis=0) / 127).astype(np.float32)
    return {
        "keys": keys[kept],
        "idf": idf[kept].astype(np.float16),
        "codes": np.round(vectors / step).astype(np.int8),
        "step": step,
    }


def _sizes(total: int) -> list[int]:
    return [min(PART, total - low) for low in range(0, total, PART)]


def build(data_dir: Path, output: Path) -> str:
    """Learn the embedding from `news.parquet` of a folder, write it, say how large it is. Raises BadInput."""
    readings = [reading_of(raw, where) for raw, where in raw_rows(data_dir / "news.parquet")]
    output.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(output, allow_pickle=False, **learned(readings))
    packaged.cache_clear()
    return f"{output.name}: {output.stat().st_size / 2**20:.1f} MB from {len(readings)} articles"
