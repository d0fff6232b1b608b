"""A partner's file: every row has one outcome, and importing again adds nothing."""

import codecs
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.archive import Archive
from core.contracts import Page, PageType
from core.errors import BadInput, BadUsage
from core.legacy import Font, to_font
from core.records import Records, tombstones
from core.urls import page_id
from intake.importing import BATCH_ROWS, Import, bring_in, judge
from intake.mapping import read_mapping
from tests.conftest import NOON
from tests.intake.conftest import COLUMNS, HEADER, Importer, labels, mapping

Archived = Callable[[], dict[str, Page]]
BEATEN = "Cháu kể với cô giáo rằng cháu bị đánh ở nhà, mong được giúp đỡ."
LOST = "Gia đình tìm cháu bé đi lạc ở bến xe từ chiều hôm qua."


def rows(*cells: tuple[str, str, str]) -> str:
    return HEADER + "".join(f'{a},{b},"{c}"\n' for a, b, c in cells)


def test_rows_become_pages_of_their_source(bring: Importer, archived: Archived) -> None:
    assert labels(bring(rows(("1", "Bị đánh", BEATEN), ("2", "Đi lạc", LOST)))) == ["archived", "archived"]
    beaten, lost = sorted(archived().values(), key=lambda page: page.title)
    assert (beaten.title, beaten.text, beaten.type) == ("Bị đánh", BEATEN, PageType.REPORT)
    assert (lost.source_id, lost.language, lost.fetched_at) == ("doi-tac", "vi", NOON)
    assert beaten.url == f"urn:langnghe:doi-tac:{beaten.id}"


def test_importing_again_adds_nothing(bring: Importer, archived: Archived) -> None:
    file = rows(("1", "Bị đánh", BEATEN), ("", "Đi lạc", LOST))
    bring(file)
    before = archived()
    assert labels(bring(file)) == ["unchanged", "unchanged"]
    assert archived() == before


def test_a_changed_row_becomes_a_revision_of_the_same_page(bring: Importer, archived: Archived) -> None:
    bring(rows(("1", "", BEATEN)))
    assert labels(bring(rows(("1", "", LOST)))) == ["archived"]
    (page,) = archived().values()
    assert page.text == LOST


def test_of_two_rows_with_one_id_the_first_counts_each_time(bring: Importer, archived: Archived) -> None:
    file = rows(("1", "", BEATEN), ("1", "", BEATEN), ("1", "", LOST))
    assert labels(bring(file)) == ["archived", "unchanged", "dropped:repeated"]
    assert labels(bring(file)) == ["unchanged", "unchanged", "dropped:repeated"]
    (page,) = archived().values()
    assert page.text == BEATEN


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_with_which_the_header_fits(bring: Importer, delimiter: str) -> None:
    file = delimiter.join(["Mã", "Ghi chú, thêm; | khác", "Nội dung"]).replace(
        "Ghi chú, thêm; | khác", '"Ghi chú, thêm; | khác"'
    )
    by = mapping({"text": "Nội dung", "id": "Mã"})
    assert labels(bring(f"{file}\n1{delimiter}x{delimiter}{BEATEN.replace(',', ' ')}\n", by)) == ["archived"]


@pytest.mark.parametrize(
    "body",
    [
        codecs.BOM_UTF8 + rows(("1", "", BEATEN)).encode(),
        rows(("1", "", BEATEN)).encode("utf-16"),
        rows(("1", "", BEATEN)).encode("utf-8").replace(b"\n", b"\r\n"),
    ],
)
def test_the_encoding_is_found_out(bring: Importer, archived: Archived, body: bytes) -> None:
    assert labels(bring(body)) == ["archived"]
    assert [page.text for page in archived().values()] == [BEATEN]


