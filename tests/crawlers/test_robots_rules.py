"""robots.txt as it is met: sound, broken, in other encodings, or something else altogether."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from core.records.hosts import RobotsCopy
from crawlers.robots_rules import (
    AGENT,
    SIZE_LIMIT,
    current,
    failed,
    forbids_all,
    pause_s,
    rules_text,
    unavailable,
)
from tests.conftest import NOON

RULES = "User-agent: *\nDisallow: /kin\nCrawl-delay: 3\n"


def forbids(body: bytes, path: str = "/kin/1") -> bool:
    """Say whether a site with this robots.txt forbids `path`."""
    return not Protego.parse(rules_text(body)).can_fetch(f"https://bao.vn{path}", AGENT)


@given(st.binary(max_size=2_000) | st.text(max_size=2_000).map(str.encode))
def test_any_bytes_give_rules_without_failing(body: bytes) -> None:
    rules = Protego.parse(rules_text(body))
    rules.can_fetch("https://bao.vn/tin", AGENT)
    assert pause_s(rules) >= 0


@given(
    st.lists(
        st.sampled_from(["Allow: /kin/mo", "Sitemap: /s.xml", "# chú thích", "Nonsense", "", "Disallow:"])
        | st.binary(max_size=30).map(lambda b: "X" + b.decode("latin-1").replace("\n", "").replace("\r", ""))
    )
)
def test_a_rule_holds_whatever_stands_beside_it(lines: list[str]) -> None:
    text = "\n".join(["User-agent: *", *lines, "Disallow: /kin"])
    assert forbids(text.encode("latin-1", "replace"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1258"])
def test_encodings_and_byte_order_marks_do_not_hide_rules(encoding: str) -> None:
    assert forbids(RULES.encode(encoding))
    assert forbids(RULES.replace("\n", "\r\n").encode(encoding))


def test_utf_16_without_a_mark_is_read_too() -> None:
    assert forbids(RULES.encode("utf-16-le"))
    assert forbids(RULES.encode("utf-16-be"))


@pytest.mark.parametrize("page", [f"<!DOCTYPE html><html>{RULES}</html>", f"\n <html>\n{RULES}"])
def test_a_web_page_in_its_place_forbids_nothing(page: str) -> None:
    assert not forbids(page.encode())


def test_what_the_limit_cuts_through_does_not_count() -> None:
    head = RULES + "Disallow: /x\n" * 100_000
    body = (head[: SIZE_LIMIT - 11] + "\nDisallow: /tin/rieng-tu\n" + "Disallow: /sau\n").encode()
    assert forbids(body)
    assert not forbids(body, "/tin/1"), "half of an address would forbid more than the whole"
    assert not forbids(body, "/sau/1")


def test_crawl_delay_and_request_rate_both_ask_for_a_pause() -> None:
    def pause(text: str) -> float:
        return pause_s(Protego.parse(text))

    assert pause(RULES) == 3
    assert pause("User-agent: LangNghe\nRequest-rate: 1/10s\nCrawl-delay: 4\n") == 10
    assert pause("User-agent: *\nCrawl-delay: nhanh\n") == 0
    assert pause("User-agent: *\nCrawl-delay: -5\n") == 0
    assert pause("User-agent: Khac\nCrawl-delay: 9\n") == 0


def test_a_missing_file_allows_and_a_busy_or_failing_server_does_not() -> None:
    assert [unavailable(s) for s in (401, 403, 404, 410, 451)] == [True] * 5
    assert [unavailable(s) for s in (204, 429, 500, 503)] == [False] * 4


def test_a_copy_is_used_for_a_day_and_a_failure_for_a_quarter_of_an_hour() -> None:
    read = RobotsCopy(site="https://bao.vn", checked_at=NOON, text=RULES)
    broken = failed("https://bao.vn", read, NOON, "503")
    ages = [timedelta(minutes=m) for m in (-1, 0, 14, 16, 24 * 60 - 1, 24 * 60 + 1)]
    assert [current(read, NOON + age) for age in ages] == [False, True, True, True, True, False]
    assert [current(broken, NOON + age) for age in ages] == [False, True, True, False, False, False]


def test_a_failure_forbids_all_for_thirty_days_and_then_counts_as_a_missing_file() -> None:
    copy = failed("https://bao.vn", None, NOON, "503")
    for day in range(31):
        assert forbids_all(copy) is (day < 30), day
        copy = failed("https://bao.vn", copy, NOON + timedelta(days=day + 1), "503")
    assert copy.failing_since == NOON
