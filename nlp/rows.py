"""Labelled rows for training and evaluation, read from JSON lines or Parquet and checked."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from numpy.typing import NDArray
from pyarrow import ArrowException

from core.contracts import Kind
from core.errors import BadInput
from core.legacy import decoded
from core.taxonomy import taxonomy
from core.text import fold, nfc
from nlp.card import Source
from nlp.features import Reading
from nlp.task import Task

REMARKS = ("comment", "post")
HALF_A_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Risk:
    """What a person says of a text: the labels of the risk task."""

    relevant: bool
    categories: tuple[str, ...] = ()
    severity: int = 0
    kind: Kind = Kind.NONE


@dataclass(frozen=True)
class Row:
    """A text with its labels: `risk`, or `label` for another task; `thread` is what a remark stands under."""

    reading: Reading
    where: str
    risk: Risk = Risk(relevant=False)
    label: str = ""
    weight: float = 1.0
    thread: str = ""

    @property
    def group(self) -> str:
        """What rows of one case share: the title, or the text where there is none."""
        read = self.reading
        return fold(self.thread or read.thread_title or read.title or read.text).strip()

    @property
    def words(self) -> str:
        """All that it says itself."""
        return " ".join((self.reading.title, self.reading.lead, self.reading.text))

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self.words.strip()


@dataclass
class Rows:
    """Rows of one or more files, with the files they came from."""

    rows: list[Row] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


def row_hash(row: Row) -> int:
    """Return 64 bits that tell whether two rows are of the same text, whatever case or diacritics."""
    read = row.reading
    words = fold(" ".join((read.thread_title, read.title, read.lead, read.text))).split()
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest(), "big")


def row_hashes(rows: Sequence[Row]) -> NDArray[np.uint64]:
    """Return the sorted hashes of the texts of `rows`, each once."""
    return np.unique(np.array([row_hash(row) for row in rows], dtype=np.uint64))


def judgeable(rows: Sequence[Row]) -> tuple[list[Row], dict[str, int]]:
    """Return the rows to judge by, each text once, and how many were left out for which reason."""
    left_out: Counter[str] = Counter(empty=sum(row.empty for row in rows))
    by_text: dict[int, list[Row]] = {}
    for row in rows:
        if not row.empty:
            by_text.setdefault(row_hash(row), []).append(row)
    kept = []
    for same in by_text.values():
        if len({(row.label, row.risk) for row in same}) > 1:
            left_out["contradictory"] += len(same)
        else:
            kept.append(same[0])
            left_out["repeated"] += len(same) - 1
    return kept, {reason: count for reason, count in left_out.items() if count}


def read(task: Task, files: Sequence[Path]) -> Rows:
    """Read labelled rows of `.jsonl` or `.parquet` files. Raises BadInput that names file and line."""
    result = Rows()
    for file in files:
        rows = [parse(task, raw, where) for raw, where in raw_rows(file)]
        if not rows:
            raise BadInput(f"{file}: there is no row in it")
        result.rows += rows
        result.sources.append(
            Source(name=file.name, sha256=sha256(file.read_bytes()).hexdigest(), rows=len(rows))
        )
    return result


def raw_rows(file: Path) -> Iterator[tuple[Mapping[str, object], str]]:
    """Yield each row of a file as it stands, with its place for messages. Raises BadInput."""
    try:
        if file.suffix == ".parquet":
            table = parquet.read_table(file)
            for number, raw in enumerate(table.to_pylist(), start=1):
                yield raw, f"{file}, row {number}"
            return
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield json_object(line, f"{file}, line {number}"), f"{file}, line {number}"
    except (OSError, ArrowException) as error:
        raise BadInput(f"{file}: can't be read; give a .jsonl or .parquet file") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file}: it is not UTF-8; convert it first") from error


def json_object(line: str, where: str) -> dict[str, object]:
    """Return the JSON object of a line. Raises BadInput that names `where`."""
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise BadInput(f"{where}: this is not JSON; one object per line is needed") from error
    except RecursionError as error:
        raise BadInput(f"{where}: the JSON is nested too deeply") from error
    if not isinstance(raw, dict):
        raise BadInput(f"{where}: this is not a JSON object")
    return raw


def text_of(raw: Mapping[str, object], name: str, where: str) -> str:
    """Return a text field in NFC, empty where it is missing or null. Raises BadInput for another type."""
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(f"{where}: {name!r} is not text")
    if HALF_A_PAIR.search(value):
        raise BadInput(f"{where}: {name!r} holds half a surrogate pair; it is not Unicode")
    return nfc(value)


def reading_of(raw: Mapping[str, object], where: str) -> Reading:
    """Return what is read of a raw row: `title`, `lead` and `body` (or `text`), by `type`.

    A comment's title is the title it stands under. Text for the fonts of before Unicode (TCVN3, VNI) is put
    into Unicode. Raises BadInput where there is neither text nor title.
    """
    if not any(name in raw for name in ("text", "title", "lead", "body")):
        raise BadInput(f"{where}: there is no 'text' (or 'title', 'lead', 'body')")
    kind = text_of(raw, "type", where)
    title = text_of(raw, "title", where)
    text = text_of(raw, "body", where) or text_of(raw, "text", where)
    thread = text_of(raw, "thread_title", where)
    thread, title, lead, text = decoded([thread, title, text_of(raw, "lead", where), text])
    if kind == "comment":
        thread, title = thread or title, ""
    return Reading(thread, title, lead, text, kind in REMARKS)


def parse(task: Task, raw: Mapping[str, object], where: str) -> Row:
    """Return the labelled row of a raw one. Raises BadInput that names `where` and what is wrong."""
    if task is not Task.RISK:
        label = raw.get("label")
        if label is None or isinstance(label, dict | list) or not str(label).strip():
            raise BadInput(f"{where}: 'label' is missing")
        if HALF_A_PAIR.search(str(label)):
            raise BadInput(f"{where}: 'label' holds half a surrogate pair; it is not Unicode")
        if not isinstance(raw.get("text"), str):
            raise BadInput(f"{where}: 'text' is missing")
        # A sentence of its own: what stands above it is not part of this task's format.
        return Row(Reading(text=text_of(raw, "text", where), remark=True), where, label=str(label).strip())
    weight = raw.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < float("inf"):
        raise BadInput(f"{where}: 'weight' is not a number of 0 or more")
    return Row(
        reading_of(raw, where),
        where,
        risk=_risk(raw, where),
        weight=float(weight),
    )


def _risk(raw: Mapping[str, object], where: str) -> Risk:
    relevant = raw.get("relevant")
    if not isinstance(relevant, int | float) or relevant not in (0, 1):
        raise BadInput(f"{where}: 'relevant' is neither true nor false")
    codes = raw.get("categories")
    codes = [] if codes is None else codes
    if not isinstance(codes, list):
        raise BadInput(f"{where}: 'categories' is not a list")
    for code in codes:
        if code not in taxonomy().codes:
            raise BadInput(f"{where}: {code!r} is not a category; they are {', '.join(taxonomy().codes)}")
    severity = raw.get("severity", 0)
    severity = 0 if severity is None and not relevant else severity
    # Parquet may count in floats.
    number = isinstance(severity, int | float) and not isinstance(severity, bool)
    if not number or severity not in taxonomy().severity:
        raise BadInput(f"{where}: severity {severity!r} is not 0, 1, 2 or 3")
    try:
        kind = Kind(str(raw.get("kind") or "none"))
    except ValueError as error:
        raise BadInput(f"{where}: kind {raw.get('kind')!r} is not {', '.join(Kind)}") from error
    if not relevant and (codes or severity or kind is not Kind.NONE):
        raise BadInput(f"{where}: a text that is not relevant has a category, severity or kind")
    if relevant and (not severity or kind is Kind.NONE):
        raise BadInput(f"{where}: a relevant text needs a severity of 1 to 3 and a kind")
    return Risk(bool(relevant), tuple(dict.fromkeys(codes)), int(float(str(severity))), kind)
