"""A partner's file, row by row, by the reader for what its name says that it is and its bytes bear out."""

from collections.abc import Iterator
from pathlib import Path

from core.errors import BadInput, BadUsage
from core.gate import refused_bytes
from intake.delimited import delimited_rows
from intake.encoding import open_text
from intake.json_lines import json_rows
from intake.mapping import FileMapping
from intake.rows import Row

DELIMITED = frozenset({".csv", ".tsv"})
JSON_LINES = frozenset({".jsonl", ".ndjson"})
WORKBOOK = ".xlsx"
HEAD = 4096


def rows(path: Path, mapping: FileMapping) -> Iterator[Row]:
    """Yield the rows of a CSV, JSON Lines or XLSX file.

    Raises BadUsage for another sort of file, BadInput for one that can't be read or is not what it claims.
    """
    suffix = path.suffix.lower()
    if suffix not in {*DELIMITED, *JSON_LINES, WORKBOOK}:
        raise BadUsage(f"{path.name}: is neither .csv, .tsv, .jsonl, .ndjson nor .xlsx; export it as one")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        if suffix == WORKBOOK:
            from intake.workbook import workbook_rows  # slow to load, and seldom needed

            yield from workbook_rows(path, mapping)
            return
        kind = refused_bytes(head)
        if kind is not None:
            raise BadInput(f"{path.name}: holds {kind}, not text; is {suffix} the right ending?")
        with open_text(path, mapping.encoding) as text:
            read = delimited_rows if suffix in DELIMITED else json_rows
            yield from read(text, mapping, path.name)
    except OSError as error:
        raise BadInput(f"{path.name}: can't be read ({error.strerror}); check the file") from error
