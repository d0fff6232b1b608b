"""The project's own data files as rows of each task."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from core.contracts import Sentiment
from core.errors import BadInput
from nlp import labelled, pairs
from nlp.card import Source
from nlp.features import Reading
from nlp.pairs import DEVELOPMENT
from nlp.rows import Row, Rows, parse, raw_rows, read, text_of
from nlp.task import Task

LABELS, INVENTED = "labels.jsonl", "invented.jsonl"
NEWS, COMMENTS = "news.parquet", "comments.parquet"


def risk_rows(data_dir: Path) -> Rows:
    """Return all labelled texts: the data's, the invented, our own, those we labelled, half of the pairs.

    All but the data's own have weight 0: not part of the random sample that thresholds and probabilities
    are fitted to.
    """
    given = read(Task.RISK, [_file(data_dir, LABELS)])
    invented = invented_rows(data_dir)
    own = read(Task.RISK, [own_file()])
    added = [parse(Task.RISK, raw, where) for raw, where in labelled_by_us(data_dir)]
    unsampled = [replace(row, weight=0.0) for row in invented.rows + own.rows + added]
    return Rows(
        given.rows + unsampled + pairs.rows(DEVELOPMENT),
        given.sources + invented.sources + own.sources + [_source(labelled_file(), len(added))],
    )


def invented_rows(data_dir: Path) -> Rows:
    """Return the invented texts."""
    return read(Task.RISK, [_file(data_dir, INVENTED)])


def own_file() -> Path:
    """Return the file of texts that we wrote: posts, comments and news in the kinds that the data lacks."""
    return Path(str(files("nlp").joinpath("labels/posts.jsonl")))


def labelled_file() -> Path:
    """Return the file of the labels that we gave to texts of the data folder: no text is in it."""
    return Path(str(files("nlp").joinpath("labels/risk.jsonl")))


def labelled_by_us(data_dir: Path) -> Iterator[tuple[dict[str, object], str]]:
    """Yield each text of the data folder that we labelled, with its labels, and its place for messages."""
    ours = {str(row["id"]): row for row in labelled.labels("risk")}
    for name, kind in ((NEWS, "news"), (COMMENTS, "comment")):
        for raw, where in raw_rows(_file(data_dir, name)):
            if label := ours.get(str(raw["id"])):
                title = raw.get("thread_title", raw.get("title"))
                yield {**raw, "title": title, "type": kind, "weight": 0.0, **label}, where


def sentiment_rows(data_dir: Path) -> Rows:
    """Return the comments and posts that have a sentiment."""
    result = Rows()
    files_given = (_file(data_dir, LABELS), _file(data_dir, INVENTED), own_file())
    given = [(file, raw_rows(file)) for file in files_given]
    for file, raws in [*given, (labelled_file(), labelled_by_us(data_dir))]:
        rows = [
            _row(
                text_of(raw, "body", where) or text_of(raw, "text", where),
                str(raw["sentiment"]),
                where,
                text_of(raw, "title", where),
                weight=1.0 if file.name == LABELS else 0.0,
            )
            for raw, where in raws
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


def _row(text: str, label: str, where: str, thread: str, weight: float = 1.0) -> Row:
    return Row(Reading(text=text, remark=True), where, label=label, thread=thread, weight=weight)


def _source(file: Path, rows: int) -> Source:
    return Source(name=file.name, sha256=sha256(file.read_bytes()).hexdigest(), rows=rows)


def _file(data_dir: Path, name: str) -> Path:
    file = data_dir / name
    if not file.is_file():
        raise BadInput(
            f"{file}: it is missing; give the folder that holds {LABELS}, {INVENTED}, {NEWS} and {COMMENTS}"
        )
    return file
