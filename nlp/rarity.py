"""How telling pairs of words are, by hash: `rarity.npy`, one byte for each of 2**17 hashes.

A pair tells one case from another when it is rare in news and rare in news about risks to children: "dây
rốn" is rare in news, but stands in every text about an abandoned child. `nlp.rarity_from` makes the file
anew from `news.parquet` and the relevant news of `labels.jsonl`. Several pairs share a hash,
so that none can be read back from it, nor a name from what is kept of a text.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

FILE = "rarity.npy"


@cache
def rarity() -> NDArray[np.float64]:
    """Return for each hash of a pair of words how telling it is: 0 in every text, 1 in none."""
    with files("nlp").joinpath(FILE).open("rb") as file:
        found: NDArray[np.uint8] = np.load(file, allow_pickle=False)
    return found / 255
