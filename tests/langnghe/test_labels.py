"""Decisions as labels: what counts, which revision, in which form, and nothing dropped unsaid."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.contracts import Kind, Page, PageType, What
from core.records import people, runs
from core.records.decisions import decide
from core.records.people import Role
from core.text import MASK
from langnghe.house import House
from langnghe.labels import Fate, LabelRow, collect
from nlp.features import reading
from nlp.rows import read
from nlp.task import Task
from tests.langnghe.decided import (
    BEATEN,
    DROWNED,
    GOLD,
    Said,
    langnghe,
    later,
    revision,
    say,
    shown,
    take_back,
    take_in,
)

MakePage = Callable[..., Page]
Command = Callable[..., Said]
WHOLE = "Cháu Nguyễn Thị Bông, lớp 3A Trường Tiểu học Hoa Sữa, bị bạn bắt nạt. Số của cháu là 0912345678."


@pytest.fixture
def command(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line on the house's data folder."""
    return lambda *a: langnghe(monkeypatch, capsys, "--data-dir", house.settings.data_dir, *a)


def only(house: House) -> LabelRow:
    [row] = collect(house).rows
    return row


def test_a_confirmed_text_has_the_labels_that_were_shown(house: House, make_page: MakePage) -> None:
    page = revision(make_page(**BEATEN))
    take_in(house, [page])
    was = shown(house, page)
    made = say(house, page, What.CONFIRM)
    row = only(house)
    assert (row.relevant, row.categories, row.severity) == (True, was.categories, was.severity)
    assert (row.id, row.content_hash, row.decided_at, row.model) == (
        page.id,
        was.content_hash,
        made.at,
        was.model,
    )
    assert row.kind is not Kind.NONE
    assert row.kind_by == "model"


@pytest.mark.parametrize("what", [What.ESCALATE, What.REFER])
def test_passing_a_text_on_says_that_it_is_relevant(house: House, make_page: MakePage, what: What) -> None:
    page = revision(make_page(**BEATEN))
    take_in(house, [page])
    say(house, page, what)
    assert only(house).relevant


def test_a_dismissed_text_is_not_relevant_and_has_no_labels(house: House, make_page: MakePage) -> None:
    page = revision(make_page(**BEATEN))
    take_in(house, [page])
    say(house, page, What.DISMISS)
    row = only(house)
    assert (row.relevant, row.categories, row.severity, row.kind) == (False, (), 0, Kind.NONE)


def test_labels_that_a_person_gave_count_also_when_confirmed_or_reopened(
    house: House, make_page: MakePage
) -> None:
    page = revision(make_page(**GOLD))  # the model sees no risk in it
    take_in(house, [page])
    say(house, page, What.RELABEL, "neglect", "addiction", severity=1)
    assert (only(house).categories, only(house).severity) == (("neglect", "addiction"), 1)
    assert only(house).kind is not Kind.NONE
    for what in (What.CONFIRM, What.REOPEN, What.NOTE):
        say(house, page, what)
        assert only(house).categories == ("neglect", "addiction")


def test_what_is_undone_or_reopened_does_not_count(house: House, make_page: MakePage) -> None:
    first, second = revision(make_page(**BEATEN)), revision(make_page(number=2, **GOLD))
    take_in(house, [first, second])
    say(house, first, What.CONFIRM)
    take_back(house, first, say(house, first, What.DISMISS))
    say(house, second, What.DISMISS)
    say(house, second, What.REOPEN)
    labels = collect(house)
    assert [(row.id, row.relevant) for row in labels.rows] == [(first.id, True)]
    assert labels.fates == {Fate.RELEVANT: 1, Fate.NO_VERDICT: 1}


def test_the_text_is_of_the_revision_decided_on_though_a_newer_one_came(
    house: House, make_page: MakePage
) -> None:
    page = revision(make_page(**BEATEN))
    take_in(house, [page])
    say(house, page, What.CONFIRM)
    take_in(house, [later(page, 1, text="Bài đã được gỡ theo yêu cầu của gia đình.")])
    assert only(house).text == BEATEN["text"]


