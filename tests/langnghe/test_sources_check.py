"""`langnghe sources check`: how each source does, and whether it answers."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.contracts import VIETNAM, Reason, SourceState, Why
from core.records import crawled, open_records
from core.records.days import add_day
from core.settings import load_settings
from core.source_days import Makeup, SourceDay
from tests.langnghe.conftest import command

SOURCE = """id: bao
name: Báo Mai
home: https://bao.example/
discover: {feeds: ["https://bao.example/rss"]}
articles: {allow: ["."]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a source that lost its JSON-LD and is late."""
    (tmp_path / "bao.yaml").write_text(SOURCE)
    records = open_records(load_settings(data_dir=tmp_path / "data"))
    crawled.declare_sources(records, [("bao", "Báo Mai", "https://bao.example/", True)])
    today = datetime.now(UTC).astimezone(VIETNAM).date()
    with records.write() as session:
        for back in range(60, 0, -1):
            made = Makeup(pages=48, linked=0 if back < 4 else 47, dated=48)
            day = today - timedelta(days=back)
            add_day(session, SourceDay(source_id="bao", day=day, checks=24, hours=(2,) * 24, makeup=made))
    late = Reason(code=Why.FEWER, facts={"hours": 6, "got": 1, "low": 5, "usual": 12})
    crawled.source_ran(records, "bao", SourceState.LATE, reasons=[late], new=True)
    records.close()
    return tmp_path


def checked(folder: Path, *arguments: str) -> tuple[int, str]:
    done = command(
        "--data-dir", str(folder / "data"), "sources", *arguments, LANGNGHE_SOURCES_DIR=str(folder)
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_table_says_state_reason_volume_and_make_up_in_english(folder: Path) -> None:
    code, said = checked(folder, "check", "--no-fetch")
    flat = " ".join(said.replace("│", " ").split())
    assert code == 0
    for word in ("late", "bao", "source", "make-up", "expected"):
        assert word in flat


def test_json_has_codes_numbers_and_sentences(folder: Path) -> None:
    code, said = checked(folder, "check", "--no-fetch", "--json")
    (row,) = json.loads(said)
    assert code == 0
    assert (row["id"], row["state"]) == ("bao", "late")
    assert row["reasons"] == [
        {
            "said": "1 new texts in 6 hours; usually about 12, at least 5",
            "code": "fewer",
            "facts": {"hours": 6, "got": 1, "low": 5, "usual": 12},
        }
    ]
    assert row["got_24h"] > 0
    assert datetime.fromisoformat(row["last_success"]).tzinfo is not None
    (change,) = row["makeup"]
    assert (change["measure"], change["after"], change["lasts"]) == ("linked", 0.0, True)
    assert row["checks"] == []


def test_the_list_words_the_reasons_too(folder: Path) -> None:
    _, said = checked(folder, "list", "--json")
    (row,) = json.loads(said)
    assert row["reason"] == "1 new texts in 6 hours; usually about 12, at least 5"


def test_fetching_a_public_source_needs_a_contact_looking_at_records_does_not(folder: Path) -> None:
    code, said = checked(folder, "check")
    assert code == 2
    assert "crawl.contact" in said
