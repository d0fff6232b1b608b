"""Decisions from queue and text page, and taking them back."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.contracts import Decision, Relabel, SeverityLevel, What
from core.errors import Conflict
from core.taxonomy import taxonomy
from dashboards.console.acts import ALWAYS, act, take_back
from dashboards.console.filters import Category
from dashboards.console.guard import local
from dashboards.console.pages import DONE_COOKIE, console, reading, signed_in_person
from dashboards.console.permissions import Action, needs
from dashboards.console.queue import group_behind, queue_filters
from dashboards.console.texts import show_text

router = APIRouter()

DONE_S = 60  # how long the next page may take to come and say what was done

Id = Annotated[str, Form(max_length=200)]
Seal = Annotated[str, Form(max_length=64)]
Reason = Annotated[str, Form(max_length=2000)]
Address = Annotated[str, Form(max_length=4000)]
Number = Annotated[int, Form(ge=1, le=2**63 - 1)]  # as far as a register can count


@router.post("/queue/decide")
@needs(Action.DECIDE)
def decide_in_queue(
    request: Request,
    what: Annotated[What, Form()],
    page_id: Id,
    sealed: Seal,
    sealed_group: Seal = "",
    whole: Annotated[bool, Form()] = False,
    why: Reason = "",
    address: Address = "",
) -> Response:
    """Decide on a row of the queue, with `whole` on all texts of its group that the row stood for."""
    here, sight = console(request), reading(request)
    if what in ALWAYS:
        raise HTTPException(400)  # labels and notes are given on the text's own page
    hit = sight.get(page_id)
    if hit is None:
        raise HTTPException(404)
    hits = group_behind(hit, sight, queue_filters(QueryParams(address))) if whole else [hit]
    user, shown = signed_in_person(request).user, sealed_group if whole else sealed
    try:
        made = act(here.records, here.engine, user, hits, shown, what, why=why.strip())
    except Conflict:
        return _changed(request, page_id)
    return _done(request, f"/queue?{address}" if address else "/queue", made)


@router.post("/texts/{page_id}/decide")
@needs(Action.DECIDE)
def decide_on_text(
    request: Request,
    page_id: str,
    what: Annotated[What, Form()],
    sealed: Seal,
    why: Reason = "",
    category: Annotated[list[Category] | None, Form()] = None,
    severity: Annotated[SeverityLevel | None, Form()] = None,
) -> Response:
    """Decide on a text."""
    here, why = console(request), why.strip()
    say = here.language.say
    relabel = None
    if what is What.NOTE and not why:
        return show_text(request, page_id, problem=say("Hãy viết nội dung ghi chú."), status=400)
    if what is What.RELABEL:
        relabel = _relabel(severity, category or [])
        if relabel is None:
            problem = say(
                "Hãy chọn mức độ và ít nhất một nhóm nguy cơ; nếu không liên quan thì không chọn nhóm nào."
            )
            return show_text(request, page_id, problem=problem, status=400)
    hit = reading(request).get(page_id)
    if hit is None:
        raise HTTPException(404)
    user = signed_in_person(request).user
    try:
        made = act(here.records, here.engine, user, [hit], sealed, what, why=why, relabel=relabel)
    except Conflict:
        return _changed(request, page_id)
    return _done(request, f"/texts/{page_id}", made)


@router.post("/undo")
@needs(Action.DECIDE)
def undo_decisions(
    request: Request,
    first: Number,
    last: Number,
    next: Address = "/queue",  # noqa: A002 (the form calls it so)
) -> Response:
    """Take back the decisions numbered `first` to `last`."""
    here = console(request)
    made = take_back(here.records, here.engine, signed_in_person(request).user, first, last)
    return _done(request, local(next) or "/queue", made)


def _relabel(severity: int | None, categories: list[str]) -> Relabel | None:
    """Return the new labels, or None when they contradict each other: a risk has a category, no risk none."""
    if severity is None or (severity > 0) != bool(categories):
        return None
    return Relabel(categories=tuple(c for c in taxonomy().codes if c in categories), severity=severity)


def _changed(request: Request, page_id: str) -> Response:
    """Show the text as it now stands to a person who decided on what it was."""
    problem = console(request).language.say(
        "Tin này vừa thay đổi hoặc đã có người khác xử lý, nên quyết định của bạn chưa được ghi. "
        "Dưới đây là trạng thái mới nhất; hãy xem lại rồi quyết định."
    )
    return show_text(request, page_id, problem=problem, status=409)


def _done(request: Request, address: str, made: list[Decision]) -> Response:
    """Go on to `address`; the page there says what was done and offers to undo it."""
    response = RedirectResponse(address, 303)
    secure = console(request).settings.console.secure_cookies
    numbers = f"{made[0].seq}-{made[-1].seq}"
    response.set_cookie(DONE_COOKIE, numbers, max_age=DONE_S, httponly=True, samesite="lax", secure=secure)
    return response
