"""Fitting linear models. scikit-learn is needed here only: the extra `train`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import brentq

from nlp.card import Sigmoid
from nlp.embedding import packaged
from nlp.features import Batch, Block, Keys, counts, grams, lengths, weigh
from nlp.kernel import Kernel, as_vectors, coded, likeness, squared
from nlp.linear import Floats, Space, Table

Numbers = NDArray[np.int64]
Truths = NDArray[np.bool_]
Progress = Callable[[str, float], None]

# Inverse strength of the L2 penalty. For relevance, F1 over five folds by words alone was 0.906 (news) and
# 0.954 (comments) at 30, 0.904 and 0.939 at 100; for the other heads, 3 and 10 differed by less than 0.01.
STRENGTH, SCREEN_STRENGTH, TONE_STRENGTH = 10.0, 30.0, 3.0
TOLERANCE = 1e-4  # at 1e-3 the fits stop too early: F1 of news 0.87 by words alone, not 0.90 (five folds)
ITERATIONS = 5000  # far more than any fit needs
# An n-gram of fewer texts is not learned. Each text is there twice (`nlp.train.copies`), so a word
# without diacritics counts twice.
MIN_TEXTS, TONE_MIN_TEXTS = 4, 3
KERNEL_COST = 10.0
# Of the texts that both scores together would flag, the share that the screen may keep from being read on.
MISSED = 0.002
# Of the grave texts, the share that should be relevant or possibly grave. 0.97 is what the project asks for.
GRAVE_RECALL = 0.975
# No text less likely to be grave than this is worth a look: with few grave rows to go by, all would be.
LANE_LEAST = 0.02
FOLDS = 5


@dataclass(frozen=True)
class Counted:
    """The raw counts of one block's n-grams over all training texts."""

    block: Block
    salt: int
    keys: Keys
    matrix: sparse.csr_array
    length: Floats

    def weighed(self, known: Numbers) -> tuple[Floats, sparse.csr_array]:
        """Return the idf of the rows `known` (smoothed, as scikit-learn's), and all rows weighed by it."""
        seen = np.bincount(self.matrix[known].indices, minlength=len(self.keys))
        idf = (np.log((1 + len(known)) / (1 + seen)) + 1).astype(np.float32)
        return idf, weigh(self.matrix, idf, self.length)


def count(blocks: Sequence[Block], batch: Batch, least: int = MIN_TEXTS) -> list[Counted]:
    """Count the n-grams of all blocks that at least `least` texts have."""
    counted = []
    for salt, block in enumerate(blocks):
        found = grams(block, salt, batch)
        pairs = np.unique((found.key.astype(np.uint64) << np.uint64(32)) | found.row.astype(np.uint64))
        keys, texts = np.unique((pairs >> np.uint64(32)).astype(np.uint32), return_counts=True)
        keys = keys[texts >= least]
        counted.append(Counted(block, salt, keys, counts(found, batch.size, keys), lengths(block, batch)))
    return counted


@dataclass(frozen=True)
class Fitted:
    """What a fit gives: idf of each block, weights of all features, bias, and the scores of all rows."""

    idf: list[Floats]
    weights: Floats
    bias: Floats
    scores: Floats


Solver = Callable[[sparse.csr_array, Numbers], tuple[Floats, Floats]]


def fit(counted: Sequence[Counted], known: Numbers, solve: Solver) -> Fitted:
    """Fit on the rows `known` and score all rows; `solve` returns weights (features × outputs) and bias."""
    parts = [block.weighed(known) for block in counted]
    matrix = sparse.csr_array(sparse.hstack([weighed for _, weighed in parts]))
    weights, bias = solve(matrix[known], known)
    return Fitted([idf for idf, _ in parts], weights, bias, np.asarray(matrix @ weights + bias))


