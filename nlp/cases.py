"""Which labelled rows are of one case: they are learned from together or judged together, never split."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from nlp.features import Batch, Block, counts, grams
from nlp.rows import Row

ALIKE = 0.5  # Jaccard similarity of runs of three syllables; the same that near-duplicates begin at
FEW = 60  # texts; a run that more texts have tells no case from another
_RUNS = Block(
    unit="syllable", fields=("title", "lead", "text"), shortest=3, longest=3, scale=1, remark_scale=1
)


def cases(rows: Sequence[Row]) -> NDArray[np.int64]:
    """Return the number of each row's case.

    Rows under one title are of one case, and articles that share half of their runs of three syllables
    (Broder 1997, "On the resemblance and containment of documents"), and what is linked through others.
    """
    first: dict[str, int] = {}
    links = [(number, first.setdefault(row.group, number)) for number, row in enumerate(rows)]
    articles = [number for number, row in enumerate(rows) if not row.reading.remark]
    links += [(articles[a], articles[b]) for a, b in _alike([rows[number] for number in articles])]
    pairs = np.array(links, dtype=np.int64).reshape(-1, 2)
    graph = sparse.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(rows), len(rows)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _alike(rows: Sequence[Row]) -> NDArray[np.int64]:
    if not rows:
        return np.zeros((0, 2), dtype=np.int64)
    found = grams(_RUNS, 0, Batch([row.reading for row in rows]))
    has = counts(found, len(rows), np.unique(found.key))
    has.data[:] = 1
    runs = np.asarray(has.sum(axis=1)).ravel()
    texts = np.asarray(has.sum(axis=0)).ravel()
    shared = has[:, np.flatnonzero((texts > 1) & (texts <= FEW))]
    both = sparse.coo_array(sparse.triu(shared @ shared.T, k=1))
    alike = both.data >= ALIKE * (runs[both.row] + runs[both.col] - both.data)
    return np.column_stack((both.row[alike], both.col[alike])).astype(np.int64)
