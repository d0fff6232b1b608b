"""The project's own data files as rows of each task."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from core.contracts import Sentiment
from core.errors import BadInput
from nlp.card import Source
from nlp.features import Reading
from nlp.rows import Row, Rows, raw_rows, read, text_of
from nlp.task import Task

LABELS, INVENTED, COMMENTS = "labels.jsonl", "invented.jsonl", "comments.parquet"


def risk_rows(data_dir: Path) -> Rows:
    """Return the labelled and the invented texts; invented ones are learned from, never calibrated on."""
    labelled = read(Task.RISK, [_file(data_dir, LABELS)])
    invented = read(Task.RISK, [_file(data_dir, INVENTED)])
    # Weight 0: not part of the random sample that thresholds and probabilities are fitted to.
    return Rows(
        labelled.rows + [replace(row, weight=0.0) for row in invented.rows],
        labelled.sources + invented.sources,
    )


def sentiment_rows(data_dir: Path) -> Rows:
    """Return the comments and posts that have a sentiment."""
    result = Rows()
    for name in (LABELS, INVENTED):
        file = _file(data_dir, name)
        rows = [
            _row(text_of(raw, "body", where), str(raw["sentiment"]), where, text_of(raw, "title", where))
            for raw, where in raw_rows(file)
            if raw.get("sentiment") in tuple(Sentiment)
        ]
        result.rows += rows
        result.sources.append(_source(file, len(rows)))
    return result


def hostility_rows(data_dir: Path) -> Rows:
    """Return the readers' comments that people judged toxic or not."""
    file = _file(data_dir, COMMENTS)
    rows = [
        _row(
            text_of(raw, "text", where),
            "toxic" if raw["toxic"] else "clean",
            where,
            text_of(raw, "thread_title", where),
        )
        for raw, where in raw_rows(file)
        if raw.get("toxic") is not None
    ]
    return Rows(rows, [_source(file, len(rows))])


def _row(text: str, label: str, where: str, thread: str) -> Row:
    return Row(Reading(text=text, remark=True), where, label=label, thread=thread)


def _source(file: Path, rows: int) -> Source:
    return Source(name=file.name, sha256=sha256(file.read_bytes()).hexdigest(), rows=rows)


def _file(data_dir: Path, name: str) -> Path:
    file = data_dir / name
    if not file.is_file():
        raise BadInput(
            f"{file}: it is missing; give the folder that holds {LABELS}, {INVENTED} and {COMMENTS}"
        )
    return file
