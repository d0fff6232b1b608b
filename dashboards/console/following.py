"""Following a discussion: the crawler asks for it more often, and people see who wanted that."""

from typing import Annotated
from urllib.parse import urldefrag

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.contracts import Page, PageType
from core.records import Records
from core.records.follows import follow
from core.records.partners import partner_name
from dashboards.console.pages import console, reading, signed_in_person
from dashboards.console.permissions import Action, needs

router = APIRouter()


def discussion(records: Records, page: Page) -> str | None:
    """Return the id of the thread that a text belongs to (an article's is its own), or None.

    What a partner handed in has none: it can't be asked for again.
    """
    if partner_name(records, page.source_id) is not None:
        return None
    return page.thread_id or (page.id if page.type is PageType.ARTICLE else None)


@router.post("/texts/{page_id}/follow")
@needs(Action.DECIDE)
def follow_discussion(request: Request, page_id: str, followed: Annotated[bool, Form()]) -> Response:
    """Begin or end to follow the discussion that a text belongs to."""
    hit = reading(request).get(page_id)
    records = console(request).records
    thread_id = discussion(records, hit.document.page) if hit is not None else None
    if hit is None or thread_id is None:
        raise HTTPException(404)
    page, who = hit.document.page, signed_in_person(request).user.username
    url = urldefrag(page.canonical_url).url
    follow(records, who, thread_id, page.source_id, url, followed=followed)
    return RedirectResponse(f"/texts/{page_id}", 303)
