"""Accounts: passwords that hold, sessions that end, guessers that wait."""

import pytest

from core.errors import BadUsage
from core.records import Records
from core.records.people import (
    ATTEMPTS_PER_ACCOUNT,
    ATTEMPTS_PER_ADDRESS,
    Role,
    Throttled,
    add_user,
    new_password,
    set_password,
    sign_in,
    sign_out,
    signed_in,
    users,
)

GOOD = "một mật khẩu dài"


@pytest.fixture(autouse=True)
def lan(records: Records) -> None:
    add_user(records, "lan", "Chị Lan", Role.ANALYST, GOOD)


def test_the_right_password_opens_a_session_that_can_be_ended(records: Records) -> None:
    opened = sign_in(records, "lan", GOOD, "127.0.0.1", 1)
    assert opened is not None
    token, session = opened
    assert session.user.role is Role.ANALYST
    assert signed_in(records, token) == session
    sign_out(records, token)
    assert signed_in(records, token) is None


def test_a_wrong_password_and_an_unknown_name_give_the_same_answer(records: Records) -> None:
    assert sign_in(records, "lan", "sai", "127.0.0.1", 1) is None
    assert sign_in(records, "ai", "sai", "127.0.0.1", 1) is None


def test_a_session_ends_by_itself(records: Records) -> None:
    opened = sign_in(records, "lan", GOOD, "127.0.0.1", 0)
    assert opened is not None
    assert signed_in(records, opened[0]) is None


def test_a_new_password_ends_all_sessions(records: Records) -> None:
    opened = sign_in(records, "lan", GOOD, "127.0.0.1", 1)
    assert opened is not None
    set_password(records, "lan", new_password())
    assert signed_in(records, opened[0]) is None


def test_an_account_is_throttled_even_for_the_right_password(records: Records) -> None:
    for n in range(ATTEMPTS_PER_ACCOUNT):
        assert sign_in(records, "lan", "sai", f"10.0.0.{n}", 1) is None
    with pytest.raises(Throttled) as caught:
        sign_in(records, "lan", GOOD, "10.0.0.99", 1)
    assert 0 < caught.value.wait.total_seconds() <= 15 * 60


def test_an_address_is_throttled_over_all_accounts(records: Records) -> None:
    for n in range(ATTEMPTS_PER_ADDRESS):
        sign_in(records, f"user{n}", "sai", "10.0.0.1", 1)
    with pytest.raises(Throttled):
        sign_in(records, "lan", GOOD, "10.0.0.1", 1)
    assert sign_in(records, "lan", GOOD, "10.0.0.2", 1) is not None


def test_no_password_is_stored(records: Records) -> None:
    with records.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM users").all())
    assert "$argon2id$" in stored
    assert GOOD not in stored


@pytest.mark.parametrize(("username", "password"), [("lan", GOOD), ("không được", GOOD), ("moi", "ngắn")])
def test_accounts_that_won_t_do_are_refused(records: Records, username: str, password: str) -> None:
    with pytest.raises(BadUsage):
        add_user(records, username, "x", Role.LEAD, password)
    assert [u.username for u in users(records)] == ["lan"]


def test_a_password_for_nobody_is_refused(records: Records) -> None:
    with pytest.raises(BadUsage, match="no user 'ai'"):
        set_password(records, "ai", GOOD)
