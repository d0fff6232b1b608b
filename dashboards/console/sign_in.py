"""Signing in and out."""

import math
import secrets
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.records.people import Throttled, sign_in, sign_out
from dashboards.console.guard import FORM_COOKIE, SESSION_COOKIE, local
from dashboards.console.pages import console, home, page, signed_in_person
from dashboards.console.permissions import Action, needs

router = APIRouter()


@router.get("/sign-in")
@needs(Action.ENTER)
def ask(request: Request, next: str = "", ended: bool = False) -> Response:  # noqa: A002 (the address says so)
    """Show the sign-in page; `next` is where it leads."""
    if request.state.who is not None:
        return RedirectResponse(local(next) or "/", 303)
    return _ask(request, next, "ended" if ended else "")


@router.post("/sign-in")
@needs(Action.ENTER)
def enter(
    request: Request,
    username: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form(max_length=4000)] = "",  # noqa: A002
) -> Response:
    """Check name and password and begin a session."""
    here = console(request)
    settings = here.settings.console
    address = request.client.host if request.client else "unknown"
    try:
        entered = sign_in(here.records, username.strip(), password, address, settings.session_hours)
    except Throttled as throttled:
        minutes = max(1, math.ceil(throttled.wait.total_seconds() / 60))
        return _ask(request, next, "throttled", status=429, minutes=minutes)
    if entered is None:
        return _ask(request, next, "wrong", status=401)
    token, session = entered
    response = RedirectResponse(local(next) or home(session.user.role), 303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(settings.session_hours * 3600),
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )
    response.delete_cookie(FORM_COOKIE)
    return response


@router.post("/sign-out")
@needs(Action.BEGIN)
def leave(request: Request) -> Response:
    """End the session."""
    sign_out(console(request).records, request.cookies.get(SESSION_COOKIE, ""))
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.get("/")
@needs(Action.BEGIN)
def begin(request: Request) -> Response:
    """Go to the page that the person's role begins with."""
    return RedirectResponse(home(signed_in_person(request).user.role), 303)


def _ask(request: Request, wanted: str, problem: str, status: int = 200, minutes: int = 0) -> Response:
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
    values = {"next": local(wanted) or "", "problem": problem, "minutes": minutes, "form_token": token}
    response = page(request, "sign_in.html", values, status)
    response.set_cookie(
        FORM_COOKIE,
        token,
        httponly=True,
        samesite="strict",
        secure=console(request).settings.console.secure_cookies,
    )
    return response