def in_1258(text: str) -> bytes:
    """Text as windows-1258 writes it: tones apart from their vowels."""
    import unicodedata

    out = b""
    for char in text:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            *base, tone = unicodedata.normalize("NFD", char)
            if tone not in "\u0300\u0301\u0303\u0309\u0323":
                tone = next(c for c in base if c in "\u0300\u0301\u0303\u0309\u0323")
                base = [c for c in unicodedata.normalize("NFD", char) if c != tone]
            out += unicodedata.normalize("NFC", "".join(base)).encode("cp1258") + tone.encode("cp1258")
    return out


def test_windows_1258_is_read(bring: Importer, archived: Archived) -> None:
    assert labels(bring(in_1258(rows(("1", "", BEATEN), ("2", "", LOST))))) == ["archived", "archived"]
    assert {page.text for page in archived().values()} == {BEATEN, LOST}


# Not VISCII: so few letters of it pass for TCVN3.
@pytest.mark.parametrize("font", [Font.TCVN3, Font.VNI])
def test_a_file_typed_for_an_old_font_is_read_even_where_a_row_is_short(
    bring: Importer, archived: Archived, font: Font
) -> None:
    file = to_font(rows(("1", "", BEATEN.lower()), ("2", "", "trẻ em")), font)
    assert labels(bring(file.encode("cp1252", "replace"))) == ["archived", "archived"]
    assert {page.text for page in archived().values()} == {BEATEN.lower(), "trẻ em"}


def test_a_broken_row_harms_no_other(bring: Importer) -> None:
    good = f"2,Tiêu đề,{LOST}\n".encode()
    bad = b"3,x,Ch\xff\xfeu b\xe9\n"
    quotes = b'4,"a"b,c\n'
    more = b"5,a,b,c,d\n"
    body = HEADER.encode() + good + bad + quotes + more + f"6,,{BEATEN}\n".replace(", m", " m").encode()
    done = bring(body + good.replace(b"2", b"7", 1) * 200)
    assert labels(done)[:5] == ["archived", "dropped:encoding", "dropped:row", "dropped:row", "archived"]


def test_a_quote_that_is_not_closed_costs_one_row_and_little_memory(bring: Importer) -> None:
    long = f"2,,{'dài ' * 500_000}\n"
    assert labels(bring(f'{HEADER}1,,Một tin.\n{long}3,,Tin khác.\n4,,"Không đóng')) == [
        "archived",
        "dropped:row",
        "archived",
        "dropped:row",
    ]


def test_a_row_is_given_up_when_its_lines_do_not_end(bring: Importer) -> None:
    cells = ",".join(['"' + f"{'chữ' * 30_000}\n" * 9 + '"'] * 8)
    done = bring(f"{HEADER}{cells}\n{'x' * 9},,Tin cuối.\n")
    assert done[0].outcome.detail.startswith("is longer than")


def test_json_lines_are_read_and_what_is_no_object_is_refused(bring: Importer) -> None:
    lines = [
        json.dumps({"Nội dung": BEATEN, "Mã": 7}),
        json.dumps({"Nội dung": "\ud800"}),
        json.dumps({"Nội dung": ["a"]}),
        "[" * 100_000,
        "{",
        "",
        json.dumps({"khác": 1}),
    ]
    done = bring("\n".join(lines), name="file.jsonl")
    assert [row.number for row in done] == [1, 2, 3, 4, 5, 7]
    assert labels(done) == [
        "archived",
        "dropped:encoding",
        "dropped:not_text",
        "dropped:row",
        "dropped:row",
        "dropped:no_text",
    ]


def test_dates_are_read_by_format_and_zone_and_a_wrong_one_is_refused(
    bring: Importer, archived: Archived
) -> None:
    date = {"column": "Ngày", "format": "%d/%m/%Y %H:%M"}
    by = mapping({"text": "Tin", "date": date})
    done = bring("Ngày,Tin\n18/11/2026 09:30,a\n11/18/2026 09:30,b\n18/12/2026 09:30,c\n,d\n", by)
    assert labels(done) == ["archived", "dropped:date", "dropped:date", "archived"]
    dates = {page.text: page.published_at for page in archived().values()}
    assert dates == {"a": datetime(2026, 11, 18, 2, 30, tzinfo=UTC), "d": None}


