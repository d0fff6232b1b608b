"""What is handed in goes the way of all pages; a kill loses nothing and doubles nothing."""

import csv
import json
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import httpx
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from core.archive import Archive
from core.contracts import Page
from core.errors import BadUsage
from core.outcomes import Stage
from core.records import Records, crawled, open_records
from core.records.partners import Partner, declare_partner
from core.records.people import Role, add_user, sign_in
from core.records.tokens import Scope, create_token, tokens
from core.settings import Settings
from dashboards.console.guard import SESSION_COOKIE
from intake import importing, receiving
from intake.importing import BATCH_ROWS, Import, bring_in
from intake.mapping import FileMapping
from langnghe import erasing, pipeline, rebuild
from langnghe.cli import app
from langnghe.house import House, running
from langnghe.importing import import_file
from langnghe.serve import create_served
from nlp.analyser import Analyser
from tests.conftest import NOON
from tests.langnghe.conftest import LANGNGHE, command, in_a_process, indexed, killed_at, opened, run

SOURCE = "tong-dai-111"
PATH = "/intake/v1/reports"
CHILD = "Nguyễn Thị Bống"
REPORT = (
    f"Cháu {CHILD}, 9 tuổi, học lớp 3A trường tiểu học Kim Đồng, bị cha dượng đánh đập nhiều lần, người đầy"
    " vết bầm tím. Hàng xóm nghe cháu kêu cứu mỗi đêm, mong cơ quan chức năng can thiệp gấp."
)
MAPPING = """
source: {id: tong-dai-111, name: Tổng đài 111}
columns:
  text: Nội dung
  title: Tiêu đề
  id: Mã
"""


def token_of(records: Records) -> str:
    declare_partner(records, Partner(id=SOURCE, name="Tổng đài 111"))
    return create_token(records, "mẫu web", SOURCE, [Scope.REPORTS], "lan", timedelta(days=1))[0]


def pages(archive: Archive) -> list[Page]:
    """Every archived page; fails if one is there twice."""
    found = [page for path in archive.partitions() for page in archive.read(path)]
    assert len({(page.id, page.content_hash) for page in found}) == len(found)
    return found


@pytest.fixture
def served(house: House, analyser: Analyser) -> Iterator[tuple[House, TestClient]]:
    """A house with the application that `langnghe serve` serves, and an analyst's browser."""
    place = opened(house.settings, analyser)
    add_user(place.records, "an", "Phan Thị An", Role.ANALYST, "mot mat khau de thu")
    entered = sign_in(place.records, "an", "mot mat khau de thu", "127.0.0.1", 1)
    assert entered
    with TestClient(create_served(place), follow_redirects=False) as browser:
        browser.cookies.set(SESSION_COOKIE, entered[0], domain="testserver.local")
        yield place, browser
    place.engine.close()
    place.records.close()


def test_a_report_appears_in_the_queue_masked_with_its_source_and_without_a_link(
    served: tuple[House, TestClient],
) -> None:
    house, browser = served
    headers = {"Authorization": f"Bearer {token_of(house.records)}", "Idempotency-Key": "k"}
    answer = browser.post(PATH, json={"text": REPORT, "title": "Cháu bé bị đánh"}, headers=headers)
    assert answer.status_code == 202, answer.text
    outcomes = run(house)
    assert {o.stage for o in outcomes} == {Stage.ANALYSE, Stage.INDEX}

    queue = browser.get("/queue").text
    assert "Cháu bé bị đánh" in queue
    assert "Tin báo" in queue
    assert "Tổng đài 111" in queue
    text = browser.get(f"/texts/{answer.json()['id']}").text
    assert "Tổng đài 111" in text
    assert "Tiếp nhận lúc" in text
    assert "Không có: tin được gửi đến, không lấy từ trang web" in text
    assert "urn:langnghe" not in text
    assert CHILD not in queue + text
    assert "Kim Đồng" not in queue + text
    assert "bị cha dượng đánh đập" in re.sub("<[^>]+>", "", text)


