"""The command line: plain errors, exit codes, JSON, and what each command is for."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.settings import load_settings
from index import open_engine
from langnghe.cli import app
from langnghe.house import House, running
from tests.index.documents import document
from tests.langnghe.conftest import command


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    names = "demo run crawl analyse index watch extract search serve report train evaluate"
    for name in [
        *names.split(),
        "import",
        "archive",
        "tokens",
        "drift",
        "sources",
        "quarantine",
        "records",
        "users",
        "labels",
        "models",
    ]:
        assert f"\n  {name} " in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["crawl", "nowhere"], 2, "no source 'nowhere'; `langnghe sources list` names them all"),
        (["report", "--week", "2026-W99"], 2, "2026-W99"),
        (["search", "x", "--category", "weather"], 2, "no category 'weather'; there are: sexual_abuse,"),
        (["search", "trẻ tinnh:Huế"], 2, "search, column 5: no filter is called 'tinnh'; there are tỉnh,"),
        (["search", "x", "--since", "yesterday"], 2, "--since 'yesterday' is no day; write YYYY-MM-DD"),
        (["analyse", "in.jsonl"], 2, "analyse takes no file (the stage) or two"),
        (["analyse", "missing.jsonl", "out.jsonl"], 2, "missing.jsonl: No such file"),
        (["extract", "missing.html"], 2, "missing.html: can't be read"),
        (["users", "passwd", "nobody"], 2, "no user 'nobody'; `langnghe users add` makes one"),
        (["quarantine", "replay", "x"], 2, "not in quarantine: x"),
        (["records", "copy", "--to", "mysql://lan:mat@db/x"], 1, "begins with mysql:, not with postgresql:"),
        (["train", "risk", "--data", "missing.jsonl", "--output", "m"], 2, "missing.jsonl"),
        (["evaluate", "risk", "--data", "missing.jsonl"], 2, "missing.jsonl"),
        (["demo", "--corpus", "missing.parquet", "--no-serve"], 2, "missing.parquet"),
        (["serve", "--host", "203.0.113.1"], 2, "the console can't listen on 203.0.113.1"),
    ],
)
def test_errors_are_one_line_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command("--data-dir", str(tmp_path / "data"), *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = command("--data-dir", str(tmp_path), "search", "x", LANGNGHE_CRAWL__RETRIES="many")
    assert done.returncode == 2
    assert "setting 'crawl.retries'" in done.stderr


def test_rows_are_analysed_in_order_with_their_fields_kept(tmp_path: Path) -> None:
    rows = [
        {"id": 7, "text": "Giá vàng trong nước hôm nay tăng nhẹ so với cuối tuần trước."},
        {
            "id": 8,
            "title": "Bé gái 7 tuổi bị bạo hành",
            "text": "Công an đang điều tra vụ bé gái bị cha dượng đánh.",
        },
    ]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows))
    done = command("analyse", str(source), str(target))
    assert done.returncode == 0, done.stderr
    judged = [json.loads(line) for line in target.read_text().splitlines()]
    assert [r["id"] for r in judged] == [7, 8]
    assert [r["analysis"]["relevant"] for r in judged] == [False, True]
    assert judged[1]["analysis"]["categories"][0]["code"] == "violence"


def test_a_bad_row_is_named_and_no_half_file_is_left(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    for second, said in (
        ('{"text": ', "no JSON"),
        ('{"id": 2}', "text"),
        ("\n{}", "empty"),
        ("[]", "an object"),
    ):
        source.write_text('{"text": "một"}\n' + second + "\n")
        done = command("analyse", str(source), str(target))
        assert done.returncode == 2
        assert re.search(rf"in\.jsonl, line 2: .*{said}", done.stderr)
        assert list(tmp_path.iterdir()) == [source]


def test_html_files_are_extracted_one_line_each_in_order(tmp_path: Path) -> None:
    page = (
        "<html lang=vi><head><title>{0}</title><meta property='og:title' content='{0}'>"
        "<meta property='article:published_time' content='2026-11-16T07:30:00+07:00'></head>"
        "<body><article><h1>{0}</h1>"
        + "<p>Nội dung của bài viết này đủ dài để là một đoạn văn.</p>" * 8
        + "</article></body></html>"
    )
    plain, packed = tmp_path / "a.html", tmp_path / "b.html.gz"
    plain.write_text(page.format("Bài một"))
    packed.write_bytes(gzip.compress(page.format("Bài hai").encode()))
    done = command("extract", str(packed), str(plain))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["title"] for r in rows] == ["Bài hai", "Bài một"]
    assert set(rows[0]) >= {"file", "url", "title", "lead", "text", "published_at"}
    assert rows[0]["published_at"].startswith("2026-11-16T")


def test_html_files_that_can_not_be_read_are_left_out_and_counted(tmp_path: Path) -> None:
    good, broken, missing = (tmp_path / name for name in ("a.html", "b.html.gz", "c.html"))
    good.write_text("<title>Bài một</title>")
    broken.write_bytes(b"not gzip")
    done = command("extract", str(broken), str(good), str(missing), "--url", "https://bao.example.vn/1.html")
    assert [json.loads(line)["url"] for line in done.stdout.splitlines()] == ["https://bao.example.vn/1.html"]
    assert done.returncode == 2
    assert "2 of 3 files were left out, the first of them:" in done.stderr
    assert "b.html.gz" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_accounts_get_a_random_password_once(tmp_path: Path) -> None:
    data = ("--data-dir", str(tmp_path))
    added = command(*data, "users", "add", "lan", "--role", "lead")
    assert "lan: password " in added.stdout
    again = command(*data, "users", "add", "lan")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    listed = command(*data, "users", "list", "--json")
    assert json.loads(listed.stdout) == [
        {"username": "lan", "name": "lan", "role": "lead", "disabled": False}
    ]


def test_a_source_file_with_a_mistake_is_reported_and_the_others_listed(tmp_path: Path) -> None:
    good = "id: bao\nname: Báo\nhome: https://bao.example/\ntype: news\ndiscover: {feeds: ['https://bao.example/r']}\n"
    (tmp_path / "bao.yaml").write_text(good + "articles: {allow: ['x']}\n")
    (tmp_path / "sai.yaml").write_text(good + "feedz: 1\n")
    done = command(
        "--data-dir", str(tmp_path / "data"), "sources", "list", LANGNGHE_SOURCES_DIR=str(tmp_path)
    )
    assert done.returncode == 1
    assert "bao" in done.stdout
    assert "sai.yaml" in done.stderr
    assert "feedz" in done.stderr


def test_no_run_works_beside_one_that_is_alone(tmp_path: Path) -> None:
    house = House(load_settings(data_dir=tmp_path))
    with running(house, "prune", alone=True):
        done = command("--data-dir", str(tmp_path), "run")
    house.records.close()
    assert done.returncode == 1
    assert "another run works on" in done.stderr


def test_records_are_copied_by_one_command_while_nothing_runs(tmp_path: Path) -> None:
    copy = ("--data-dir", str(tmp_path), "records", "copy", "--to", f"sqlite:///{tmp_path}/there/new.db")
    command("--data-dir", str(tmp_path), "users", "add", "lan", "--role", "lead")
    place = House(load_settings(data_dir=tmp_path))
    with place.alone("run"):
        refused = command(*copy)
    place.records.close()
    assert (refused.returncode, "another run works on" in refused.stderr) == (1, True)
    assert not (tmp_path / "there").exists()

    copied = command(*copy, "--json")
    assert (copied.returncode, copied.stderr) == (0, "")
    told = json.loads(copied.stdout)
    assert told["target"] == f"sqlite:///{tmp_path}/there/new.db"
    assert {name: rows for name, rows in told["rows"].items() if rows} == {"users": 1}

    again = command(*copy)
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)
    assert "the target holds records already (users 1 rows); name an empty database" in again.stderr


def test_commands_load_only_what_they_need() -> None:
    code = "import sys, langnghe.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"alembic", "altair", "scipy", "scrapy", "sklearn", "trafilatura", "typst", "underthesea"}
    assert heavy.isdisjoint(loaded.stdout.split())


def test_what_stands_out_is_printed_with_its_counts(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    engine = open_engine(settings)
    engine.write([document(n, title=f"Tin của phường {n}", lead="Gia đình cho biết") for n in range(30)])
    engine.write([document(n, title="Bể bơi", provinces=("Hà Nội",)) for n in range(30, 35)])
    engine.close()

    done = command("--data-dir", str(tmp_path), "search", "--province", "Hà Nội", "--standing-out", "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == [{"term": "bể bơi", "count": 5, "background": 5}]