def test_a_newer_verdict_on_a_newer_revision_wins_and_the_contradiction_is_counted(
    house: House, make_page: MakePage
) -> None:
    page = revision(make_page(**BEATEN))
    take_in(house, [page])
    say(house, page, What.CONFIRM)
    newer = later(page, 1, text="Bài cũ đã được thay bằng tin về giá vàng trong nước sáng nay.")
    take_in(house, [newer])
    say(house, newer, What.DISMISS)
    labels = collect(house)
    assert [(row.text, row.relevant) for row in labels.rows] == [(newer.text, False)]
    assert labels.otherwise_before == 1


def test_of_equal_texts_decided_otherwise_the_newest_verdict_stays(house: House, make_page: MakePage) -> None:
    pages = [revision(make_page(number=n, **BEATEN)) for n in range(4)]
    take_in(house, pages)
    for page, what in zip(pages, (What.DISMISS, What.RELABEL, What.CONFIRM, What.CONFIRM), strict=True):
        labels = {"severity": 1} if what is What.RELABEL else {}
        say(house, page, what, *(["bullying"] if labels else []), **labels)  # type: ignore[arg-type]
    labels_ = collect(house)
    assert [row.id for row in labels_.rows] == [pages[3].id]
    assert labels_.fates == {Fate.RELEVANT: 1, Fate.REPEATED: 1, Fate.CONTRADICTED: 2}


def test_a_text_called_relevant_without_a_severity_is_named_not_guessed(
    house: House, make_page: MakePage
) -> None:
    page = revision(make_page(**GOLD))
    take_in(house, [page])
    say(house, page, What.CONFIRM)
    labels = collect(house)
    assert labels.rows == []
    assert labels.fates == {Fate.NO_SEVERITY: 1}
    assert labels.incomplete == [page.id]


def test_a_text_that_is_archived_no_more_is_counted(house: House, make_page: MakePage) -> None:
    page = revision(make_page(**BEATEN))
    take_in(house, [page])
    say(house, page, What.CONFIRM)
    for path in list(house.archive.partitions()):
        (Path(house.settings.archive_location) / path).unlink()
    assert collect(house).fates == {Fate.NO_TEXT: 1}


def test_where_masking_has_changed_the_only_revision_of_the_time_counts_and_none_is_guessed(
    house: House, make_page: MakePage
) -> None:
    page = revision(make_page(**BEATEN))
    take_in(house, [page])

    decide(
        house.records, "lan", What.CONFIRM, [shown(house, page).model_copy(update={"content_hash": "old"})]
    )
    assert only(house).text == BEATEN["text"]
    take_in(house, [later(page, -5, text="Bản đầu tiên của tin này ngắn hơn.")])
    assert collect(house).fates == {Fate.UNCLEAR: 1}


def test_rows_read_as_the_analyser_reads_the_page(house: House, make_page: MakePage) -> None:
    comment = revision(
        make_page(
            type=PageType.COMMENT,
            thread_title=BEATEN["title"],
            title="",
            text="Mong cơ quan chức năng vào cuộc",
        )
    )
    post = revision(make_page(number=2, type=PageType.POST, thread_title="Hỏi chuyện con", **BEATEN))
    article = revision(make_page(number=3, lead="Tin sáng nay.", **DROWNED))
    pages = [comment, post, article]
    take_in(house, pages)
    for page in pages:
        say(house, page, What.DISMISS)
    file = house.settings.data_dir / "rows.jsonl"
    file.write_text("".join(row.model_dump_json() + "\n" for row in collect(house, original=True).rows))
    assert [row.reading for row in read(Task.RISK, [file]).rows] == [reading(page) for page in pages]


