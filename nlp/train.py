"""Training: from labelled rows to a model folder. Same rows, same seed, same model."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.contracts import Kind
from core.errors import BadInput
from core.taxonomy import taxonomy
from nlp import fit, linear, scores
from nlp.card import Head, ModelCard, Source
from nlp.cases import cases
from nlp.drift import reference
from nlp.embedding import packaged
from nlp.features import Batch, Block, Reading
from nlp.fit import Numbers, Truths
from nlp.kernel import Kernel
from nlp.language import vietnamese
from nlp.linear import Floats, Model, Space
from nlp.risk import CATEGORIES, DETAIL, KIND, NATURAL_PREVALENCE, RELEVANCE, SCREEN, SEVERITY
from nlp.rows import Row, Rows, judgeable, read, row_hashes
from nlp.task import Task

SEED = 111  # of the bootstrap and splits; the fits themselves draw nothing
LEAST = 5  # rows of a class: with fewer, not even each fold has one
LABEL = "label"
LEVELS, GRAVE = ("1", "2", "3"), "3"

# Scales and lengths were chosen by mean F1 over held-out thirds of the labelled rows: a comment is judged
# mostly by the title it stands under, an article by all its words.
RISK_BLOCKS = (
    Block(
        unit="syllable",
        fields=("thread_title", "title", "lead", "text"),
        shortest=1,
        longest=3,
        scale=1,
        remark_scale=1,
    ),
    Block(
        unit="syllable", fields=("thread_title", "title"), shortest=1, longest=2, scale=0.6, remark_scale=1.2
    ),
)
TONE_BLOCKS = (
    Block(unit="syllable", fields=("text",), shortest=1, longest=2, scale=1, remark_scale=1),
    Block(unit="character", fields=("text",), shortest=2, longest=5, scale=1, remark_scale=1),
)

Progress = Callable[[str, float], None]


class _Steps:
    """Tells the caller how far training is: the step's name and the share done."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0
        self.name = ""

    def __call__(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.name, min(1.0, self.done / self.total))


def train(task: Task, data: Sequence[Path], output: Path, progress: Progress | None = None) -> ModelCard:
    """Train a model of `task` on the rows of `data` files, write it to the folder `output`, return its card.

    `progress` is called with the step's name and the share done. Raises BadInput for rows that can't be
    read, and where a class has too few rows to learn from.
    """
    model = train_rows(task, read(task, data), progress)
    linear.save(model, output)
    if progress:
        progress("written", 1.0)
    return model.card


def train_rows(task: Task, data: Rows, progress: Progress | None = None) -> Model:
    """Return a model of `task` trained on `data`. Raises BadInput where a class has too few rows."""
    warnings: Counter[str] = Counter()
    rows = [row for row in data.rows if not row.empty]
    warnings["empty"] = len(data.rows) - len(rows)
    warnings["contradictory"] = judgeable(rows)[1].get("contradictory", 0)
    warnings["not_vietnamese"] = sum(not vietnamese(row.words) for row in rows)
    relevance = None
    if task is Task.RISK:
        parts, relevance = _risk(rows, warnings, _Steps(progress, 4 * fit.FOLDS + 6))
    else:
        parts = _tone(task, rows, _Steps(progress, 2))
    model = _model(task, rows, data.sources, parts, warnings)
    return replace(model, card=model.card.model_copy(update={"reference": reference(model, rows, relevance)}))


def need(counts: dict[str, int], task: Task) -> None:
    """Raise BadInput where there are not two labels with LEAST rows each."""
    few = {label: n for label, n in counts.items() if n < LEAST}
    if len(counts) < 2 or few:
        said = ", ".join(f"{label}: {n}" for label, n in sorted(counts.items()))
        raise BadInput(
            f"too few rows to train {task}: at least two labels of {LEAST} rows are needed; there are {said}"
        )


def copies(rows: Sequence[Row]) -> tuple[list[Reading], Numbers]:
    """Return what is learned from, each text as it is and bare, and the row that each reading comes from."""
    readings = [row.reading for row in rows]
    numbers = np.arange(len(rows))
    return [*readings, *(reading.bare() for reading in readings)], np.concatenate((numbers, numbers))


