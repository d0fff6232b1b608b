"""Searches that a person keeps: saving, opening, renaming, dropping."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from pydantic import AfterValidator
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.contracts import Contract
from core.errors import BadQuery
from core.records.saved import SavedSearch, drop_search, rename_search, save_search, saved_searches
from core.text import nfc
from dashboards.console.chips import chips
from dashboards.console.filters import Filters
from dashboards.console.pages import console, page, signed_in_person
from dashboards.console.permissions import Action, needs
from dashboards.console.queue import OPEN_ONLY, queue_filters
from index.language import parse

router = APIRouter()

LONGEST_NAME = 100  # a line of the list

Name = Annotated[str, Form(max_length=LONGEST_NAME), AfterValidator(lambda name: nfc(name.strip()))]
Address = Annotated[str, Form(max_length=4000)]
Number = Annotated[int, Form(ge=1, le=2**31 - 1)]
Place = Annotated[Literal["queue", "search"], Form()]


class Kept(Contract):
    """A saved search with what it asks: its text, and its filters in words."""

    search: SavedSearch
    text: str
    filters: tuple[str, ...]


@router.get("/saved")
@needs(Action.KEEP_SEARCHES)
def list_saved(request: Request) -> Response:
    """Show what the person keeps."""
    return _list(request)


@router.post("/saved")
@needs(Action.KEEP_SEARCHES)
def save(request: Request, name: Name, place: Place, address: Address = "") -> Response:
    """Keep a search under a name and go back to it."""
    here, username = console(request), signed_in_person(request).user.username
    filters = _filters(place, address)
    parse(filters.q)
    asked = filters.change({}).address
    unsaved = {"name": name, "place": place, "address": asked}
    if not name:
        return _list(request, here.language.say("Hãy đặt tên cho tìm kiếm."), unsaved, 400)
    if save_search(here.records, username, name, place, asked) is None:
        return _list(request, _taken(request, name), unsaved, 409)
    return RedirectResponse(f"/{place}?{asked}", 303)


@router.post("/saved/rename")
@needs(Action.KEEP_SEARCHES)
def rename(request: Request, number: Number, name: Name) -> Response:
    """Give a saved search another name."""
    here, username = console(request), signed_in_person(request).user.username
    if not name:
        return _list(request, here.language.say("Hãy đặt tên cho tìm kiếm."), status=400)
    renamed = rename_search(here.records, username, number, name)
    if renamed is None:
        raise HTTPException(404)
    return RedirectResponse("/saved", 303) if renamed else _list(request, _taken(request, name), status=409)


@router.post("/saved/drop")
@needs(Action.KEEP_SEARCHES)
def drop(request: Request, number: Number) -> Response:
    """Forget a saved search."""
    drop_search(console(request).records, signed_in_person(request).user.username, number)
    return RedirectResponse("/saved", 303)


def _list(
    request: Request, problem: str = "", unsaved: dict[str, str] | None = None, status: int = 200
) -> Response:
    """Return the list, with the `problem` that kept a name from being given and the search `unsaved`."""
    kept = saved_searches(console(request).records, signed_in_person(request).user.username)
    values = {"kept": [_kept(request, s) for s in kept], "problem": problem, "unsaved": unsaved}
    return page(request, "saved.html", values, status)


def _kept(request: Request, search: SavedSearch) -> Kept:
    try:
        filters = _filters(search.place, search.address)
    except BadQuery:  # kept by a program that knew other filters; opening it says what is wrong
        return Kept(search=search, text=QueryParams(search.address).get("q", ""), filters=())
    hidden = {"state"} if search.place == "queue" and filters.state == OPEN_ONLY else set()
    said = chips(request, filters, hidden)
    return Kept(search=search, text=filters.q, filters=tuple(words for words, _ in said))


def _filters(place: str, address: str) -> Filters:
    params = QueryParams(address)
    return queue_filters(params) if place == "queue" else Filters.read(params)


def _taken(request: Request, name: str) -> str:
    return console(request).language.say(
        "Bạn đã có một tìm kiếm tên là “%(name)s”. Hãy đặt tên khác.", name=name
    )
