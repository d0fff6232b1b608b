"""Signing in and out: who gets a session, for how long, and where it leads."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from core.records.people import ATTEMPTS_PER_ACCOUNT, Role, set_password
from core.records.tables import AttemptRow, SessionRow, UserRow
from core.settings import ConsoleSettings
from dashboards.console.app import create_app
from dashboards.console.guard import FORM_COOKIE, SESSION_COOKIE
from tests.dashboards.conftest import Client, House
from tests.dashboards.console_world import PASSWORD, PEOPLE, token_of

NAME = PEOPLE[Role.ANALYST][0]


def enter(browser: TestClient, name: str = NAME, password: str = PASSWORD, **more: str) -> object:
    form = {"csrf": token_of(browser.get("/sign-in").text), "username": name, "password": password}
    return browser.post("/sign-in", data=form | more)


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.ANALYST, "/queue"),
        (Role.LEAD, "/queue"),
        (Role.POLICY, "/overview"),
        (Role.OPERATOR, "/sources"),
    ],
)
def test_each_role_begins_on_its_own_page(client: Client, role: Role, page: str) -> None:
    browser = client(None)

    answer = enter(browser, PEOPLE[role][0])

    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert browser.get(page).status_code == 200
    assert browser.get("/").headers["location"] == page


def test_a_name_is_taken_with_spaces_around_it(client: Client) -> None:
    assert enter(client(None), f" {NAME} ").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"), [(NAME, "sai hẳn rồi, rất dài"), ("nobody", PASSWORD), (NAME, "ngắn quá")]
)
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    client: Client, name: str, password: str
) -> None:
    browser = client(None)

    answer = enter(browser, name, password)

    assert answer.status_code == 401
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in answer.text
    assert password not in answer.text
    assert SESSION_COOKIE not in browser.cookies
    assert browser.get("/queue").headers["location"].startswith("/sign-in")


def test_after_too_many_tries_even_the_right_password_waits(client: Client) -> None:
    browser = client(None)
    for _ in range(ATTEMPTS_PER_ACCOUNT):
        assert enter(browser, password="sai rồi sai nữa").status_code == 401

    answer = enter(browser)

    assert answer.status_code == 429
    assert "Hãy thử lại sau 15 phút." in answer.text
    assert SESSION_COOKIE not in browser.cookies


def test_the_wait_ends(client: Client, house: House) -> None:
    browser = client(None)
    for _ in range(ATTEMPTS_PER_ACCOUNT + 1):
        enter(browser, password="sai rồi sai nữa")
    with house.records.write() as session:
        session.execute(update(AttemptRow).values(at=datetime.now(UTC) - timedelta(minutes=16)))

    assert enter(browser).status_code == 303


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    browser = client(None)
    form_cookie = browser.get("/sign-in").headers["set-cookie"].lower()
    session_cookie = enter(browser).headers["set-cookie"].lower()

    assert form_cookie.startswith(FORM_COOKIE)
    assert {"httponly", "samesite=strict", "path=/"} <= set(form_cookie.split("; "))
    assert session_cookie.startswith(SESSION_COOKIE)
    assert {"httponly", "samesite=lax", "path=/", "max-age=36000"} <= set(
        session_cookie.split(", ")[0].split("; ")
    )
    assert "secure" not in session_cookie


def test_behind_https_cookies_are_sent_over_nothing_else(house: House) -> None:
    settings = house.settings.model_copy(update={"console": ConsoleSettings(secure_cookies=True)})
    app = create_app(settings, house.records, house.engine)
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as browser:
        assert "; secure" in browser.get("/sign-in").headers["set-cookie"].lower()
        cookies = enter(browser).headers["set-cookie"].lower()

    assert "; secure" in cookies.split(SESSION_COOKIE)[1].split(FORM_COOKIE)[0]


def test_a_session_ends_when_its_time_is_over(client: Client, house: House) -> None:
    browser = client()
    assert browser.get("/queue").status_code == 200
    with house.records.write() as session:
        session.execute(update(SessionRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))

    answer = browser.get("/queue?severity=3")

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in?next=%2Fqueue%3Fseverity%3D3",
    )


def test_who_acts_after_the_session_ended_is_told_that_nothing_was_written(
    client: Client, house: House
) -> None:
    browser = client()
    token = token_of(browser.get("/queue").text)
    with house.records.write() as session:
        session.execute(update(SessionRow).values(expires_at=datetime.now(UTC)))

    answer = browser.post("/queue/decide", data={"csrf": token})

    assert answer.headers["location"] == "/sign-in?ended=1"
    assert "thao tác vừa rồi chưa được ghi" in browser.get("/sign-in?ended=1").text


def test_a_new_password_and_a_disabled_account_end_the_sessions(client: Client, house: House) -> None:
    analyst, lead = client(Role.ANALYST), client(Role.LEAD)
    set_password(house.records, NAME, "một mật khẩu mới")
    with house.records.write() as session:
        session.execute(update(UserRow).where(UserRow.username == PEOPLE[Role.LEAD][0]).values(disabled=True))

    assert analyst.get("/queue").status_code == 303
    assert lead.get("/queue").status_code == 303
    assert enter(client(None), PEOPLE[Role.LEAD][0]).status_code == 401


def test_signing_out_ends_the_session_on_the_server_too(client: Client, app: FastAPI) -> None:
    browser = client()
    token = browser.cookies[SESSION_COOKIE]
    csrf = token_of(browser.get("/queue").text)

    answer = browser.post("/sign-out", data={"csrf": csrf})

    assert answer.headers["location"] == "/sign-in"
    assert SESSION_COOKIE not in browser.cookies
    browser.cookies.set(SESSION_COOKIE, token, domain="testserver.local")
    assert browser.get("/queue").status_code == 303


def test_a_forged_token_is_nobody(client: Client) -> None:
    browser = client(None)
    browser.cookies.set(SESSION_COOKIE, "x" * 43)

    assert browser.get("/queue").headers["location"].startswith("/sign-in")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: Client) -> None:
    browser = client(None)
    asked = browser.get("/search?q=%C4%91u%E1%BB%91i+n%C6%B0%E1%BB%9Bc&all=1")
    page = browser.get(asked.headers["location"])

    answer = enter(
        browser, next=page.text.split('name="next" value="')[1].split('"')[0].replace("&amp;", "&")
    )

    assert answer.headers["location"] == "/search?q=%C4%91u%E1%BB%91i+n%C6%B0%E1%BB%9Bc&all=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "/\x00/evil.example",
    ],
)
def test_signing_in_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    browser = client(None)

    answer = enter(browser, next=elsewhere)

    assert answer.headers["location"] == "/queue"
    assert "evil" not in client(None).get("/sign-in", params={"next": elsewhere}).text


def test_who_is_signed_in_is_led_on_but_never_to_another_site(client: Client) -> None:
    assert client().get("/sign-in?next=/overview").headers["location"] == "/overview"
    assert client().get("/sign-in?next=//evil.example").headers["location"] == "/"
