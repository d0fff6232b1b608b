"""A second opinion on what a text is about: its likeness to texts that people judged.

A support vector machine (Cortes and Vapnik 1995) with a Gaussian kernel over `nlp.embedding`. It sees what
words do not show one by one; the linear model sees the single word that decides. Both together beat either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import Embedding, Floats
from nlp.features import Reading

Codes = NDArray[np.int8]

GAMMA = 0.7  # with ridge regression on such points F1 of news over five folds was 0.88, at 1.5 it was 0.86
LONGEST = 127  # a number of a vector, at most 1, is kept as so many 127ths


@dataclass(frozen=True)
class Kernel:
    """The judged texts that bear on others (`points`, 8-bit), and how much each speaks for yes."""

    points: Codes
    weights: Floats
    bias: float
    embedding: Embedding

    @cached_property
    def places(self) -> Floats:
        """The points as vectors."""
        return as_vectors(self.points)

    @cached_property
    def squares(self) -> Floats:
        """The squared lengths of the points: half of the cost of a score, were they found for each text."""
        return squared(self.places)

    def scores(self, readings: Sequence[Reading]) -> Floats:
        """Return the score of each reading, the same whatever it is read together with."""
        found = [
            # One at a time: products of whole batches add up in an order that hangs on their size.
            likeness(vector[None], self.places, self.squares)[0] @ self.weights
            for vector in self.embedding.vectors(readings)
        ]
        return np.asarray(np.array(found) + self.bias, dtype=np.float32)


def squared(vectors: Floats) -> Floats:
    """Return the squared length of each row."""
    return np.asarray((vectors**2).sum(axis=1), dtype=np.float32)


def likeness(some: Floats, others: Floats, squares: Floats) -> Floats:
    """Return the Gaussian kernel between the rows of two arrays; `squares` are `squared` of the others."""
    apart = squared(some)[:, None] + squares[None] - 2 * some @ others.T
    return np.asarray(np.exp(-GAMMA * np.maximum(apart, 0)), dtype=np.float32)


def coded(vectors: Floats) -> Codes:
    """Return vectors as they are kept."""
    return np.round(vectors * LONGEST).astype(np.int8)


def as_vectors(codes: Codes) -> Floats:
    """Return what `coded` vectors stand for."""
    return np.asarray(codes / np.float32(LONGEST), dtype=np.float32)
