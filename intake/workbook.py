"""XLSX: the cell values of one sheet, streamed; formulas, links, styles and all else are left unread."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ERROR_CODES

from core.errors import BadInput
from intake.mapping import FileMapping
from intake.package import check_package
from intake.rows import Cell, Row, places

MOST_COLUMNS = 500
AT_ONCE = 50  # rows
# What openpyxl raises on XML that is no sheet; its message may hold what stands in a cell.
UNREADABLE = (ParseError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError)


def workbook_rows(path: Path, mapping: FileMapping) -> Iterator[Row]:
    """Yield the rows of a sheet, numbered as in Excel; blank ones are counted and passed over.

    Raises BadInput for a workbook that is not taken (`check_package`), or whose sheet lacks a mapped column.
    """
    check_package(path)
    with closing(_opened(path)) as book:
        sheet = _sheet(book, mapping, path.name)
        header = next(_values(path, book, sheet, 1, MOST_COLUMNS), ())
        names = [str(cell) if cell is not None else "" for cell in header]
        at = places(names, mapping, path.name)
        for number, cells in enumerate(_values(path, book, sheet, 2, max(at.values()) + 1), start=2):
            values = {field: cells[i] for field, i in at.items()} if cells else {}
            values = {field: None if value in ERROR_CODES else value for field, value in values.items()}
            if any(value is not None for value in values.values()):
                yield Row(number, values)


def _opened(path: Path) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read
            return load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except UNREADABLE as error:
        raise _damaged(path) from error


def _sheet(book: Workbook, mapping: FileMapping, name: str) -> str:
    titles = [sheet.title for sheet in book.worksheets]
    shown = ", ".join(repr(title) for title in titles[:30]) or "none"
    if mapping.sheet is None and len(titles) == 1:
        return str(titles[0])
    if mapping.sheet is None:
        raise BadInput(f"{name}: has several sheets; name one as `sheet:` in the mapping; there are: {shown}")
    if mapping.sheet not in titles:
        raise BadInput(f"{name}: has no sheet {mapping.sheet!r}; there are: {shown}")
    return mapping.sheet


def _values(path: Path, book: Workbook, sheet: str, first: int, columns: int) -> Iterator[Sequence[Cell]]:
    """Yield the values of each row from `first` on. The size that the sheet claims is not believed."""
    found = book[sheet]
    found.reset_dimensions()
    rows = found.iter_rows(min_row=first, max_col=columns, values_only=True)
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of numbers that are no dates
                read = list(islice(rows, AT_ONCE))
        except UNREADABLE as error:
            raise _damaged(path) from error
        if not read:
            return
        yield from read


def _damaged(path: Path) -> BadInput:
    return BadInput(f"{path.name}: can't be read as a workbook; save it anew as .xlsx")
