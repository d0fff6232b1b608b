"""The outermost layer: security headers on every answer, and a plain page when something breaks."""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.logs import log

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Shell:
    """Adds the headers that an answer does not set itself, and answers with `broken` when a page fails.

    A request whose body is over `largest` bytes is not read on, and answered with 413.
    """

    def __init__(self, app: ASGIApp, broken: Callable[[Request], Response], largest: int) -> None:
        """Wrap `app`; `broken` makes the page that says so without any detail."""
        self.app = app
        self.broken = broken
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, taken = False, 0

        # The framework's own limit answers outside of this layer, in plain text and without these headers.
        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.largest:
                raise HTTPException(413)
            return message

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, bounded, sealed)
        except Exception as error:  # the outermost layer: nothing may reach the page
            log("dashboards").error("page_failed", path=scope["path"], exc_info=error)
            if started:
                raise
            await self.broken(Request(scope, receive))(scope, receive, sealed)
