"""Reports by HTTP: what is acknowledged is archived, once; all else is refused in plain words."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.contracts import Page, PageType
from core.outcomes import Stage
from core.records import idempotency, runs, tombstones
from core.records.tables import IdempotencyRow
from core.records.tokens import bearer, revoke_token, tokens
from core.settings import IntakeSettings, Settings
from intake.rate import Rate
from tests.intake.serving import PATH, SOURCE, Served, partner_token, serving

Archived = Callable[[], dict[str, Page]]
TEXT = "Em bị bạn bè nhắn tin đe doạ mỗi tối, em không dám nói với bố mẹ."


@pytest.fixture
def limits() -> IntakeSettings:
    """Limits of the served intake; a test may have its own."""
    return IntakeSettings(per_minute=10_000)


@pytest.fixture
def served(settings: Settings, limits: IntakeSettings) -> Iterator[Served]:
    """A running intake."""
    with serving(settings.model_copy(update={"intake": limits})) as running:
        yield running


def problem(answer: httpx.Response, status: int) -> str:
    """The detail of a problem; it repeats nothing of the report, and sets no cookie."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert TEXT not in answer.text
    assert answer.json()["status"] == status
    return str(answer.json()["detail"])


def test_a_report_is_archived_when_it_is_answered(served: Served, archived: Archived) -> None:
    sent = {"text": TEXT, "title": "Bị đe doạ", "reported_at": "2026-11-18T09:30:00+07:00"}
    answer = served.send(sent)
    assert answer.status_code == 202, answer.text
    (page,) = archived().values()
    assert page.id == answer.json()["id"]
    assert (page.text, page.title, page.type, page.source_id) == (TEXT, "Bị đe doạ", PageType.REPORT, SOURCE)
    assert page.published_at == datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
    assert page.url == f"urn:langnghe:{SOURCE}:{page.id}"


def test_the_same_request_gets_the_same_answer_and_adds_nothing(served: Served, archived: Archived) -> None:
    first = served.send({"text": TEXT})
    again = served.send(json.dumps({"title": "", "text": TEXT}).encode())
    assert (again.status_code, again.json()) == (202, first.json())
    assert len(archived()) == 1
    (run,) = runs.runs(served.records)
    assert runs.outcome_counts(served.records, run.id) == {(Stage.INTAKE, "archived", ""): 1}


def test_another_report_under_the_same_key_is_a_conflict(served: Served, archived: Archived) -> None:
    served.send({"text": TEXT})
    assert "used for another report" in problem(served.send({"text": "Khác."}), 409)
    assert len(archived()) == 1


def test_two_reports_in_the_same_words_are_two(served: Served, archived: Archived) -> None:
    served.send({"text": TEXT}, key="k1")
    served.send({"text": TEXT}, key="k2")
    assert len(archived()) == 2


def test_a_report_sent_again_by_its_number_with_another_text_is_a_revision(
    served: Served, archived: Archived
) -> None:
    first = served.send({"text": TEXT, "id": "111-7"}, key="k1")
    served.send({"text": "Đã ghi lại rõ hơn.", "id": "111-7"}, key="k2")
    third = served.send({"text": "Đã ghi lại rõ hơn.", "id": "111-7"}, key="k3")
    assert first.json()["id"] == third.json()["id"]
    (page,) = archived().values()
    assert page.text == "Đã ghi lại rõ hơn."


def test_a_key_is_forgotten_after_its_time_and_the_same_report_still_adds_nothing(
    served: Served, archived: Archived
) -> None:
    first = served.send({"text": TEXT})
    with served.records.write() as session:
        session.execute(update(IdempotencyRow).values(received_at=datetime.now(UTC) - timedelta(hours=49)))
    assert served.send({"text": TEXT}).json()["id"] == first.json()["id"]
    assert len(archived()) == 1
    assert served.send({"text": "Khác."}, key="k2").status_code == 202


def test_the_same_request_twice_at_once_adds_one(served: Served, archived: Archived) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: served.send({"text": TEXT}), range(16)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert len(archived()) == 1