def test_the_export_is_masked_private_and_says_what_became_of_each_text(
    house: House, make_page: MakePage, command: Command, tmp_path: Path
) -> None:
    pages = [revision(make_page(number=n, **what)) for n, what in enumerate((BEATEN, GOLD, DROWNED))]
    named = revision(make_page(number=9, title="Bị bắt nạt ở lớp", text=WHOLE))
    take_in(house, [*pages, named])
    for page in pages[:2]:
        say(house, page, What.DISMISS)
    say(house, pages[2], What.NOTE)
    say(house, named, What.RELABEL, "bullying", severity=2)
    target = tmp_path / "labels.jsonl"
    target.write_text("an old one that all may read")
    target.chmod(0o644)
    done = command("labels", "export", target)
    assert done.code == 0, done.err
    assert done.out.strip() == (
        "4 texts decided on; 3 exported (1 relevant, 2 not relevant); 1 left out (1 no verdict stands)"
    )
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    rows: list[dict[str, Any]] = [json.loads(line) for line in target.read_text().splitlines()]
    text = next(row["text"] for row in rows if row["id"] == named.id)
    assert MASK in text
    assert "Bông" not in text
    assert "0912345678" not in target.read_text()
    assert len(text) == len(WHOLE)
    assert runs.runs(house.records)[0].command.startswith("labels export, masked, by ")
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_original_texts_need_a_lead_and_a_reason_and_go_on_record(
    house: House, make_page: MakePage, command: Command, tmp_path: Path
) -> None:
    named = revision(make_page(title="Bị bắt nạt ở lớp", text=WHOLE))
    take_in(house, [named])
    say(house, named, What.RELABEL, "bullying", severity=2)
    people.add_user(house.records, "lan", "Lan", Role.ANALYST, "mat khau dai cua lan")
    people.add_user(house.records, "ha", "Hà", Role.LEAD, "mat khau dai cua ha")
    target = tmp_path / "labels.jsonl"
    asked = ("labels", "export", target, "--original")
    refused = command(*asked)
    assert (refused.code, "need --who" in refused.err) == (2, True)
    refused = command(*asked, "--who", "lan", "--why", "thử")
    assert (refused.code, "only a lead may" in refused.err) == (1, True)
    assert not target.exists()
    done = command(*asked, "--who", "ha", "--why", "đo xem tên có giúp mô hình không")
    assert done.code == 0, done.err
    assert "Bông" in target.read_text()
    assert "original texts exported" in done.err
    assert "original texts for ha: đo xem tên có giúp" in runs.runs(house.records)[0].command


def test_a_fixed_fifth_of_the_cases_is_held_out_and_stays_so(
    house: House, make_page: MakePage, command: Command, tmp_path: Path
) -> None:
    pages = [
        revision(make_page(number=n, title=f"Tin thứ {n} về chợ", text=f"Rau xanh ở chợ số {n} hôm nay rẻ."))
        for n in range(40)
    ]
    thread = [
        revision(make_page(number=100 + n, type=PageType.COMMENT, thread_id="t1", text=f"Lời thứ {n} ở đây"))
        for n in range(6)
    ]
    take_in(house, [*pages, *thread])
    for page in [*pages[:30], *thread]:
        say(house, page, What.DISMISS)
    known, held = tmp_path / "known.jsonl", tmp_path / "held.jsonl"

    def ids(file: Path) -> set[str]:
        return {json.loads(line)["id"] for line in file.read_text().splitlines()}

    done = command("labels", "export", known, "--held-out", held, "--json")
    summary = json.loads(done.out)
    first = ids(held)
    assert summary["held_out"] == len(first)
    assert 2 <= len(first - {page.id for page in thread}) <= 12
    assert not first & ids(known)
    assert len(first & {page.id for page in thread}) in (0, len(thread))
    for page in pages[30:]:
        say(house, page, What.DISMISS)
    command("labels", "export", known, "--held-out", held)
    assert first <= ids(held)
    same = command("labels", "export", known, "--held-out", known)
    assert (same.code, "different ones" in same.err) == (2, True)


def test_a_file_that_cannot_be_written_is_one_plain_line(
    house: House, command: Command, tmp_path: Path
) -> None:
    done = command("labels", "export", tmp_path / "nowhere" / "labels.jsonl")
    assert done.code == 2
    assert done.err.strip().endswith("labels.jsonl: No such file or directory; check folder and disk")
