"""Bytes of a text file to characters: byte order mark, UTF-8 by trial, then what reads as Vietnamese."""

import codecs
import re
from pathlib import Path
from typing import TextIO

from charset_normalizer import from_bytes

from core.errors import BadInput
from core.legacy import Font, font_of, is_syllable
from core.text import nfc

CHUNK = 2**20
SAMPLE = 2**17  # bytes from the first one above ASCII on
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the one of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A file with some broken rows is still UTF-8; the rows are refused one by one.
BROKEN_SHARE = 0.02
UNREAD = re.compile("[\udc80-\udcff]")
READS = 0.8  # share of words with marks that are Vietnamese syllables, as in core.legacy


def open_text(path: Path, given: str | None) -> TextIO:
    """Open a text file in the encoding `given`, or the one found out; the file is read once more for that.

    What can't be read comes out as lone surrogates (as U+FFFD in UTF-16). Raises BadInput for an encoding
    that Python lacks.
    """
    encoding = given or detect(path)
    try:
        wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
        return path.open(encoding=encoding, errors="replace" if wide else "surrogateescape", newline="")
    except LookupError as error:
        raise BadInput(f"encoding {encoding!r} is not known; write utf-8 or windows-1258") from error


def detect(path: Path) -> str:
    """Return the encoding of a text file, as Python calls it."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    high = broken = 0
    sample = b""
    with path.open("rb") as file:
        head = file.read(4)
        for mark, encoding in MARKS:
            if head.startswith(mark):
                return encoding
        file.seek(0)
        while chunk := file.read(CHUNK):
            if chunk.isascii():
                continue
            above = chunk.translate(None, bytes(range(128)))
            high += len(above)
            broken += len(UNREAD.findall(decoder.decode(chunk)))
            if not sample:
                first = chunk.index(above[:1])
                sample = chunk[max(0, first - 1000) : first + SAMPLE]
    if broken <= max(3, BROKEN_SHARE * high) and broken < high:
        return "utf-8"
    return _legacy(sample) if high else "utf-8"


def _legacy(sample: bytes) -> str:
    if _reads(sample.decode("cp1258", "ignore")):
        return "cp1258"
    if font := font_of([sample.decode("latin-1")]):
        return "latin-1" if font is Font.VISCII else "cp1252"
    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"


def _reads(text: str) -> bool:
    words = {word for word in nfc(text).split() if word.isalpha() and not word.isascii()}
    return len(words) >= 3 and sum(map(is_syllable, words)) >= READS * len(words)
