"""CSV and the like: the delimiter is the one with which the header has the mapped columns."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from typing import TextIO

from core.errors import BadInput
from intake.mapping import FileMapping
from intake.refusal import Refused
from intake.rows import Row, places

DELIMITERS = ",;\t|"
LONGEST = 2**20  # characters of a cell and of a line; the longest text taken in has 200,000
LONGEST_ROW = 4 * LONGEST
BROKEN = "its quotes or delimiters don't fit; export the file anew with quotes around texts"
TOO_LONG = f"is longer than {LONGEST} characters; is a quote before it not closed?"


class Lines(Iterator[str]):
    """The lines of a file, so that memory stays bounded: what is too long is passed over.

    `row` is how many characters the row that is being read has so far; who reads rows sets it back.
    """

    def __init__(self, file: TextIO) -> None:
        """Read lines of `file`."""
        self.file = file
        self.row = 0

    def __next__(self) -> str:
        """Return the next line with its end. Raises csv.Error when line or row become too long."""
        line = self.file.readline(LONGEST)
        if not line:
            raise StopIteration
        self.row += len(line)
        if len(line) < LONGEST and self.row < LONGEST_ROW:
            return line
        while line and not line.endswith("\n"):
            line = self.file.readline(LONGEST)
        raise csv.Error("too long")


def delimited_rows(file: TextIO, mapping: FileMapping, name: str) -> Iterator[Row]:
    """Yield the rows of a CSV file; the header is row 1. Blank rows are counted and passed over.

    Raises BadInput when the header lacks a mapped column.
    """
    csv.field_size_limit(LONGEST)
    header_line = file.readline(LONGEST)
    delimiter = mapping.delimiter or _delimiter(header_line, mapping, name)
    file.seek(0)
    lines = Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header = _header(reader, name)
    at = places(header, mapping, name)
    number = 1
    while True:
        number += 1
        lines.row = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            detail = TOO_LONG if "too long" in str(error) or "limit" in str(error) else BROKEN
            yield Row(number, fault=Refused("row", detail))
            continue
        if not any(map(str.strip, cells)):
            continue
        if any(map(str.strip, cells[len(header) :])):
            yield Row(
                number, fault=Refused("row", f"has {len(cells)} cells where the header has {len(header)}")
            )
            continue
        yield Row(number, {field: cells[i] if i < len(cells) else "" for field, i in at.items()})


def _header(reader: Iterator[list[str]], name: str) -> list[str]:
    try:
        return next(reader)
    except (StopIteration, csv.Error) as error:
        raise BadInput(
            f"{name}: has no row of column names; the first row has to name the columns"
        ) from error


def _delimiter(line: str, mapping: FileMapping, name: str) -> str:
    """Return the delimiter with which `line` has the mapped columns, else the one that splits it most."""
    headers: dict[str, list[str]] = {}
    for delimiter in DELIMITERS:
        with suppress(csv.Error):
            headers[delimiter] = next(csv.reader([line], delimiter=delimiter), [])
    for delimiter, header in headers.items():
        with suppress(BadInput):
            places(header, mapping, name)
            return delimiter
    return max(headers, key=lambda delimiter: len(headers[delimiter]), default=",")
