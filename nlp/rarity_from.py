"""How telling pairs of words are, counted in the data folder's news: makes `rarity.npy` (`nlp.rarity`)."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp import labelled
from nlp.rarity import FILE
from nlp.rows import raw_rows
from nlp.terms import HASHES, terms


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
    sys.exit(labelled.command("nlp.rarity_from", sys.argv[1:], _written))
