"""How long a host is left alone that refused: pure functions of its answer and its refusals so far."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Answers by which a host asks for fewer requests (RFC 6585, section 4; RFC 9110, section 15.6.4).
REFUSALS = frozenset({429, 503})
# The first pause after a refusal; each further one in a row is twice as long.
PAUSE_S = 1.0
# What a run can wait for; a host that is to be left alone for longer is asked by a later run.
LONGEST_PAUSE_S = 60.0
# No header closes a host for longer: a wrong one would end a source for good.
LONGEST_WAIT_S = 24 * 3600.0
SECONDS = re.compile(r"[0-9]{1,9}")


def retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After of `text` asks to wait (RFC 9110, section 10.2.3), or None.

    It is a number of seconds or an HTTP date in any of its three forms; what is neither counts as absent.
    """
    text = text.strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text) if SECONDS.fullmatch(text) else LONGEST_WAIT_S
    try:
        until = parsedate_to_datetime(text)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, IndexError, OverflowError, TypeError):
        return None


def pause_s(wish: float | None, refusals: int) -> float:
    """Return the seconds to leave a host alone after so many `refusals` in a row, the last with a `wish`."""
    own: float = PAUSE_S * 2 ** min(refusals - 1, 20)
    return min(max(own, wish or 0.0), LONGEST_WAIT_S)
