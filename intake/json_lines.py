"""JSON Lines: one object a line, its keys the columns."""

import json
from collections.abc import Iterator
from typing import TextIO

from intake.mapping import FileMapping
from intake.refusal import Refused
from intake.rows import Row

LONGEST = 2**21  # characters of a line


def json_rows(file: TextIO, mapping: FileMapping, name: str) -> Iterator[Row]:
    """Yield the lines of a JSON Lines file; the first is row 1. Blank lines are counted and passed over."""
    named = list(mapping.columns.named())
    number = 0
    while line := file.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith("\n"):
            while line and not line.endswith("\n"):
                line = file.readline(LONGEST)
            yield Row(number, fault=Refused("row", f"is longer than {LONGEST} characters"))
        elif line.strip():
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                found = None
            if isinstance(found, dict):
                yield Row(number, {field: found.get(column) for field, column in named})
            else:
                yield Row(number, fault=Refused("row", "is no JSON object; write one in each line"))
