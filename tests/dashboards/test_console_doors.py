"""Who may go where, who may do what, and what every answer carries."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from lxml.html import document_fromstring
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from core.errors import IndexUnavailable
from core.records.decisions import decisions
from core.records.people import Role
from core.records.saved import saved_searches
from dashboards.console.app import create_app
from dashboards.console.permissions import Action, may, needs, scope
from dashboards.console.shell import POLICY
from index.embedded import EmbeddedEngine
from index.engine import Query
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import GRAVE_ALERT, GRAVE_NEW, token_of

NOBODY = None
ROLES = (Role.ANALYST, Role.LEAD, Role.POLICY, Role.OPERATOR)
READERS = {Role.ANALYST, Role.LEAD}
COUNTERS = READERS | {Role.POLICY}
OPERATORS = {Role.LEAD, Role.OPERATOR}
ALL_ROLES = set(ROLES)

# Every route: an address of it, and the roles that pass. What is not allowed here is refused.
GETS: dict[str, tuple[str, set[Role]]] = {
    "/": ("/", ALL_ROLES),
    "/queue": ("/queue", READERS),
    "/search": ("/search?q=tai", READERS),
    "/saved": ("/saved", READERS),
    "/texts/{page_id}": (f"/texts/{GRAVE_NEW}", READERS),
    "/overview": ("/overview", COUNTERS),
    "/reports": ("/reports", COUNTERS),
    "/reports/{week}.{form}": ("/reports/2026-W40.html", COUNTERS),
    "/alerts": ("/alerts", READERS),
    "/sources": ("/sources", ALL_ROLES),
    "/sources/{source_id}": ("/sources/bao", ALL_ROLES),
    "/operation": ("/operation", OPERATORS),
}
POSTS: dict[str, tuple[str, set[Role]]] = {
    "/queue/decide": ("/queue/decide", READERS),
    "/texts/{page_id}/decide": (f"/texts/{GRAVE_NEW}/decide", READERS),
    "/texts/{page_id}/follow": (f"/texts/{GRAVE_NEW}/follow", READERS),
    "/undo": ("/undo", READERS),
    "/saved": ("/saved", READERS),
    "/saved/rename": ("/saved/rename", READERS),
    "/saved/drop": ("/saved/drop", READERS),
    "/alerts/acknowledge": ("/alerts/acknowledge", READERS),
    "/sign-out": ("/sign-out", ALL_ROLES),
}
# Metrics have a door of their own (test_console_metrics).
OPEN_TO_ALL = {("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/static/{name}"), ("GET", "/metrics")}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        # Only these run the application's dependencies; a mounted app or a plain Starlette route would not.
        assert isinstance(route, APIRoute)
        for method in route.methods:
            yield method, route.path


def test_the_table_names_every_route_and_every_route_passes_the_guard(app: FastAPI) -> None:
    named = {("GET", path) for path in GETS} | {("POST", path) for path in POSTS} | OPEN_TO_ALL

    assert set(routes(app)) == named


@pytest.mark.parametrize("role", [*ROLES, NOBODY], ids=str)
def test_each_role_sees_exactly_the_pages_of_the_table(client: Client, role: Role | None) -> None:
    browser = client(role)
    for route, (address, allowed) in GETS.items():
        answer = browser.get(address)
        if role is NOBODY:
            assert answer.headers["location"].startswith("/sign-in"), route
        elif role in allowed:
            assert answer.status_code in {200, 303, 404}, route  # 404: no such report yet
            assert answer.status_code != 404 or route.startswith("/reports/"), route
        else:
            assert answer.status_code == 403, route
            assert "Không được phép" in answer.text


@pytest.mark.parametrize("role", [*ROLES, NOBODY], ids=str)
def test_each_role_may_send_exactly_the_forms_of_the_table(
    client: Client, house: House, role: Role | None
) -> None:
    browser = client(role)
    token = token_of(browser.get("/", follow_redirects=True).text)
    for route, (address, allowed) in POSTS.items():
        answer = browser.post(address, data={"csrf": token})  # nothing else is filled in
        if role is NOBODY:
            assert answer.headers["location"] == "/sign-in?ended=1", route
        elif role in allowed:
            assert answer.status_code == (303 if route == "/sign-out" else 400), route
        else:
            assert answer.status_code == 403, route
    assert decisions(house.records) == []


@pytest.mark.parametrize("role", [*ROLES, NOBODY], ids=str)
def test_a_route_that_declares_no_action_is_refused_to_everyone(
    app: FastAPI, client: Client, role: Role | None
) -> None:
    @app.get("/forgotten")
    def forgotten() -> str:
        return "not to be seen"

    answer = client(role).get("/forgotten")

    assert answer.status_code == 403
    assert "not to be seen" not in answer.text


def test_a_declaration_that_is_no_action_counts_as_none(app: FastAPI, client: Client) -> None:
    @app.get("/misspelt")
    def misspelt() -> str:
        return "not to be seen"

    misspelt.needs_action = "read_texts"  # type: ignore[attr-defined]

    assert client(Role.LEAD).get("/misspelt").status_code == 403


def test_no_role_may_do_what_is_not_named() -> None:
    assert not any(may(role, None) for role in (*ROLES, None))
    assert [action for action in Action if may(None, action)] == [Action.ENTER]


@pytest.mark.parametrize("role", [Role.POLICY, Role.OPERATOR, None])
def test_searches_are_filtered_by_the_function_that_guards_the_routes(role: Role | None) -> None:
    asked = Query(text="đuối nước", group="thread-1", relevant=None, categories=("accident",))

    counted = scope(role, asked, Action.READ_NUMBERS)

    assert scope(role, asked) is None
    # Numbers of relevant texts by category are for policy readers, but no word and no thread is.
    assert counted == (Query(categories=("accident",)) if role is Role.POLICY else None)
    assert scope(Role.ANALYST, asked) == asked


# What forms carry, apart from their token, so that only the token can be what is missing.
FILLED = {
    "/queue/decide": {"what": "confirm", "page_id": GRAVE_NEW, "sealed": "x"},
    f"/texts/{GRAVE_NEW}/decide": {"what": "note", "sealed": "x", "why": "x"},
    f"/texts/{GRAVE_NEW}/follow": {"followed": "true"},
    "/undo": {"first": "1", "last": "1"},
    "/saved": {"name": "x", "place": "search", "address": "q=x"},
    "/saved/rename": {"number": "1", "name": "x"},
    "/saved/drop": {"number": "1"},
    "/alerts/acknowledge": {"key": GRAVE_ALERT},
    "/sign-out": {},
    "/sign-in": {"username": "an", "password": "một mật khẩu dài"},
}


@pytest.mark.parametrize("address", FILLED)
@pytest.mark.parametrize("token", [None, "", "wrong", "of another person"])
def test_a_form_without_this_persons_token_changes_nothing(
    client: Client, house: House, address: str, token: str | None
) -> None:
    browser = client(NOBODY if address == "/sign-in" else Role.ANALYST)
    browser.get("/sign-in")
    if token == "of another person":
        token = token_of(client(Role.LEAD).get("/queue").text)

    answer = browser.post(address, data=FILLED[address] | ({} if token is None else {"csrf": token}))

    assert answer.status_code == 403
    assert decisions(house.records) == []
    assert saved_searches(house.records, "an") == []
    assert address == "/sign-in" or browser.get("/queue").status_code == 200


def test_every_form_that_changes_something_carries_the_token(app: FastAPI) -> None:
    assert {path for _, (path, _) in POSTS.items()} | {"/sign-in"} == set(FILLED)


@pytest.mark.parametrize("address", ["/sign-in", "/queue/decide"])
def test_a_token_in_the_address_or_a_json_body_does_not_count(client: Client, address: str) -> None:
    browser = client()
    token = token_of(browser.get("/queue").text)

    assert browser.post(f"{address}?csrf={token}", data=FILLED[address]).status_code == 403
    assert browser.post(address, json=FILLED[address] | {"csrf": token}).status_code in {400, 403}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    answer = client().request(method, "/queue")

    assert answer.status_code == 405
    assert answer.headers["content-security-policy"] == POLICY


PAGES = [address for address, _ in GETS.values() if address != "/"]


@pytest.mark.parametrize(
    "address",
    [
        *PAGES,
        "/sign-in",
        "/nowhere",
        "/texts/none",
        "/queue?severity=9",
        "/search?q=%2A",
        "/search?q=(",
        "/static/x",
    ],
)
def test_every_page_is_sealed_and_holds_nothing_inline(client: Client, address: str) -> None:
    answer = client(NOBODY if address == "/sign-in" else Role.LEAD).get(address)

    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    root = document_fromstring(answer.content)
    assert not root.xpath("//script[not(@src)] | //style | //iframe | //object | //embed | //base")
    assert not root.xpath("//@style")
    assert not [name for e in root.iter("*") for name in e.attrib if name.startswith("on")]
    sources = [*root.xpath("//script/@src"), *root.xpath("//link/@href"), *root.xpath("//img/@src")]
    assert all(source.startswith("/static/") for source in sources)
    assert not [a for a in root.xpath("//a/@href") if a.strip().lower().startswith(("javascript:", "data:"))]
    assert root.get("lang") == "vi"
    assert len(root.xpath("//h1")) == 1
    fields = root.xpath("//input[not(@type='hidden')] | //textarea | //select")
    unnamed = [
        f
        for f in fields
        if not (f.xpath("ancestor::label") or root.xpath("//label[@for=$id]", id=f.get("id")))
    ]
    assert not unnamed, "a field without a label"
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["console.css", "keys.js", "mark.svg"])
def test_the_console_looks_come_from_itself_and_may_be_kept(client: Client, name: str) -> None:
    answer = client(NOBODY).get(f"/static/{name}?v=1")

    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["../app.py", "%2e%2e%2fapp.py", "app.py", "keys.js%00"])
def test_no_other_file_is_served_as_one_of_its_looks(client: Client, name: str) -> None:
    assert client(NOBODY).get(f"/static/{name}").status_code == 404


SECRET = "mat-khau-cua-co-so-du-lieu"


def test_a_damaged_index_shows_a_plain_page_and_no_word_of_the_error(client: Client, house: House) -> None:
    browser = client(Role.LEAD)
    house.engine.close()
    for path in house.settings.data_dir.glob("index.db*"):
        path.write_bytes(b"no index " * 2000)
    house.engine.__init__(house.settings.data_dir / f"{SECRET}.db")  # type: ignore[misc]
    house.engine.close()

    with capture_logs() as logs:
        answers = [
            browser.get(address) for address in ("/queue", "/search?q=a", "/overview", f"/texts/{GRAVE_NEW}")
        ]

    for answer in answers:
        assert answer.status_code == 503
        assert "Tạm thời chưa dùng được" in answer.text
        assert SECRET not in answer.text
        assert "index" not in document_fromstring(answer.content).text_content().lower()
    assert SECRET in logs[0]["problem"]


def test_records_that_fail_show_a_plain_page(client: Client, house: House) -> None:
    browser = client()
    house.records.close()
    for path in house.settings.data_dir.glob("records.db*"):
        path.unlink()
    (house.settings.data_dir / "records.db").write_bytes(b"no database " * 2000)

    with capture_logs():
        answer = browser.get("/queue")

    assert answer.status_code == 503
    assert "records.db" not in answer.text


def test_a_fault_of_ours_shows_a_plain_page_and_is_logged(app: FastAPI, client: Client) -> None:
    @app.get("/fault")
    @needs(Action.ENTER)
    def fault() -> str:
        raise RuntimeError(SECRET)

    with capture_logs() as logs:
        answer = client().get("/fault")

    assert answer.status_code == 500
    assert "Có lỗi trong hệ thống" in answer.text
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    assert logs[0]["event"] == "page_failed"


def test_a_console_over_a_damaged_index_does_not_start(house: House, tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "other.db")
    engine.close()

    with pytest.raises(IndexUnavailable):
        create_app(house.settings, house.records, engine)


@pytest.mark.parametrize("sized", [True, False])
def test_a_form_that_is_far_too_long_is_refused_with_a_plain_page(
    client: Client, house: House, *, sized: bool
) -> None:
    browser = client()
    token = token_of(browser.get("/queue").text)
    body = f"csrf={token}&what=note&sealed=x&why=".encode() + b"x" * 100_000
    content = body if sized else iter([body[:50_000], body[50_000:]])

    with capture_logs() as logs:
        answer = browser.post(
            f"/texts/{GRAVE_NEW}/decide",
            content=content,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )

    assert answer.status_code == 413
    assert "Biểu mẫu quá dài" in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    assert logs == []
    assert decisions(house.records) == []


def test_the_documentation_pages_of_the_framework_are_off(client: Client) -> None:
    browser: TestClient = client(Role.LEAD)

    assert {browser.get(a).status_code for a in ("/docs", "/redoc", "/openapi.json")} == {404}
