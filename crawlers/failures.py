"""What can go wrong with a request, and what becomes of its item: dropped, or quarantined."""

import traceback
import zlib
from typing import NamedTuple

from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    StopDownload,
    UnsupportedURLSchemeError,
)
from twisted.python.failure import Failure

from core.outcomes import Result

# What a later try may find well: timeouts, servers in trouble or in a hurry (RFC 9110, 15.6; RFC 6585).
PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524})
PASSING_ERRORS = (
    DownloadTimeoutError,
    DownloadFailedError,
    DownloadConnectionRefusedError,
    CannotResolveHostError,
    ResponseDataLossError,
)
DETAILS = {
    "image": "is a picture, not a page of text",
    "video": "is a video, not a page of text",
    "audio": "is sound, not a page of text",
    "pdf": "is a PDF, not a page of text",
    "binary": "holds bytes that are no text",
    "type": "is of a type that is no text",
}


class Verdict(NamedTuple):
    """What becomes of an item: its result, a short reason, one plain line."""

    result: Result
    reason: str
    detail: str


class Refused(IgnoreRequest):
    """We do not fetch or keep this. `passing`: it may be well another time."""

    def __init__(self, reason: str, detail: str = "", *, passing: bool = False) -> None:
        """Refuse for `reason`, a short code; `detail` is one plain line."""
        super().__init__(reason)
        self.reason = reason
        self.detail = detail or f"the page {DETAILS.get(reason, 'is no text')}"
        self.passing = passing


class HeaderRefused(StopDownload):
    """The header says that this is no text; the download is stopped before the body."""

    def __init__(self, reason: str, content_type: str) -> None:
        """Refuse for `reason`, a short code; `content_type` is the header's value."""
        super().__init__(fail=True)
        self.reason = reason
        self.detail = f"the server calls it {content_type[:80]!r}, which is no page of text"


def verdict(error: BaseException) -> Verdict:
    """Return what becomes of the item whose request ended in `error`."""
    dropped, quarantined = Result.DROPPED, Result.QUARANTINED
    match error:
        case Refused():
            return Verdict(quarantined if error.passing else dropped, error.reason, error.detail)
        case HeaderRefused():
            return Verdict(dropped, error.reason, error.detail)
        case DownloadCancelledError():
            return Verdict(dropped, "too_large", "the page is larger than crawl.max_bytes allows")
        case DownloadTimeoutError():
            return Verdict(quarantined, "timeout", "the page took longer than crawl.timeout_s allows")
        case CannotResolveHostError():
            return Verdict(quarantined, "unreachable", "the host's name can't be resolved")
        case DownloadConnectionRefusedError():
            return Verdict(quarantined, "unreachable", "the host refuses connections")
        case ResponseDataLossError():
            return Verdict(quarantined, "truncated", "the connection ended before the page did")
        case DownloadFailedError() if _untrusted(error):
            return Verdict(quarantined, "tls", "the host's certificate is not valid, or it speaks no TLS")
        case DownloadFailedError():
            return Verdict(quarantined, "broken", "the connection broke, or the answer is no valid HTTP")
        case UnsupportedURLSchemeError():
            return Verdict(dropped, "address", "is no web address")
        case zlib.error() | EOFError() | OSError():
            return Verdict(
                quarantined, "broken", "the page's compression is damaged, or the connection broke"
            )
        case _:
            return Verdict(quarantined, "crawl_failed", f"unexpected: {named(error)}")


def why(failure: Failure) -> Verdict:
    """Return what becomes of the item whose request ended in `failure`."""
    assert failure.value is not None
    return verdict(failure.value)


def named(error: BaseException) -> str:
    """Return the error's type and where it arose. Its message is left out: a page's text can stand in it."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        place = f" at {frame.f_globals.get('__name__', '?')}:{line}"
    return type(error).__name__ + place


def _untrusted(error: DownloadFailedError) -> bool:
    """Say whether TLS failed: Twisted tells it only as one of the reasons of a failed response."""
    reasons = getattr(error.__cause__, "reasons", ())
    return any(isinstance(reason.value, TlsError) for reason in reasons)


def of_status(status: int) -> Verdict:
    """Return what becomes of the item that was answered with `status`, one that is not success."""
    result = Result.QUARANTINED if status in PASSING_STATUS else Result.DROPPED
    return Verdict(result, f"http_{status}", f"the server answers with status {status}")