def cross_fit(
    counted: Sequence[Counted],
    groups: Numbers,
    solve: Solver,
    tick: Callable[[], None],
    learned: Truths | None = None,
) -> Floats:
    """Return scores of every row by models that did not see its group, over FOLDS folds.

    With `learned` they learn from those rows only.
    """
    scores: Floats | None = None
    for known, unseen in _folds(groups):
        fitted = fit(counted, known if learned is None else known[learned[known]], solve)
        if scores is None:
            scores = np.zeros_like(fitted.scores)
        scores[unseen] = fitted.scores[unseen]
        tick()
    assert scores is not None
    return scores


def _folds(groups: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield the rows to learn from and those to score, FOLDS times; no group is in both."""
    from sklearn.model_selection import GroupKFold

    if len(np.unique(groups)) < 2:  # all rows are of one case: better its own texts than none
        groups = np.arange(len(groups))
    folds = min(FOLDS, len(np.unique(groups)))
    yield from GroupKFold(folds).split(groups, groups=groups)


def space(counted: Sequence[Counted], fitted: Fitted) -> Space:
    """Return the fitted weights as a space of a model; features that no output uses are left out."""
    tables, low = [], 0
    for block, idf in zip(counted, fitted.idf, strict=True):
        weights = fitted.weights[low : low + len(block.keys)]
        low += len(block.keys)
        tables.append(Table(block.block, block.salt, block.keys, idf, weights.astype(np.float32)))
    return Space(tuple(tables), fitted.bias.astype(np.float32))


def yes_or_no(truths: Truths, strength: float = STRENGTH) -> Solver:
    """Return a solver of one balanced logistic regression per column of `truths` (rows × outputs)."""
    from sklearn.linear_model import LogisticRegression

    def solve(matrix: sparse.csr_array, known: Numbers) -> tuple[Floats, Floats]:
        weights = np.zeros((matrix.shape[1], truths.shape[1]), dtype=np.float32)
        bias = np.full(truths.shape[1], -10.0, dtype=np.float32)
        for output in range(truths.shape[1]):
            truth = truths[known, output]
            if truth.all() or not truth.any():
                bias[output] = 10.0 if truth.all() else -10.0
                continue
            model = LogisticRegression(
                C=strength, class_weight="balanced", max_iter=ITERATIONS, tol=TOLERANCE
            )
            model.fit(matrix, truth)
            weights[:, output], bias[output] = model.coef_[0], model.intercept_[0]
        return weights, bias

    return solve


def one_of(labels: Numbers, size: int, strength: float = STRENGTH, *, balanced: bool) -> Solver:
    """Return a solver of one multinomial regression over labels 0 to `size` - 1."""
    from sklearn.linear_model import LogisticRegression

    def solve(matrix: sparse.csr_array, known: Numbers) -> tuple[Floats, Floats]:
        weights = np.zeros((matrix.shape[1], size), dtype=np.float32)
        bias = np.full(size, -10.0, dtype=np.float32)
        present = np.unique(labels[known])
        if len(present) < 2:  # none at all where a fold leaves no row to learn from
            bias[present] = 10.0
            return weights, bias
        model = LogisticRegression(
            C=strength, class_weight="balanced" if balanced else None, max_iter=ITERATIONS, tol=TOLERANCE
        )
        model.fit(matrix, labels[known])
        if len(present) == 2:  # scikit-learn keeps one column for two classes
            weights[:, present[1]], bias[present] = model.coef_[0], (0.0, model.intercept_[0])
        else:
            weights[:, present], bias[present] = model.coef_.T, model.intercept_
        return weights, bias

    return solve


def kernel(
    vectors: Floats, truth: Truths, groups: Numbers, tick: Callable[[], None]
) -> tuple[Kernel, Floats]:
    """Return a fitted support vector machine, and scores of rows by machines that saw none of their group."""
    from sklearn.svm import SVC

    points = coded(vectors)
    kept = as_vectors(points)
    alike = likeness(kept, kept, squared(kept))

    def machine(known: Numbers) -> SVC:
        one = SVC(kernel="precomputed", C=KERNEL_COST, class_weight="balanced", tol=0.01, cache_size=1000)
        return one.fit(alike[np.ix_(known, known)], truth[known])

    unseen = np.zeros(len(truth), dtype=np.float32)
    for known, out in _folds(groups):
        if truth[known].any() and not truth[known].all():
            unseen[out] = machine(known).decision_function(alike[np.ix_(out, known)])
        tick()
    whole = machine(np.arange(len(truth)))
    tick()
    weights = whole.dual_coef_[0].astype(np.float32)
    return Kernel(points[whole.support_], weights, float(whole.intercept_[0]), packaged()), unseen


def scale(scores: Floats, truth: Truths, likely: Floats | None = None) -> Sigmoid:
    """Return Platt's scaling of scores; `likely` are those of a kernel machine, to be weighed in."""
    from sklearn.linear_model import LogisticRegression

    if truth.all() or not truth.any():
        return Sigmoid(slope=1.0, offset=0.0)
    columns = np.column_stack([scores] if likely is None else [scores, likely])
    model = LogisticRegression(C=100.0, max_iter=ITERATIONS).fit(columns, truth)
    slope, *kernel = (round(float(value), 6) for value in model.coef_[0])
    return Sigmoid(slope=slope, offset=round(float(model.intercept_[0]), 6), kernel=sum(kernel))


def lane(chance: Floats, relevant: Truths, grave: Truths) -> float:
    """Return the chance of being grave from which a text not held `relevant` is to be called possibly grave.

    The highest at which GRAVE_RECALL of the `grave` texts are one or the other; 1 where they are relevant
    already. By this rule on four fifths of the cases, 0.974 of the grave texts of the other fifth were found
    (mean of 20 draws of folds). Of the 1,845 sampled texts it has 91 looked at; for the same recall the
    probability of relevance alone has 149, a linear model of its own for the grave 153.
    """
    missing = np.sort(chance[grave & ~relevant])[::-1]
    needed = int(np.ceil(GRAVE_RECALL * grave.sum() - (grave & relevant).sum()))
    if needed <= 0:
        return 1.0
    return max(LANE_LEAST, int(float(missing[needed - 1]) * 1e4) / 1e4)


def calibrated_share(probability: Floats, weight: Floats, natural: float) -> float:
    """Return the share of relevant texts from which Bayes' rule must lead to that of life, `natural`.

    It is that for which the corrected probabilities have the mean `natural` over texts that stand for
    `weight` texts of life each: the fixed point of Saerens, Latinne, Decaestecker (2002), Adjusting the
    outputs of a classifier to new a priori probabilities. Where texts were sampled by how relevant a model
    held them, as ours were, the share in the sample corrects far too much: it makes 28 of 1,000 news of life
    relevant that are 47.
    """
    logit = np.log(np.clip(probability, 1e-6, 1 - 1e-6).astype(np.float64))
    logit -= np.log1p(-np.exp(logit))

    def excess(shift: float) -> float:
        return float(np.average(1 / (1 + np.exp(-logit - shift)), weights=weight)) - natural

    shift = brentq(excess, -30.0, 30.0)
    return round(1 / (1 + (1 - natural) / natural * float(np.exp(shift))), 6)


def passing(screened: Floats, flagged: Truths) -> float:
    """Return the screen's probability from which a text is read on: of the flagged, MISSED stay below it."""
    if not flagged.any():
        return 0.5
    return round(float(np.clip(np.quantile(screened[flagged], MISSED), 0.01, 0.5)), 4)


def threshold(probabilities: Floats, truth: Truths) -> float:
    """Return the probability from which to say yes for the highest F1: half of the best F1 that can be had.

    Lipton, Elkan, Narayanaswamy (2014), Optimal thresholding of classifiers to maximize F1 measure. The
    threshold that was best on these very rows is mostly chance: on held-out thirds it cost 0.01 of relevance
    F1, and 0.02 of micro-F1 over categories.
    """
    values, truths = probabilities.ravel(), truth.ravel()
    order = np.argsort(-values, kind="stable")
    hits = np.cumsum(truths[order])
    scores = 2 * hits / (np.arange(1, len(order) + 1) + max(1, truths.sum()))
    return round(float(np.clip(scores.max() / 2, 0.05, 0.5)), 4)
