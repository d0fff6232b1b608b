"""Workbooks: cell values come in; whatever else a workbook can hold is refused before it is read."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.contracts import Page
from core.errors import BadInput
from core.records import Records
from intake import package
from intake.importing import Import, judge
from tests.conftest import NOON
from tests.intake.conftest import Importer, labels, mapping

BY = {"text": "Nội dung", "id": "Mã", "date": {"column": "Ngày"}}
TEXT = "Cháu kể rằng cháu sợ đến lớp."


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """An ordinary workbook of three rows."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["Mã", "Nội dung", "Ngày"])
    sheet.append([1, TEXT, datetime(2026, 11, 18, 9, 30)])  # noqa: DTZ001 - a workbook knows no zones
    sheet.append([None, None, None])
    sheet.append([2.0, "=1+1", None])
    made.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def with_part(book: Path, name: str, body: bytes) -> Path:
    """The workbook with one part added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            if part != name:
                after.writestr(part, before.read(part))
        after.writestr(name, body)
    book.write_bytes(out.getvalue())
    return book


def part(book: Path, name: str) -> bytes:
    with zipfile.ZipFile(book) as package:
        return package.read(name)


def refusal(book: Path, records: Records) -> str:
    with pytest.raises(BadInput) as caught:
        list(judge(Import(book, mapping(BY), NOON), records))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_cell_values_come_in_with_their_dates_and_no_formula_is_computed(
    bring: Importer, archived: Callable[[], dict[str, Page]], book: Path
) -> None:
    done = bring(book, mapping(BY))
    assert [(row.number, row.outcome.label) for row in done] == [(2, "archived"), (4, "dropped:no_text")]
    (page,) = archived().values()
    assert page.text == TEXT
    assert page.published_at is not None
    assert page.published_at.isoformat() == "2026-11-18T02:30:00+00:00"
    assert labels(bring(book, mapping(BY))) == ["unchanged", "dropped:no_text"]


def test_of_several_sheets_the_mapping_names_one(bring: Importer, records: Records, tmp_path: Path) -> None:
    made = Workbook()
    made.create_sheet("Tin").append(["Mã", "Nội dung", "Ngày"])
    made["Tin"].append([1, TEXT, None])
    made.save(tmp_path / "b.xlsx")
    assert "name one as `sheet:` in the mapping; there are: 'Sheet', 'Tin'" in refusal(
        tmp_path / "b.xlsx", records
    )
    assert labels(bring(tmp_path / "b.xlsx", mapping(BY, sheet="Tin"))) == ["archived"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("xl/media/image1.png", "holds pictures or other media"),
        ("xl/media/note.xml", "holds pictures or other media"),
        ("docProps/thumbnail.jpeg", "holds parts that are no cells"),
        ("xl/embeddings/oleObject1.bin", "holds embedded objects (OLE)"),
        ("xl/vbaProject.bin", "holds macros"),
        ("xl/macrosheets/sheet1.xml", "holds macros"),
        ("xl/activeX/activeX1.xml", "holds controls (ActiveX)"),
    ],
)
def test_media_objects_and_macros_are_refused_with_the_reason(
    book: Path, records: Records, name: str, said: str
) -> None:
    assert said in refusal(with_part(book, name, b"<x/>"), records)


def test_a_workbook_that_calls_itself_one_of_macros_is_refused(book: Path, records: Records) -> None:
    types = part(book, "[Content_Types].xml")
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert plain in types
    assert "holds macros" in refusal(
        with_part(book, "[Content_Types].xml", types.replace(plain, macros)), records
    )


def test_printer_settings_and_comments_are_part_of_ordinary_workbooks(bring: Importer, book: Path) -> None:
    with_part(book, "xl/printerSettings/printerSettings1.bin", b"\x00" * 100)
    with_part(book, "xl/drawings/vmlDrawing1.vml", b"<xml/>")
    assert labels(bring(book, mapping(BY)))[0] == "archived"


def test_links_to_other_workbooks_are_not_followed(
    bring: Importer, archived: Callable[[], dict[str, Page]], book: Path
) -> None:
    with_part(book, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert labels(bring(book, mapping(BY)))[0] == "archived"


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        b" " * (package.CHUNK - 4) + b"<!DOCTYPE x>",
    ],
)
def test_xml_with_a_document_type_is_refused_wherever_it_stands(
    book: Path, records: Records, head: bytes
) -> None:
    sheet = part(book, "xl/worksheets/sheet1.xml")
    body = sheet.replace(b"<worksheet", head + b"<worksheet", 1)
    assert "document type (DTD)" in refusal(with_part(book, "xl/worksheets/sheet1.xml", body), records)


def test_xml_in_utf_16_is_refused(book: Path, records: Records) -> None:
    sheet = part(book, "xl/worksheets/sheet1.xml").decode().encode("utf-16")
    assert "not UTF-8" in refusal(with_part(book, "xl/worksheets/sheet1.xml", sheet), records)


def test_a_bomb_is_refused_before_it_is_unpacked(book: Path, records: Records) -> None:
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as package_:
        for n in range(3):
            with package_.open(f"xl/worksheets/sheet{n + 2}.xml", "w", force_zip64=True) as out:
                for _ in range(200):
                    out.write(b"\x20" * 2**20)
    assert book.stat().st_size < 2_000_000
    assert "is over 512 MB unpacked" in refusal(book, records)


def test_a_bomb_that_lies_about_its_size_is_refused(book: Path, records: Records) -> None:
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet2.xml", b" " * 50_000_000)
    body = book.read_bytes()
    size = (50_000_000).to_bytes(4, "little")
    assert body.count(size) == 2
    book.write_bytes(body.replace(size, (100).to_bytes(4, "little")))
    assert "damaged" in refusal(book, records)


def test_a_workbook_of_too_many_parts_is_refused(book: Path, records: Records) -> None:
    with zipfile.ZipFile(book, "a") as made:
        for n in range(package.MOST_PARTS):
            made.writestr(f"xl/{n}.xml", b"")
    assert "split it" in refusal(book, records)


def test_encrypted_workbooks_and_those_of_before_2007_are_refused(tmp_path: Path, records: Records) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(package.OLE + b"\x00" * 512)
    assert "is encrypted or an old .xls; save it without a password" in refusal(path, records)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path, records: Records) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.xml", "<a/>")
    assert "is no Excel workbook" in refusal(path, records)


@pytest.mark.parametrize("cut", [0.2, 0.6, 0.95])
def test_a_damaged_workbook_is_refused(book: Path, records: Records, cut: float) -> None:
    body = book.read_bytes()
    book.write_bytes(body[: int(cut * len(body))])
    assert "is no workbook, or a damaged one" in refusal(book, records)


def test_xml_that_is_no_sheet_is_refused(book: Path, records: Records) -> None:
    sheet = part(book, "xl/worksheets/sheet1.xml")
    broken = with_part(book, "xl/worksheets/sheet1.xml", sheet[: len(sheet) // 2])
    assert "can't be read as a workbook" in refusal(broken, records)


def test_a_cell_at_the_far_corner_costs_nothing(bring: Importer, book: Path) -> None:
    sheet = part(book, "xl/worksheets/sheet1.xml")
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    with_part(book, "xl/worksheets/sheet1.xml", sheet.replace(b"</sheetData>", far))
    assert labels(bring(book, mapping(BY))) == ["archived", "dropped:no_text"]
