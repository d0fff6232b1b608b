"""The demo, as a user runs it: everything in one go, then once more."""

import json
import re
import signal
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.contracts import AlertKind
from core.outcomes import Stage
from core.records import notices, open_records, runs
from core.settings import load_settings
from core.text import MASK
from core.urls import page_id
from langnghe.demo.site.truth import Truth, truth
from tests.langnghe.conftest import LANGNGHE, command, documents, pages


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder in which the demo has run once, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = command("demo", "--dir", str(folder), "--no-serve")
    assert done.returncode == 0, done.stderr
    return folder, done


@pytest.fixture(scope="module")
def served(first: tuple[Path, object]) -> dict[str, Truth]:
    """What the small web said, by page id."""
    return {page_id(t.url, t.anchor): t for t in truth(first[0])}


def totals(folder: Path) -> list[dict[Stage, Counter[str]]]:
    """Outcomes by stage of every run, oldest first."""
    records = open_records(load_settings(data_dir=folder))
    found = []
    for run in reversed(runs.runs(records)):
        stages: dict[Stage, Counter[str]] = {}
        for (stage, result, _), count in runs.outcome_counts(records, run.id).items():
            stages.setdefault(stage, Counter())[result] += count
        found.append(stages)
    records.close()
    return found


def test_every_item_has_an_outcome_and_the_sums_are_equal(
    first: tuple[Path, object], served: dict[str, Truth]
) -> None:
    [stages] = totals(first[0])
    archived = stages[Stage.CRAWL]["archived"]
    assert archived == len(served)
    assert stages[Stage.ANALYSE] == {"analysed": archived}
    assert sum(stages[Stage.INDEX].values()) == archived


def test_what_the_web_said_is_archived_word_for_word_and_indexed_masked_in_place(
    first: tuple[Path, object], served: dict[str, Truth]
) -> None:
    archived, indexed = pages(first[0]), documents(first[0])
    assert set(archived) == set(indexed) == set(served)
    for name, page in archived.items():
        assert page.text.split() == served[name].text.split()
        assert page.dated_at == served[name].published_at
        shown = indexed[name].page.text
        assert len(shown) == len(page.text)
        assert all(a in (b, MASK) for a, b in zip(shown, page.text, strict=True))


def test_the_grave_cases_stand_in_the_queue(first: tuple[Path, object], served: dict[str, Truth]) -> None:
    found = documents(first[0])
    grave = [name for name, t in served.items() if t.label.relevant and t.label.severity == 3]
    missed = [name for name in grave if not found[name].analysis.relevant]
    assert len(grave) >= 20
    assert len(missed) / len(grave) <= 0.05


def test_nothing_that_identifies_a_child_by_number_or_mail_is_indexed(first: tuple[Path, object]) -> None:
    for document in documents(first[0]).values():
        page = document.page
        words = " ".join((page.title, page.lead, page.text, page.thread_title))
        assert not re.search(r"\b0[35789]\d{8}\b", words)
        assert not re.search(r"[\w.]+@[\w.]+\.\w+", words)


def test_the_rise_that_the_web_holds_becomes_an_alert(first: tuple[Path, object]) -> None:
    records = open_records(load_settings(data_dir=first[0]))
    rises = [a for a in notices.alerts(records) if a.kind is AlertKind.RISE]
    records.close()
    assert "online_exploitation" in [a.facts["category"] for a in rises]


def test_the_week_s_report_is_there_in_both_forms(first: tuple[Path, object]) -> None:
    folder, _ = first
    html, pdf = (next((folder / "reports").glob(f"*.{kind}")) for kind in ("html", "pdf"))
    assert "Báo cáo tuần" in html.read_text()
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_the_account_is_told_once_and_how_to_reset_it_later(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = first
    assert re.search(r"Sign in as truongnhom with password \S{16} \(shown only now\)", done.stdout)
    again = command("demo", "--dir", str(folder), "--no-serve")
    assert again.returncode == 0, again.stderr
    assert f"--data-dir {folder} users passwd truongnhom" in again.stdout
    stages = totals(folder)[-1]
    assert stages[Stage.CRAWL]["archived"] == 0
    assert stages[Stage.CRAWL]["unchanged"] < 50, "what is known and not due costs no request"
    assert Stage.ANALYSE not in stages
    assert Stage.INDEX not in stages


def test_a_corpus_is_crawled_as_a_newspaper(tmp_path: Path) -> None:
    rows = [
        {
            "id": f"tin-{n}",
            "title": f"Bản tin số {n}",
            "lead": f"Tóm tắt dài hơn bốn mươi ký tự của bản tin số {n}.",
            "body": f"Nội dung của bản tin số {n} kể về một ngày ở chợ. " * 12,
        }
        for n in range(60)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "corpus.parquet")
    arguments = ("--corpus", str(tmp_path / "corpus.parquet"), "--pages", "50", "--no-serve")
    done = command("demo", "--dir", str(tmp_path / "demo"), *arguments)
    assert done.returncode == 0, done.stderr
    [stages] = totals(tmp_path / "demo")
    assert stages[Stage.CRAWL] == {"archived": 50}
    assert sum(stages[Stage.INDEX].values()) == 50


@pytest.fixture
def console(first: tuple[Path, object]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demo with its console up, and the console's address."""
    arguments = [*LANGNGHE, "demo", "--dir", str(first[0]), "--port", "0"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stderr is not None
            said = (re.search(r"Console: (\S+)", line) for line in process.stderr)
            yield process, next(found for found in said if found)[1]
        finally:
            process.send_signal(signal.SIGINT)


def test_the_console_is_served_on_loopback_only(console: tuple[subprocess.Popen[str], str]) -> None:
    process, address = console
    deadline = time.monotonic() + 20
    page = ""
    while "Lắng Nghe" not in page and time.monotonic() < deadline:
        with urllib.request.urlopen(address, timeout=10) as answer:
            page = answer.read().decode()
    assert "Đăng nhập" in page
    assert listening(process.pid)
    assert all(host.startswith("127.") for host in listening(process.pid))


def listening(pid: int) -> list[str]:
    """Addresses on which a process and its children listen (Linux)."""
    pids = [str(pid)] + [
        child
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    sockets = {
        str(fd.readlink())
        for one in pids
        for fd in Path(f"/proc/{one}/fd").iterdir()
        if str(fd.readlink()).startswith("socket:")
    }
    hosts = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                number = bytes.fromhex(fields[1].split(":")[0])
                hosts.append(".".join(map(str, reversed(number))) if table == "tcp" else number.hex())
    return hosts


def test_json_can_be_read_by_programs(first: tuple[Path, object]) -> None:
    done = command("--data-dir", str(first[0]), "search", "--severity", "3", "--limit", "3", "--json")
    hits = json.loads(done.stdout)
    assert len(hits) == 3
    assert all(hit["severity"] == 3 for hit in hits)
