"""Training a transformer: from labelled rows and an encoder to a folder that is served without torch."""

import io
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch

from nlp import scores
from nlp.card import Head
from nlp.fit import lane, threshold
from nlp.linear import Floats
from nlp.risk import CATEGORIES, RELEVANCE, SEVERITY
from nlp.rows import Row, Rows, judgeable, read, row_hashes
from nlp.task import Task
from nlp.train import GRAVE, LEVELS, SEED
from nlp.transformer.base import Base, load_base
from nlp.transformer.card import CARD, MODEL, ROWS, TOKENIZER, Options, TransformerCard
from nlp.transformer.encoding import Encoder
from nlp.transformer.export import Exported, export
from nlp.transformer.learning import Texts, learn
from nlp.transformer.network import Network
from nlp.transformer.serving import Served, serve
from nlp.transformer.targets import Lesson, lesson, split

Progress = Callable[[str, float], None]


def train(
    task: Task,
    data: Sequence[Path],
    output: Path,
    base: str,
    options: Options | None = None,
    progress: Progress | None = None,
) -> TransformerCard:
    """Fine-tune the encoder `base` on the rows of `data` files, write the folder `output`, return its card.

    `progress` is called with the step's name and the share done. Raises BadInput for rows or an encoder that
    can't be read, and where a class has too few rows to learn from.
    """
    told = progress or (lambda _name, _share: None)
    model, content, _ = train_rows(task, read(task, data), base, options or Options(), told)
    save(model, content, output)
    told("written", 1.0)
    return model.card


def train_rows(
    task: Task, data: Rows, base: str, options: Options, progress: Progress
) -> tuple[Served, bytes, Network]:
    """Return a transformer as it is served, the bytes of its int8 model, and the network it was made from."""
    warnings: Counter[str] = Counter()
    rows = [row for row in data.rows if not row.empty]
    warnings["empty"] = len(data.rows) - len(rows)
    warnings["contradictory"] = judgeable(rows)[1].get("contradictory", 0)
    known, unseen = split(task, rows)
    learned = lesson(task, rows, known, warnings)
    progress("encoder", 0.0)
    torch.manual_seed(SEED)
    found = load_base(base, options.longest)
    segmented = found.segmented if options.segmented is None else options.segmented
    encoder = Encoder(found.tokenizer, found.marks, segmented=segmented)
    readings = [row.reading for row in rows]
    texts = Texts(
        encoder.encode(readings),
        encoder.encode([reading.bare() for reading in readings]),
        found.marks.padding,
    )
    network = Network(found.encoder, found.width, learned.heads)
    figures = learn(
        network,
        texts,
        learned.targets,
        learned.loss,
        (known, unseen),
        options,
        lambda share: progress("learning", 0.9 * share),
    )
    progress("int8", 0.9)
    exported = export(network, learned.heads, [texts.plain[number] for number in unseen], texts.padding)
    figures["int8_difference"] = exported.difference
    card = _card(task, rows, data, found, learned, options, figures, warnings, exported, segmented)
    served = serve(card, exported.content, encoder.tokenizer.to_str(), row_hashes(rows))
    return _settled(served, [rows[number] for number in unseen]), exported.content, network


def _card(
    task: Task,
    rows: Sequence[Row],
    data: Rows,
    base: Base,
    learned: Lesson,
    options: Options,
    figures: dict[str, float],
    warnings: Counter[str],
    exported: Exported,
    segmented: bool,
) -> TransformerCard:
    contents = {
        MODEL: exported.content,
        TOKENIZER: base.tokenizer.to_str().encode(),
        ROWS: _bytes(row_hashes(rows)),
    }
    digests = {name: sha256(content).hexdigest() for name, content in contents.items()}
    today = datetime.now(UTC).date()
    return TransformerCard(
        task=task,
        name=f"langnghe-{task}-transformer",
        version=f"{today:%Y.%m.%d}-{digests[MODEL][:8]}",
        trained_on=today,
        seed=SEED,
        base=base.name,
        segmented=segmented,
        marks=base.marks,
        options=options,
        heads=learned.heads,
        data=tuple(data.sources),
        counts={
            "rows": len(rows),
            "texts": len(row_hashes(rows)),
            "matrices_int8": exported.int8,
            "matrices_float": exported.float_,
        },
        figures=figures,
        warnings={name: n for name, n in warnings.items() if n},
        sha256=digests,
    )


def _settled(served: Served, unseen: Sequence[Row]) -> Served:
    """Set the thresholds by the held-out rows, read as they will be served, and say how good the model is."""
    if served.card.task is not Task.RISK:
        said = served.probabilities([row.reading.text for row in unseen]).argmax(axis=1)
        (head,) = served.card.heads.values()
        right = [head.outputs[n] == row.label for n, row in zip(said, unseen, strict=True)]
        return _with(served, {}, {"held_out_accuracy": round(float(np.mean(right)), 4)})
    found = served.answers([row.reading for row in unseen])
    judged = np.array([row.weight > 0 for row in unseen])
    relevant = np.array([row.risk.relevant for row in unseen])
    if not judged.any() or relevant[judged].all() or not relevant[judged].any():
        judged[:] = True
    probability = found[RELEVANCE][:, 0]
    least = threshold(probability[judged], relevant[judged])
    of = [row.risk.categories for row in unseen if row.risk.relevant]
    codes = served.card.heads[CATEGORIES].outputs
    truths = np.array([[code in given for code in codes] for given in of], dtype=bool)
    # One probability for all categories: the rare ones have too few held-out rows for one of their own.
    each = _threshold(found[CATEGORIES][relevant], truths)
    heads = {RELEVANCE: (least,), CATEGORIES: (each,) * len(codes)}
    held = probability[judged] >= least
    grave = np.array([str(row.risk.severity) == GRAVE for row in unseen])[judged]
    chance = (probability * found[SEVERITY][:, LEVELS.index(GRAVE)])[judged]
    figures = {"held_out_relevance_f1": round(scores.f1(held, relevant[judged]), 4)}
    return _with(served, heads, figures, lane(chance, held, grave))


def _threshold(probabilities: Floats, truths: scores.Truths) -> float:
    return threshold(probabilities, truths) if truths.size and truths.any() else 0.5


def _with(
    served: Served, thresholds: dict[str, tuple[float, ...]], figures: dict[str, float], least: float = 1.0
) -> Served:
    heads: dict[str, Head] = {
        name: head.model_copy(update={"thresholds": thresholds[name]}) if name in thresholds else head
        for name, head in served.card.heads.items()
    }
    told = {"heads": heads, "figures": served.card.figures | figures, "lane": least}
    card = served.card.model_copy(update=told)
    return Served(card, served.session, served.encoder, served.rows)


def _bytes(rows: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, rows, allow_pickle=False)
    return buffer.getvalue()


def save(model: Served, content: bytes, folder: Path) -> None:
    """Write a transformer's folder; the card last, so that a half-written folder is not taken for a model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)
    (folder / MODEL).write_bytes(content)
    (folder / TOKENIZER).write_text(model.encoder.tokenizer.to_str(), "utf-8")
    (folder / ROWS).write_bytes(_bytes(model.rows))
    (folder / CARD).write_text(model.card.model_dump_json(indent=1) + "\n", "utf-8")