@pytest.mark.parametrize(
    ("form", "cell", "utc"),
    [
        ("iso", "2026-11-18T09:30:00+07:00", datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),
        ("iso", "2026-11-18", datetime(2026, 11, 17, 17, tzinfo=UTC)),
        ("unix", "1763433000", datetime(2025, 11, 18, 2, 30, tzinfo=UTC)),
    ],
)
def test_dates_in_iso_and_unix_time(
    bring: Importer, archived: Archived, form: str, cell: str, utc: datetime
) -> None:
    by = mapping({"text": "Tin", "date": {"column": "Ngày", "format": form}})
    assert labels(bring(f"Ngày,Tin\n{cell},a\n", by)) == ["archived"]
    assert [page.published_at for page in archived().values()] == [utc]


def test_types_threads_and_addresses_are_mapped(bring: Importer, archived: Archived) -> None:
    types = {"column": "Loại", "values": {"Bài viết": "post"}}
    by = mapping({"text": "Tin", "type": types, "thread": "Chủ đề", "url": "Link"})
    done = bring(
        "Tin,Loại,Chủ đề,Link\na,Bài viết,T1,https://bao.example/1\nb,comment,T1,\nc,video,,\nd,,,javascript:x\n",
        by,
    )
    assert labels(done) == ["archived", "archived", "dropped:unknown_type", "dropped:address"]
    one, two = sorted(archived().values(), key=lambda page: page.text)
    assert (one.type, two.type) == (PageType.POST, PageType.COMMENT)
    assert one.thread_id == two.thread_id is not None
    assert one.url == "https://bao.example/1"
    assert one.id != page_id(one.url)  # it must not replace what the crawler finds there


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.mark.parametrize(
    ("cell", "became"),
    [
        (f"data:image/png;base64,{PIXEL}", "dropped:no_text"),
        (f"Ảnh đây {PIXEL * 3} hết", "dropped:image"),
        ("\x89PNG\r\n\x1a\n\x00\x00", "dropped:image"),
        ("%PDF-1.7 \x00", "dropped:pdf"),
        ("<svg xmlns='http://www.w3.org/2000/svg'></svg>", "dropped:image"),
        ("<!-- ảnh --><svg xmlns='http://www.w3.org/2000/svg'></svg>", "dropped:image"),
        ("<s:svg xmlns:s='http://www.w3.org/2000/svg'></s:svg>", "dropped:image"),
        ("Báo cáo\n%PDF-1.7", "dropped:pdf"),
        ("<b>Tin</b> về <3 em", "archived"),
        ("BMI của cháu thấp, MZ là tên lớp.", "archived"),
        ("Tin\x00 có ký tự lạ\x07.", "dropped:binary"),
    ],
)
def test_no_byte_of_a_file_comes_in(bring: Importer, archived: Archived, cell: str, became: str) -> None:
    line = json.dumps({"Nội dung": cell})
    assert labels(bring(line, name="a.jsonl")) == [became]
    assert all(PIXEL[:20] not in page.text for page in archived().values())


def test_a_data_uri_is_cut_out_of_a_text(bring: Importer, archived: Archived) -> None:
    bring(rows(("1", "", f"Trước data:image/png;base64,{PIXEL} sau")))
    assert [page.text for page in archived().values()] == ["Trước sau"]


def test_what_was_erased_stays_out_by_its_id_and_by_its_address(
    bring: Importer, records: Records, archived: Archived
) -> None:
    by = mapping({"text": "Tin", "id": "Mã", "url": "Link"})
    bring("Mã,Tin,Link\n1,a,\n", by)
    (name,) = archived()
    tombstones.erase(records, {name: (), page_id("https://bao.example/2"): ()}, "lan", "theo yêu cầu")
    done = bring("Mã,Tin,Link\n1,mới,\n2,b,http://www.bao.example/2\n3,c,https://bao.example/3\n", by)
    assert labels(done) == ["dropped:erased", "dropped:erased", "archived"]