def test_the_console_and_the_intake_keep_to_themselves(served: tuple[House, TestClient]) -> None:
    _, browser = served
    assert browser.post(PATH, json={"text": REPORT}).status_code == 401  # a session is no token
    assert browser.get("/intake/v1/openapi.json").json()["openapi"] == "3.1.0"
    assert browser.get("/queue").status_code == 200
    assert "text/html" in browser.get("/nowhere").headers["content-type"]


def test_an_imported_file_goes_the_way_of_all_pages(house: House, analyser: Analyser, tmp_path: Path) -> None:
    place = opened(house.settings, analyser)
    file = tmp_path / "a.csv"
    file.write_text(f'Mã,Tiêu đề,Nội dung\n1,Bị đánh,"{REPORT}"\n2,,\n')
    with running(place, "import") as run_id:
        work = Import(file, mapping(), NOON)
        done = [row for batch in import_file(place, run_id, work) for row in batch]
    assert [row.outcome.label for row in done] == ["archived", "dropped:no_text"]
    run(place)
    (hit,) = indexed(place).values()
    assert (hit.document.page.source_id, hit.relevant) == (SOURCE, True)
    place.engine.close()
    place.records.close()


def mapping() -> FileMapping:
    columns = {"text": "Nội dung", "title": "Tiêu đề", "id": "Mã"}
    return FileMapping.model_validate({"source": {"id": SOURCE, "name": "Tổng đài 111"}, "columns": columns})


def test_a_partner_can_not_go_by_the_id_of_a_crawled_source(house: House, tmp_path: Path) -> None:
    crawled.declare_sources(house.records, [(SOURCE, "Báo", "https://bao.example/", True)])
    (tmp_path / "a.csv").write_text("Mã,Tiêu đề,Nội dung\n1,,a\n")
    with running(house, "import") as run_id, pytest.raises(BadUsage, match="is a source that is crawled"):
        list(import_file(house, run_id, Import(tmp_path / "a.csv", mapping(), NOON)))


