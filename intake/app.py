"""The HTTP intake as an ASGI application: bearer tokens, no cookies, plain answers."""

import math
import re
from datetime import timedelta

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.archive import Archive
from core.errors import ArchiveUnavailable, RecordsUnavailable
from core.logs import log
from core.records import Records
from core.records.tokens import Scope as Right
from core.records.tokens import Token, bearer
from core.settings import Settings
from intake.body import check_headers, read_body
from intake.openapi import description
from intake.problems import Declined
from intake.rate import Rate
from intake.receiving import Desk

PREFIX = "/intake/"
KEY = re.compile(r"[!-~]{1,200}")
RETRY_S = "30"
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class Intake:
    """The routes: where reports are sent, and the description of that."""

    def __init__(self, settings: Settings, desk: Desk) -> None:
        """Take reports in at `desk`, within the limits of the settings."""
        self.limits = settings.intake
        self.desk = desk
        self.rate = Rate(self.limits.per_minute)

    async def reports(self, request: Request) -> Response:
        """Take in one report. Who sends is known before anything else is looked at."""
        token = await run_in_threadpool(self.token, request)
        wait = self.rate.wait(token.id)
        if wait:
            raise Declined(429, "Too many reports; wait.", {"Retry-After": str(math.ceil(wait))})
        key = _key(request)
        check_headers(request, self.limits.max_bytes)
        body = await read_body(request, self.limits.max_bytes, self.limits.body_s)
        accepted = await run_in_threadpool(self.desk.receive, token, key, body)
        return JSONResponse(accepted.model_dump(mode="json"), 202)

    def token(self, request: Request) -> Token:
        """Return the token of a request. Raises Declined."""
        given = request.headers.getlist("authorization")
        scheme, _, secret = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        found = bearer(self.desk.records, secret.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            asked = {"WWW-Authenticate": 'Bearer realm="intake"'}
            raise Declined(401, "Send a valid token as Authorization: Bearer TOKEN.", asked)
        if Right.REPORTS not in found.scopes:
            raise Declined(403, "This token may not send reports.")
        return found

    async def openapi(self, _request: Request) -> Response:
        """Describe the intake."""
        return JSONResponse(description())


class Outermost:
    """Adds the headers of every answer, and answers for what breaks.

    That is logged by its name only: its message may hold words of a report.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, sealed)
        except Exception as error:
            log("intake").error("request failed", error=type(error).__name__)
            if not started:
                await Declined(500, "Something broke here; send it again later.").answer(
                    scope, receive, sealed
                )


def create_intake(settings: Settings, records: Records) -> ASGIApp:
    """Return the intake over these records and the archive of the settings, for paths below `PREFIX`."""
    desk = Desk(records, Archive.of(settings), timedelta(hours=settings.intake.keys_hours))
    intake = Intake(settings, desk)
    app = Starlette(
        routes=[
            Route("/intake/v1/reports", intake.reports, methods=["POST"]),
            Route("/intake/v1/openapi.json", intake.openapi, methods=["GET"]),
        ],
        exception_handlers={
            Declined: _declined,
            HTTPException: _http_problem,
            ArchiveUnavailable: _unavailable,
            RecordsUnavailable: _unavailable,
        },
    )
    app.router.redirect_slashes = False
    return Outermost(app)


def _key(request: Request) -> str:
    given = request.headers.getlist("idempotency-key")
    key = given[0].strip('"') if len(given) == 1 else ""
    if not KEY.fullmatch(key):
        raise Declined(400, "Send one Idempotency-Key of 1 to 200 visible ASCII letters, at best a UUID.")
    return key


async def _declined(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Declined)
    return error.answer


async def _http_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = "There is nothing here; see /intake/v1/openapi.json."
    return Declined(error.status_code, said, error.headers).answer


async def _unavailable(_request: Request, error: Exception) -> Response:
    log("intake").error("report not taken", problem=str(error))
    said = "The report could not be archived; send it again under the same key."
    return Declined(503, said, {"Retry-After": RETRY_S}).answer
