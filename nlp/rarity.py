"""How telling pairs of words are, by hash: `rarity.npy`, one byte for each of 2**17 hashes.

A pair tells one case from another when it is rare in news and rare in news about risks to children: "dây
rốn" is rare in news, but stands in every text about an abandoned child. `python -m nlp.rarity DATA-FOLDER`
makes the file anew from `news.parquet` and the relevant news of `labels.jsonl`. Several pairs share a hash,
so that none can be read back from it, nor a name from what is kept of a text.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp import labelled
from nlp.rows import raw_rows
from nlp.terms import HASHES, terms

FILE = "rarity.npy"


@cache
def rarity() -> NDArray[np.float64]:
    """Return for each hash of a pair of words how telling it is: 0 in every text, 1 in none."""
    with files("nlp").joinpath(FILE).open("rb") as file:
        found: NDArray[np.uint8] = np.load(file, allow_pickle=False)
    return found / 255


def counted(data_dir: Path) -> NDArray[np.uint8]:
    """Return the table: the product of both inverse document frequencies, the greatest as 255.

    Texts whose stories are labelled are left out, so that they can be measured by. Raises BadInput.
    """
    relevant = (
        (raw, where)
        for raw, where in raw_rows(data_dir / "labels.jsonl")
        if raw["type"] == "news" and raw["relevant"]
    )
    product = _inverse(raw_rows(data_dir / "news.parquet")) * _inverse(relevant)
    scaled: NDArray[np.uint8] = np.round(255 * product).astype(np.uint8)
    return scaled


def _inverse(rows: Iterable[tuple[Mapping[str, object], str]]) -> NDArray[np.float64]:
    """Return the inverse document frequencies (logarithms) of all terms, the greatest as 1."""
    measured = {row["id"] for row in labelled.labels("stories")}
    texts = np.zeros(HASHES, dtype=np.int64)
    number = 0
    for raw, where in rows:
        if raw["id"] not in measured:
            texts[list({term.hash for term in terms(labelled.page(raw, where))})] += 1
            number += 1
    inverse: NDArray[np.float64] = np.log((number + 1) / (texts + 1)) / np.log(number + 1)
    return inverse


def _written(data_dir: Path) -> Iterator[str]:
    table = counted(data_dir)
    np.save(Path(__file__).with_name(FILE), table)
    yield f"{FILE}: {table.nbytes / 2**10:.0f} KB"


if __name__ == "__main__":
    sys.exit(labelled.command("nlp.rarity", sys.argv[1:], _written))
