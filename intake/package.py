"""What a workbook is made of, looked at before anything in it is read: a ZIP package of XML parts."""

import re
import zipfile
import zlib
from pathlib import Path

from core.errors import BadInput

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an encrypted workbook, or one in the format of before 2007
LARGEST = 512 * 2**20  # bytes unpacked: a million rows of 400 letters
LARGEST_STRINGS = 128 * 2**20  # bytes of the part that has to be held in memory
MOST_PARTS = 2_000
CHUNK = 2**20
# Printer settings are the one part of bytes that ordinary workbooks have; nothing reads them.
PLAIN = re.compile(r".*\.(?:xml|rels|vml)|xl/printerSettings/[^/]+\.bin", re.IGNORECASE)
# ISO/IEC 29500 gives no part a document type; entities and external subsets need one.
DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
FORBIDDEN = (
    ("vbaproject", "macros"),
    ("macrosheet", "macros"),
    ("embeddings/", "embedded objects (OLE)"),
    ("activex/", "controls (ActiveX)"),
    ("ctrlprops/", "controls"),
    ("media/", "pictures or other media"),
)


def check_package(path: Path) -> None:
    """Return if `path` is a workbook of plain XML parts of bounded size.

    Raises BadInput for one that is encrypted, damaged, a bomb, or holds macros, objects, media or a DTD.
    """
    with path.open("rb") as file:
        if file.read(len(OLE)) == OLE:
            raise _refused(path, "is encrypted or an old .xls; save it without a password as .xlsx")
    try:
        with zipfile.ZipFile(path) as package:
            parts = [part for part in package.infolist() if not part.is_dir()]
            _check_sizes(path, parts)
            for part in parts:
                _check_name(path, part)
            for part in parts:
                _check_body(path, package, part)
            if "xl/workbook.xml" not in package.namelist():
                raise _refused(path, "is no Excel workbook; save it as .xlsx")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise _refused(path, "is no workbook, or a damaged one; save it anew as .xlsx") from error


def _check_sizes(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    strings = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > LARGEST or strings > LARGEST_STRINGS:
        raise _refused(path, f"is over {LARGEST // 2**20} MB unpacked; split it, or export it as CSV")


def _check_name(path: Path, part: zipfile.ZipInfo) -> None:
    name = part.filename.lower()
    for sign, what in FORBIDDEN:
        if sign in name:
            raise _refused(path, f"holds {what}; save a copy with cell values only")
    if not PLAIN.fullmatch(name):
        raise _refused(path, "holds parts that are no cells (pictures, media); save a copy with values only")


def _check_body(path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read a part through once: its true size, its checksum, and that it is XML without a document type."""
    if part.filename.lower().endswith(".bin"):
        return
    before = b""
    with package.open(part) as file:
        while chunk := file.read(CHUNK):
            if not before and (chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in chunk[:4]):
                raise _refused(path, "has parts that are not UTF-8; save it anew as .xlsx")
            if DOCTYPE.search(before + chunk):
                raise _refused(
                    path, "has a document type (DTD) in its XML, as no workbook needs; save it anew"
                )
            if part.filename == "[Content_Types].xml" and b"macroEnabled" in before + chunk:
                raise _refused(path, "holds macros; save a copy as .xlsx")
            before = chunk[-20:]


def _refused(path: Path, why: str) -> BadInput:
    return BadInput(f"{path.name}: {why}")