def test_an_import_waits_while_partitions_are_being_put_in_the_place_of_others(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("Mã,Tiêu đề,Nội dung\n1,,Một tin\n")
    other = House(house.settings)

    def bring() -> None:
        with running(other, "import") as run_id:
            list(import_file(other, run_id, Import(tmp_path / "a.csv", mapping(), NOON)))

    with ThreadPoolExecutor() as pool:
        with house.rearranging():
            brought = pool.submit(bring)
            assert not wait([brought], timeout=0.5).done
        brought.result()
    assert len(pages(house.archive)) == 1
    other.records.close()


def test_what_was_handed_in_is_erased_like_any_page(house: House, analyser: Analyser, tmp_path: Path) -> None:
    place = opened(house.settings, analyser)
    file = tmp_path / "a.csv"
    file.write_text(f'Mã,Tiêu đề,Nội dung\n1,Bị đánh,"{REPORT}"\n2,Khác,"{REPORT} Thêm."\n')
    by = mapping().model_copy(
        update={"constants": mapping().constants.model_copy(update={"type": "article"})}
    )
    with running(place, "import") as run_id:
        (batch,) = import_file(place, run_id, Import(file, by, NOON))
    run(place)
    name = batch[0].page and batch[0].page.id
    assert name
    erasing.request(place, name, "lan", "theo yêu cầu")
    with running(place, "erase"):
        assert erasing.go_on(place).pages == (name,)
    assert name not in indexed(place)
    with running(place, "import") as run_id:
        (again,) = import_file(place, run_id, Import(file, by, NOON))
    assert [row.outcome.label for row in again] == ["dropped:erased", "unchanged"]
    place.engine.close()
    place.records.close()


def test_a_report_that_comes_while_a_rebuild_ends_waits_for_the_next_run(
    house: House, analyser: Analyser
) -> None:
    place = opened(house.settings, analyser)
    token_of(place.records)
    (token,) = tokens(place.records)
    desk = receiving.Desk(place.records, place.archive, timedelta(hours=1))
    desk.receive(token, "k1", json.dumps({"text": REPORT}).encode())
    run(place)
    adopt, late = pipeline.adopt, []

    def adopt_and_receive(*given: object) -> int:
        adopted = adopt(*given)  # type: ignore[arg-type]
        waiting = rebuild.crawled.partitions_to_build
        if not late:

            def then_one_more(*arguments: object) -> object:
                found = waiting(*arguments)  # type: ignore[arg-type]
                if not late:
                    late.append(desk.receive(token, "k2", json.dumps({"text": f"{REPORT} Hai."}).encode()).id)
                return found

            patch.setattr(rebuild.crawled, "partitions_to_build", then_one_more)
        return adopted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "adopt", adopt_and_receive)
        assert rebuild.rebuild(place).documents == 1
    run(place)
    assert late[0] in indexed(place)
    assert len(indexed(place)) == 2
    place.engine.close()
    place.records.close()


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (receiving, "claim"),
        (Archive, "write"),
        (receiving, "record_batch"),
        (receiving, "mark_archived"),
    ],
)
@pytest.mark.parametrize("adopted", [False, True])
def test_a_kill_at_any_step_of_a_report_loses_nothing_and_doubles_nothing(
    settings: Settings, tmp_path: Path, owner: ModuleType | type, name: str, adopted: bool
) -> None:
    body = json.dumps({"text": REPORT}).encode()

    def receive() -> receiving.Accepted:
        records = open_records(settings)
        (token,) = tokens(records) or [None]
        if token is None:
            token_of(records)
            (token,) = tokens(records)
        desk = receiving.Desk(records, Archive(settings.archive_location), timedelta(hours=1))
        accepted = desk.receive(token, "k", body)
        records.close()
        return accepted

    def receive_and_die() -> None:
        with killed_at(owner, name, after=True):
            receive()

    assert in_a_process(receive_and_die) == -signal.SIGKILL
    if adopted:
        house = House(settings.model_copy(update={"sources_dir": tmp_path}))
        with running(house, "crawl") as run_id, house.rearranging():
            pipeline.adopt(house, run_id)
        house.records.close()
    first, again = receive(), receive()
    assert first == again
    (page,) = pages(Archive(settings.archive_location))
    assert page.id == first.id


@pytest.mark.parametrize("owner", [Archive, importing])
def test_a_kill_in_the_middle_of_an_import_is_made_good_by_the_next(
    house: House, tmp_path: Path, owner: ModuleType | type
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "Mã,Tiêu đề,Nội dung\n" + "".join(f"{n},,Tin số {n}.\n" for n in range(2 * BATCH_ROWS + 5))
    )
    work = Import(file, mapping(), datetime.now(UTC))

    def bring_and_die() -> None:
        place = House(house.settings)
        with killed_at(owner, "write" if owner is Archive else "record_batch", after=True):
            list(bring_in(work, place.archive, place.records, "cut"))

    assert in_a_process(bring_and_die) == -signal.SIGKILL
    with running(house, "import") as run_id:
        counted = [row.outcome.label for batch in import_file(house, run_id, work) for row in batch]
    assert counted == ["unchanged"] * BATCH_ROWS + ["archived"] * (BATCH_ROWS + 5)
    assert len(pages(house.archive)) == 2 * BATCH_ROWS + 5