def test_a_dry_run_says_the_same_and_writes_nothing(
    bring: Importer, records: Records, archived: Archived, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(rows(("1", "", BEATEN), ("2", "", ""), ("1", "", LOST)))
    tried = [row for batch in judge(Import(file, mapping(), NOON), records) for row in batch]
    assert archived() == {}
    assert labels(bring(file)) == labels(tried)


def test_no_refusal_repeats_the_text(bring: Importer) -> None:
    secret = "Bí mật của cháu"
    lines = [{"Nội dung": [secret]}, {"Nội dung": secret * 20_000}, {"Nội dung": f"\x00{secret}"}]
    done = bring("\n".join(map(json.dumps, lines)), name="a.jsonl")
    assert [row.outcome.result for row in done] == ["dropped"] * 3
    assert all(secret not in repr(row.outcome) for row in done)


def test_a_run_that_stops_halfway_is_made_whole_by_the_next(
    archive: Archive, records: Records, tmp_path: Path, bring: Importer, archived: Archived
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(rows(*((str(n), "", f"Tin số {n}.") for n in range(3 * BATCH_ROWS))))
    next(bring_in(Import(file, mapping(), NOON), archive, records, "cut-off"))
    done = bring(file)
    assert labels(done) == ["unchanged"] * BATCH_ROWS + ["archived"] * 2 * BATCH_ROWS
    assert len(archived()) == 3 * BATCH_ROWS


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "", "has no row of column names"),
        ("a.csv", "x,y\n1,2\n", "has no column 'Nội dung' (columns.text); there are: 'x', 'y'"),
        ("a.csv", "Mã,Nội dung,Nội dung,Tiêu đề\n", "column 'Nội dung' is there 2 times"),
        ("a.csv", "\x89PNG\r\n\x1a\n\x00", "holds image, not text"),
        ("a.xlsx", "Mã,Nội dung\n", "is no workbook"),
        ("missing.csv", None, "can't be read (No such file"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused_in_one_line(
    tmp_path: Path, records: Records, name: str, content: str | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content.encode("latin-1" if "PNG" in content else "utf-8"))
    with pytest.raises(BadInput) as caught:
        list(judge(Import(path, mapping(), NOON), records))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_sort_of_file_is_wrong_usage(tmp_path: Path, records: Records) -> None:
    with pytest.raises(BadUsage, match="is neither"):
        list(judge(Import(tmp_path / "a.docx", mapping(), NOON), records))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no keys"),
        ("source: {id: a, name: A}\ncolumn: {text: x}", "column: there is no such key"),
        ("source: {id: a, name: A}", "columns: is missing"),
        ("source: {id: A B, name: A}\ncolumns: {text: x}", "source.id"),
        (
            "source: {id: a, name: A}\ncolumns: {text: x, date: {column: d, zone: Mars}}",
            "no time zone 'Mars'",
        ),
        ("a: [", "line 1: is no valid YAML"),
        ("source: {id: a, name: A}\ncolumns: {text: x, title: y}\nconstants: {title: z}", "title is both"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        read_mapping(path)
    assert said in str(caught.value)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, records: Records) -> None:
    def peak(count: int) -> int:
        file = tmp_path / f"{count}.csv"
        with file.open("w") as out:
            out.write(HEADER)
            out.writelines(f"{n},,Tin số {n} nói về một việc.\n" for n in range(count))
        tracemalloc.start()
        total = sum(len(batch) for batch in judge(Import(file, mapping(COLUMNS), NOON), records))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert total == count
        return highest

    peak(2 * BATCH_ROWS)  # what is loaded once
    assert peak(12 * BATCH_ROWS) < 1.2 * peak(3 * BATCH_ROWS)