def test_an_erased_report_is_not_taken_in_again(served: Served, archived: Archived) -> None:
    name = served.send({"text": TEXT, "id": "7"}).json()["id"]
    tombstones.erase(served.records, {name: ()}, "lan", "theo yêu cầu")
    assert "erased" in problem(served.send({"text": "Mới.", "id": "7"}, key="k2"), 410)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer sai", "Basic bGFuOjE=", "Bearer lng_" + "x" * 43, "Bearer é"]
)
def test_who_has_no_token_learns_nothing(served: Served, authorization: str) -> None:
    headers = {"Authorization": authorization.encode("latin-1"), "Idempotency-Key": b"k"}
    answer = httpx.post(served.url, content=b"{", headers=headers)
    assert "valid token" in problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_or_expired_token_is_refused_at_once(served: Served) -> None:
    assert served.send({"text": TEXT}).status_code == 202
    expired = partner_token(served.records, days=-1)
    problem(served.send({"text": TEXT}, Authorization=f"Bearer {expired}"), 401)
    revoke_token(served.records, served.token_id, "lan")
    problem(served.send({"text": TEXT}), 401)
    (revoked,) = [token for token in tokens(served.records) if token.id == served.token_id]
    assert (revoked.created_by, revoked.revoked_by) == ("lan", "lan")
    assert revoked.used_at is not None


def test_a_token_without_the_right_may_not(served: Served) -> None:
    bare = partner_token(served.records, scopes=())
    assert "may not" in problem(served.send({"text": TEXT}, Authorization=f"Bearer {bare}"), 403)


def test_only_the_hash_of_a_token_is_stored(served: Served, settings: Settings) -> None:
    served.send({"text": TEXT})
    stored = b"".join(path.read_bytes() for path in settings.data_dir.glob("records.db*"))
    assert served.token.encode() not in stored
    assert bearer(served.records, served.token) is not None


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "é"])
def test_a_report_needs_a_key(served: Served, key: str) -> None:
    headers = {
        "Authorization": f"Bearer {served.token}".encode(),
        "Idempotency-Key": key.encode("latin-1"),
        "Content-Type": b"application/json",
    }
    assert "Idempotency-Key" in problem(httpx.post(served.url, content=b"{}", headers=headers), 400)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "text"),
        ({"text": ""}, 422, "text"),
        ({"text": " \n "}, 422, "text"),
        ({"text": "a" * 20_001}, 422, "text"),
        ({"text": 7}, 422, "text"),
        ({"text": ["a"]}, 422, "text"),
        ({"text": "a", "name": "Nguyễn Văn Tí"}, 422, "name"),
        ({"text": "a", "url": "javascript:alert(1)"}, 422, "url"),
        ({"text": "a", "url": "https://lan:mk@bao.example/"}, 422, "url"),
        ({"text": "a", "reported_at": "2026-11-18T09:30:00"}, 422, "reported_at"),
        ({"text": "a", "reported_at": "2999-11-18T09:30:00Z"}, 422, "reported_at"),
        ({"text": "\x89PNG\r\n\x1a\n\x00"}, 422, "text"),
        ({"text": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="}, 422, "text"),
        ({"text": "a", "title": "\x00\x01"}, 422, "title"),
        ([], 422, "report"),
        ("text", 422, "report"),
    ],
)
def test_what_does_not_fit_the_contract_is_named(
    served: Served, archived: Archived, body: object, status: int, field: str
) -> None:
    answer = served.send(body)
    problem(answer, status)
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert "Nguyễn" not in answer.text
    assert archived() == {}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"text": "\xff"}', b'{"text": "\\ud800"}', b"[" * 60_000, b"NaN,"]
)
def test_what_is_no_json_is_said_so(served: Served, body: bytes) -> None:
    assert "no valid JSON" in problem(served.send(body), 400)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/plain"},
        {"Content_Type": "multipart/form-data; boundary=x"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": "application/json; charset=utf-16"},
        {"Content_Encoding": "gzip"},
        {"Content_Encoding": "identity, br"},
    ],
)
def test_only_plain_json_is_taken_and_nothing_is_unpacked(served: Served, headers: dict[str, str]) -> None:
    bomb = gzip.compress(b'{"text": "' + b"a" * 10_000_000 + b'"}')
    problem(served.send(bomb, **headers), 415)


