"""Cells typed for the fonts of before Unicode, as old exports of partners are, in Unicode."""

from collections.abc import Mapping

from core.legacy import Font, decoded, from_font, is_syllable
from core.text import nfc
from intake.rows import Cell


def in_unicode(cells: Mapping[str, Cell], usual: Font | None) -> dict[str, Cell]:
    """Return `cells` in Unicode; `usual` is the font that the file's first rows were typed for.

    A row is known by its own words. Where they are too few, a cell is read in the usual font if more of its
    words are syllables of Vietnamese then.
    """
    texts = {field: cell for field, cell in cells.items() if isinstance(cell, str)}
    read = dict(zip(texts, decoded(list(texts.values())), strict=True))
    if usual is not None and read == texts:
        for field, text in texts.items():
            other = from_font(text, usual)
            if _syllables(other) > _syllables(text):
                read[field] = other
    return {**cells, **read}


def _syllables(text: str) -> int:
    return sum(map(is_syllable, nfc(text).split()))