@contextmanager
def serve(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`langnghe serve` in a process of its own, and its address."""
    process = subprocess.Popen(
        [*LANGNGHE, "--data-dir", str(data_dir), "serve", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        found = None
        while found is None:
            line = process.stderr.readline()
            assert line, "the server did not start"
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
        yield process, found[0]
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_reports_survive_kills_of_the_served_program(settings: Settings) -> None:
    records = open_records(settings)
    token = token_of(records)
    moments = random.Random(time.time_ns())
    acknowledged: dict[str, str] = {}
    texts = {str(uuid4()): f"Tin báo số {n}, mong được giúp đỡ." for n in range(40)}
    for _ in range(3):
        with serve(settings.data_dir) as (process, address), httpx.Client(base_url=address) as client:
            deadline = time.monotonic() + moments.uniform(0.2, 1.0)
            for key in texts.keys() - acknowledged.keys():
                send(client, token, key, texts[key], acknowledged)
                if time.monotonic() > deadline:
                    break
            os.kill(process.pid, signal.SIGKILL)
    with serve(settings.data_dir) as (_, address), httpx.Client(base_url=address) as client:
        before = dict(acknowledged)
        for key, text in texts.items():
            send(client, token, key, text, acknowledged)
    assert acknowledged.items() >= before.items()
    found = pages(Archive(settings.archive_location))
    assert {page.id for page in found} == set(acknowledged.values())
    assert len(found) == len(texts)
    records.close()


def send(client: httpx.Client, token: str, key: str, text: str, acknowledged: dict[str, str]) -> None:
    """Send a report and keep what is answered."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    answer = client.post(PATH, json={"text": text}, headers=headers)
    if answer.status_code != 429:
        assert answer.status_code == 202, answer.text
        acknowledged[key] = answer.json()["id"]


def test_the_command_line_imports_reports_refusals_and_shows_a_dry_run(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING)
    (tmp_path / "a.csv").write_text(f'Mã;Tiêu đề;Nội dung\n1;Bị đánh;"{REPORT}"\n2;=1+1;\n')
    given = ["--data-dir", str(tmp_path / "data"), "import", str(tmp_path / "a.csv")]
    given += ["--mapping", str(tmp_path / "m.yaml"), "--report", str(tmp_path / "r.csv")]
    tried = command(*given, "--dry-run", "--json")
    assert json.loads(tried.stdout)["outcomes"] == {"archived": 1, "dropped:no_text": 1}
    assert not (tmp_path / "data/archive").exists()
    shown = command(*given)
    assert (shown.returncode, "archived" in shown.stdout) == (0, True), shown.stderr
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["row", "column", "reason", "what to do"]
    assert rows[1][:3] == ["3", "Nội dung", "no_text"]
    assert len(rows) == 2
    again = command(*given, "--json", "--source", "doi-tac-khac")
    assert json.loads(again.stdout)["outcomes"] == {"archived": 1, "dropped:no_text": 1}


@pytest.mark.parametrize(
    ("file", "mapping_text", "code", "said"),
    [
        ("a.csv", "source: {}", 2, "m.yaml: "),
        ("missing.csv", MAPPING, 2, "missing.csv: can't be read (No such file"),
        ("a.docx", MAPPING, 2, "a.docx: is neither .csv"),
        ("empty.csv", MAPPING, 1, "empty.csv: no row could be taken; correct the mapping or the file"),
    ],
)
def test_what_is_wrong_with_an_import_is_one_line(
    tmp_path: Path, file: str, mapping_text: str, code: int, said: str
) -> None:
    (tmp_path / "m.yaml").write_text(mapping_text)
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "empty.csv").write_text("Mã,Tiêu đề,Nội dung\n1,a,\n")
    given = ["--data-dir", str(tmp_path / "data"), "import", str(tmp_path / file)]
    done = command(*given, "--mapping", str(tmp_path / "m.yaml"))
    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_tokens_are_made_listed_and_revoked(tmp_path: Path) -> None:
    def tokens_command(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["--data-dir", str(tmp_path), "tokens", *arguments])
        return done.output if done.exception is None else str(done.exception)

    made = tokens_command("create", "mẫu web", "--source", SOURCE, "--source-name", "Tổng đài 111")
    assert re.search(r"^[0-9a-f]{8}: token lng_[\w-]{43} \(shown only now", made), made
    (token,) = json.loads(tokens_command("list", "--json"))
    assert (token["name"], token["source_id"], token["scopes"]) == ("mẫu web", SOURCE, ["reports:write"])
    assert "lng_" not in tokens_command("list")
    assert "revoked" in tokens_command("revoke", token["id"])
    (token,) = json.loads(tokens_command("list", "--json"))
    assert token["revoked_by"]
    assert "no token 'x'; `langnghe tokens list`" in tokens_command("revoke", "x")
    assert "--source 'A B': use small letters" in tokens_command("create", "a", "--source", "A B")
