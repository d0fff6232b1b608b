"""How long a host is left alone that refused."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.waits import LONGEST_WAIT_S, PAUSE_S, pause_s, retry_after
from tests.conftest import NOON

moments = st.integers(600_000_000, 3_800_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(st.text() | st.from_regex(r"[0-9²٣ ,.:+-]*(GMT)?"), moments)
def test_any_header_gives_seconds_or_nothing(text: str, now: datetime) -> None:
    found = retry_after(text, now)
    assert found is None or found >= 0


@given(st.integers(0, 10**30))
def test_seconds_are_read_as_such_however_many(seconds: int) -> None:
    found = retry_after(f" {seconds} ", NOON)
    assert found == seconds or (seconds >= 10**9 and found == LONGEST_WAIT_S)


@given(moments, moments)
def test_an_http_date_in_each_of_its_forms_is_read_as_the_time_until_then(
    until: datetime, now: datetime
) -> None:
    forms = [format_datetime(until, usegmt=True), f"{until:%a %b %e %H:%M:%S %Y}"]
    if 1970 <= until.year < 2069:  # two digits of a year mean that span
        forms.append(f"{until:%A, %d-%b-%y %H:%M:%S GMT}")
    expected = max(0.0, (until - now).total_seconds())
    assert [retry_after(form, now) for form in forms] == [expected] * len(forms)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "²", "Sun, 99 Nov 2026 08:49:37 GMT", "0x10"])
def test_what_is_neither_counts_as_absent(text: str) -> None:
    assert retry_after(text, NOON) is None


@given(st.none() | st.floats(0, 1e12), st.integers(1, 10_000))
def test_a_pause_is_as_long_as_asked_grows_with_refusals_and_is_bounded(
    wish: float | None, refusals: int
) -> None:
    found = pause_s(wish, refusals)
    assert PAUSE_S <= found <= LONGEST_WAIT_S
    assert found >= min(wish or 0, LONGEST_WAIT_S)
    assert found <= pause_s(wish, refusals + 1)


def test_a_date_counts_from_now() -> None:
    in_two_hours = format_datetime(NOON + timedelta(hours=2), usegmt=True)
    assert pause_s(retry_after(in_two_hours, NOON), 1) == 7200