def test_a_large_body_is_refused_by_its_length_before_it_is_sent(served: Served) -> None:
    answer = served.raw(served.head("Content-Length: 10000000") + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()


def test_a_large_body_in_chunks_without_a_length_is_refused_on_the_way(served: Served) -> None:
    chunk = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
    answer = served.raw(served.head("Transfer-Encoding: chunked") + b"\r\n" + chunk * 40)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_small_body_in_chunks_is_taken(served: Served, archived: Archived) -> None:
    body = json.dumps({"text": TEXT}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, body[i : i + 1]) for i in range(len(body)))
    head = served.head("Transfer-Encoding: chunked", "Connection: close")
    assert served.raw(head + b"\r\n" + chunks + b"0\r\n\r\n").startswith(b"HTTP/1.1 202 ")
    assert len(archived()) == 1


@pytest.mark.parametrize("limits", [IntakeSettings(body_s=0.3)])
def test_a_body_that_comes_too_slowly_is_given_up(served: Served, archived: Archived) -> None:
    start = time.monotonic()
    answer = served.raw(served.head("Content-Length: 100") + b'\r\n{"text":')
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - start < 5
    assert archived() == {}


def test_a_flood_of_headers_is_refused(served: Served) -> None:
    flood = served.head(*(f"X-{n}: {'a' * 1000}" for n in range(100)))
    assert served.raw(flood + b"\r\n").startswith(b"HTTP/1.1 400 ")
    assert served.send({"text": TEXT}).status_code == 202


@pytest.mark.parametrize("limits", [IntakeSettings(per_minute=3)])
def test_each_token_has_its_rate(served: Served) -> None:
    other = partner_token(served.records)
    answers = [served.send({"text": TEXT}, key=str(n)) for n in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert served.send({"text": TEXT}, Authorization=f"Bearer {other}").status_code == 202


def test_the_rate_fills_evenly() -> None:
    now = 0.0
    rate = Rate(60, clock=lambda: now)
    assert [rate.wait("a") for _ in range(60)] == [0.0] * 60
    assert rate.wait("a") == pytest.approx(1.0)
    now = 1.0
    assert (rate.wait("a"), rate.wait("a") > 0) == (0.0, True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", PATH, 405), ("PUT", PATH, 405), ("POST", PATH + "/", 404), ("GET", "/intake/", 404)],
)
def test_other_places_and_methods_are_problems_too(
    served: Served, method: str, path: str, status: int
) -> None:
    problem(httpx.request(method, f"http://127.0.0.1:{served.port}{path}"), status)


def test_an_archive_that_can_not_be_written_is_said_and_the_key_stays_good(
    served: Served, settings: Settings, archived: Archived
) -> None:
    archive = Path(settings.archive_location)
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_text("im Weg")  # a file where the folder should be
    answer = served.send({"text": TEXT})
    assert "send it again under the same key" in problem(answer, 503)
    assert answer.headers["retry-after"] == "30"
    archive.unlink()
    assert served.send({"text": TEXT}).status_code == 202
    assert len(archived()) == 1


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["text", "title", "url", "id", "reported_at", "x"]), inner, max_size=6
            )
        ),
        max_leaves=8,
    ),
    number=st.uuids(),
)
def test_any_json_is_taken_or_refused_and_never_breaks_anything(
    served: Served, body: object, number: object
) -> None:
    answer = served.send(json.dumps(body).encode(), key=str(number))
    assert answer.status_code in {202, 400, 413, 422}


def test_keys_are_claimed_before_anything_is_archived(served: Served) -> None:
    claimed = idempotency.Claim(
        token_id="t", key="k", body_hash="a", page_id="p", received_at=datetime.now(UTC)
    )
    kept = timedelta(hours=1)
    assert idempotency.claim(served.records, claimed, kept) == claimed
    later = claimed.model_copy(update={"received_at": datetime.now(UTC), "page_id": "q"})
    assert idempotency.claim(served.records, later, kept) == claimed
