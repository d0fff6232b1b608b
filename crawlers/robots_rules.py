"""robots.txt as RFC 9309 has it: pure functions from an answer to rules."""

import codecs
from datetime import datetime, timedelta

from protego import Protego

from core.records.hosts import RobotsCopy

AGENT = "LangNghe"
# Section 2.5: parsers read at least 500 KiB.
SIZE_LIMIT = 500 * 1024
# Section 2.4: a copy is not used for longer.
FRESH = timedelta(hours=24)
# What can't be had is asked for again by the next run of the source.
FAILURE_STANDS = timedelta(minutes=15)
# Section 2.3.1.4: what can't be had for so long counts as if there were none.
GIVEN_UP = timedelta(days=30)


def rules_text(body: bytes) -> str:
    """Return the text of a robots.txt, whatever its encoding; of a web page in its place nothing.

    It is UTF-8 (section 2.3), but is also met with a byte order mark, in UTF-16 and in legacy encodings, of
    which the rules' own letters are ASCII. A line that the size limit cuts is left out: half an address
    would forbid more than the whole.
    """
    if len(body) > SIZE_LIMIT:
        body = body[:SIZE_LIMIT]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # Without a mark, UTF-16 is known by its zeros, and ASCII without them.
    text = body.decode("utf-16" if utf16 else "utf-8-sig", "replace").replace("\0", "")
    return "" if text.lstrip().startswith("<") else text


def unavailable(status: int) -> bool:
    """Say whether a site has no robots.txt by `status` (section 2.3.1.3), so that nothing is forbidden.

    429 is a wish to be asked less, and no word on the file.
    """
    return 400 <= status < 500 and status != 429


def current(copy: RobotsCopy, now: datetime) -> bool:
    """Say whether `copy` may be used `now` without asking again. One from the future is a clock's fault."""
    stands = FRESH if copy.failing_since is None else FAILURE_STANDS
    return timedelta() <= now - copy.checked_at < stands


def failed(site: str, before: RobotsCopy | None, now: datetime, detail: str) -> RobotsCopy:
    """Return what is to be remembered of a site whose robots.txt can't be had `now`."""
    since = before.failing_since if before is not None and before.failing_since else now
    return RobotsCopy(site=site, checked_at=now, failing_since=since, detail=detail)


def forbids_all(copy: RobotsCopy) -> bool:
    """Say whether nothing of the site may be fetched: its robots.txt can't be had, and not for long yet."""
    return copy.failing_since is not None and copy.checked_at - copy.failing_since < GIVEN_UP


def pause_s(rules: Protego) -> float:
    """Return the seconds between two requests that `rules` ask for, by Crawl-delay or Request-rate, or 0.

    Neither is in RFC 9309; both are in wide use.
    """
    rate = rules.request_rate(AGENT)
    by_rate = rate.seconds / rate.requests if rate is not None else 0.0
    return max(float(rules.crawl_delay(AGENT) or 0.0), float(by_rate))