@dataclass(frozen=True)
class _Parts:
    """What a model is put together from."""

    spaces: dict[str, Space]
    heads: dict[str, Head]
    blocks: dict[str, tuple[Block, ...]]
    figures: dict[str, float] = field(default_factory=dict)
    kernels: dict[str, Kernel] = field(default_factory=dict)
    lane: float = 1.0


def _risk(rows: list[Row], warnings: Counter[str], steps: _Steps) -> tuple[_Parts, NDArray[np.float64]]:
    """Fit the risk model; return its parts, and the relevance of each row by models that did not see it."""
    relevant = np.array([row.risk.relevant for row in rows])
    need({"relevant": int(relevant.sum()), "not relevant": int((~relevant).sum())}, Task.RISK)
    judged = np.array([row.weight > 0 for row in rows])
    if not judged.any() or relevant[judged].all() or not relevant[judged].any():
        judged[:] = True
    groups = cases(rows)
    steps.name = SCREEN
    readings, of = copies(rows)
    counted = fit.count(RISK_BLOCKS, Batch(readings))
    steps()
    solve = fit.yes_or_no(relevant[of][:, None], fit.SCREEN_STRENGTH)
    linear_ = fit.cross_fit(counted, groups[of], solve, steps)[: len(rows), 0]
    fitted = fit.fit(counted, np.arange(len(of)), solve)
    steps()
    steps.name = RELEVANCE
    kernel, likely = fit.kernel(packaged().vectors([row.reading for row in rows]), relevant, groups, steps)
    screening = fit.scale(linear_[judged], relevant[judged])
    scaling = fit.scale(linear_[judged], relevant[judged], likely[judged])
    probability = linear.sigmoid(linear_, scaling, likely)
    least = fit.threshold(probability[judged], relevant[judged])
    severity = np.array([row.risk.severity for row in rows])
    steps.name = SEVERITY
    solve = fit.one_of(severity[of] - 1, len(LEVELS), balanced=False)
    levels = fit.cross_fit(counted, groups[of], solve, steps, learned=relevant[of])[: len(rows)]
    chance = probability * linear.softmax(levels)[:, LEVELS.index(GRAVE)]
    flagged = probability >= least
    lane = fit.lane(chance[judged], flagged[judged], (severity == int(GRAVE))[judged])
    screened = linear.sigmoid(linear_, screening)
    passing = fit.passing(screened, flagged | (chance >= lane))
    served = np.where(screened >= passing, probability, np.minimum(screened, least))
    share = _share(rows, served, relevant, judged)
    heads = {
        SCREEN: Head(outputs=("relevant",), one_of=False, scaling=(screening,), thresholds=(passing,)),
        RELEVANCE: Head(
            outputs=("relevant",), one_of=False, scaling=(scaling,), thresholds=(least,), shares=(share,)
        ),
    }
    kept = np.flatnonzero(relevant)
    detail, more = _detail([rows[n] for n in kept], groups[kept], warnings, steps)
    spaces = {SCREEN: fit.space(counted, fitted), DETAIL: detail}
    figures = {"cross_fit_relevance_f1": scores.f1(probability[judged] >= least, relevant[judged])}
    blocks: dict[str, tuple[Block, ...]] = {SCREEN: RISK_BLOCKS, DETAIL: RISK_BLOCKS}
    parts = _Parts(spaces, heads | more, blocks, figures, {RELEVANCE: kernel}, lane)
    return parts, probability.astype(np.float64)


def _share(rows: Sequence[Row], probability: Floats, relevant: Truths, judged: Truths) -> float:
    """Return the share of relevant texts that probabilities of relevance are calibrated to.

    Weights say which texts of life the judged news stand for; where there are none, it is the plain share.
    """
    weight = np.array([0.0 if row.reading.remark else row.weight for row in rows], dtype=np.float32)
    if len(np.unique(weight[judged & (weight > 0)])) > 1:
        return fit.calibrated_share(probability[judged], weight[judged], NATURAL_PREVALENCE)
    return round(float(relevant[judged].mean()), 6)


