"""Secrets and identities never reach the logs."""

import pytest

from core.logs import log, set_up_logs


@pytest.mark.parametrize(
    "hidden",
    [
        {"password": "bí mật quá"},
        {"api_key": "bí mật quá"},
        {"url": "postgresql://ai:bímậtquá@host/db"},
        {"detail": "gọi 0912 345 678 gặp"},
        {"detail": "số 001099012345"},
        {"detail": "thư tới me.be@example.com"},
        {"title": "Cháu Nguyễn Văn A bị bắt nạt"},
    ],
)
def test_a_log_line_holds_no_secret(capsys: pytest.CaptureFixture[str], hidden: dict[str, str]) -> None:
    set_up_logs(debug=True, json=True)
    log("test").info("event", source="bao", **hidden)
    line = capsys.readouterr().err
    assert "•••" in line
    assert '"source": "bao"' in line
    for secret in ("bí mật quá", "bímậtquá", "345 678", "001099012345", "me.be@", "Nguyễn Văn A"):
        assert secret not in line


def test_addresses_and_numbers_that_identify_nobody_stay(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(debug=True, json=True)
    log("test").info("event", url="https://bao.example/2026/11/tin-4567890.html", pages=20000)
    assert "https://bao.example/2026/11/tin-4567890.html" in capsys.readouterr().err
