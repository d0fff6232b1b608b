"""The door: who asks, may they, and did they mean it. Every route passes here before it runs."""

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from core.errors import NotAllowed
from core.records.people import signed_in
from dashboards.console.pages import console
from dashboards.console.permissions import Action, declared, may

SESSION_COOKIE = "langnghe_session"
FORM_COOKIE = "langnghe_form"  # ties the sign-in form to the browser, before there is a session
SAFE_METHODS = frozenset({"GET", "HEAD"})


class NotSignedIn(Exception):
    """Nobody is signed in, and the route wants somebody: the sign-in page is shown."""


async def form_of(request: Request) -> FormData | None:
    """Return the form that was sent, None with a request that changes nothing."""
    return None if request.method in SAFE_METHODS else await request.form()


def guard(request: Request, form: Annotated[FormData | None, Depends(form_of)]) -> None:
    """Let a request through to its route, with the session in `request.state.who`, or refuse it.

    Raises NotSignedIn; NotAllowed for a role that may not, and for every route that declares no action;
    HTTPException 403 for a form that this console did not give to this person.
    """
    route = request.scope["route"]
    action = declared(getattr(route, "endpoint", None))
    token = request.cookies.get(SESSION_COOKIE, "")
    who = signed_in(console(request).records, token) if token else None
    request.state.who = who
    if not may(who.user.role if who else None, action):
        if who is None and action is not None:
            raise NotSignedIn
        raise NotAllowed(f"{who.user.username if who else 'nobody'} may not {action}")
    if form is not None:
        expected = who.csrf if who and action is not Action.ENTER else request.cookies.get(FORM_COOKIE, "")
        given = form.get("csrf")
        if not expected or not isinstance(given, str) or not _same(given, expected):
            raise HTTPException(403)


def sign_in_address(request: Request) -> str:
    """Return the sign-in page that leads back to what was asked for."""
    if request.method not in SAFE_METHODS:
        return "/sign-in?ended=1"
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in" if asked == "/" else f"/sign-in?next={quote(asked, safe='')}"


def local(address: str) -> str | None:
    """Return `address` if it leads to a page of this console, else None."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and address.isprintable() and "\\" not in address else None


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())