def _detail(
    rows: list[Row], groups: Numbers, warnings: Counter[str], steps: _Steps
) -> tuple[Space, dict[str, Head]]:
    """Fit categories, severity and kind on the relevant rows; they share their features."""
    steps.name = DETAIL
    every = taxonomy().codes
    truths = np.array([[code in row.risk.categories for code in every] for row in rows])
    enough = [n for n in range(len(every)) if truths[:, n].sum() >= LEAST]
    warnings["categories_too_few"] = len(every) - len(enough)
    codes = tuple(every[n] for n in enough)
    truths = truths[:, enough]
    kinds = (Kind.INCIDENT, Kind.ISSUE, Kind.RESPONSE)
    level = np.array([row.risk.severity - 1 for row in rows])
    kind = np.array([kinds.index(row.risk.kind) for row in rows])
    readings, of = copies(rows)
    counted = fit.count(RISK_BLOCKS, Batch(readings))
    steps()
    categories = fit.yes_or_no(truths[of])
    unseen = fit.cross_fit(counted, groups[of], categories, steps)[: len(rows)]
    scalings = [fit.scale(unseen[:, n], truths[:, n]) for n in range(len(codes))]
    each = [linear.sigmoid(unseen[:, n], scaling) for n, scaling in enumerate(scalings)]
    # One probability for all: each category's scaling is its own, and rare ones have too few rows for more.
    least = fit.threshold(np.column_stack(each), truths) if codes else 0.5
    everything = np.arange(len(of))
    solvers = (
        categories,
        fit.one_of(level[of], len(LEVELS), balanced=False),
        fit.one_of(kind[of], len(kinds), balanced=False),
    )
    parts = [fit.fit(counted, everything, solve) for solve in solvers]
    steps()
    joined = fit.Fitted(
        parts[0].idf,
        np.hstack([part.weights for part in parts]),
        np.concatenate([part.bias for part in parts]),
        parts[0].scores,
    )
    heads = {
        CATEGORIES: Head(
            outputs=codes, one_of=False, scaling=tuple(scalings), thresholds=(least,) * len(codes)
        ),
        SEVERITY: Head(outputs=LEVELS, one_of=True),
        KIND: Head(outputs=tuple(str(k) for k in kinds), one_of=True),
    }
    return fit.space(counted, joined), heads


def _tone(task: Task, rows: list[Row], steps: _Steps) -> _Parts:
    counts = Counter(row.label for row in rows)
    need(dict(counts), task)
    labels = tuple(sorted(counts))
    truth = np.array([labels.index(row.label) for row in rows])
    steps.name = LABEL
    readings, of = copies(rows)
    counted = fit.count(TONE_BLOCKS, Batch(readings), fit.TONE_MIN_TEXTS)
    steps()
    fitted = fit.fit(
        counted, np.arange(len(of)), fit.one_of(truth[of], len(labels), fit.TONE_STRENGTH, balanced=True)
    )
    steps()
    shares = tuple(round(counts[label] / len(rows), 6) for label in labels)
    head = Head(outputs=labels, one_of=True, shares=shares)
    return _Parts({LABEL: fit.space(counted, fitted)}, {LABEL: head}, {LABEL: TONE_BLOCKS})


def _model(
    task: Task,
    rows: Sequence[Row],
    sources: Sequence[Source],
    parts: _Parts,
    warnings: Counter[str],
) -> Model:
    hashes = row_hashes(rows)
    content = linear.pack(parts.spaces, parts.kernels, hashes)
    digest = sha256(content).hexdigest()
    today = datetime.now(UTC).date()
    judged_by = f"{digest}{parts.lane}" + "".join(
        parts.heads[name].model_dump_json() for name in sorted(parts.heads)
    )
    card = ModelCard(
        task=task,
        name=f"langnghe-{task}",
        version=f"{today:%Y.%m.%d}-{sha256(judged_by.encode()).hexdigest()[:8]}",
        trained_on=today,
        seed=SEED,
        blocks=parts.blocks,
        heads=parts.heads,
        lane=parts.lane,
        data=tuple(sources),
        counts={"rows": len(rows), "texts": len(hashes)},
        figures=parts.figures,
        warnings={name: n for name, n in warnings.items() if n},
        weights_sha256=digest,
        embedding=packaged().digest if parts.kernels else "",
    )
    return linear.unpack(card, content)
