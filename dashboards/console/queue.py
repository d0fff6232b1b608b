"""The queue, and the search over everything: lists of texts, filtered by the address."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from core.contracts import Contract, State, What
from core.errors import BadQuery
from dashboards.console.acts import offered, seal
from dashboards.console.filters import Filters
from dashboards.console.marking import Marks, Piece, pieces, snippet
from dashboards.console.pages import console, page, reading, source_names
from dashboards.console.permissions import Action, needs
from dashboards.console.reading import Reading
from index.engine import Hit, Query, Results

router = APIRouter()

OPEN_ONLY = (State.OPEN,)


class Row(Contract):
    """One text in a list, as it is shown: `sealed` and `sealed_group` carry what was shown to a decision."""

    hit: Hit
    title: list[Piece]
    snippet: list[Piece]
    acts: tuple[What, ...]
    sealed: str = ""
    sealed_group: str = ""


@router.get("/queue")
@needs(Action.READ_TEXTS)
def queue(request: Request) -> Response:
    """Show what waits for a decision, in the order of need; or, as a list of its own, what may be grave."""
    try:
        filters = queue_filters(request.query_params)
        found = reading(request).search(_waiting(filters))
    except BadQuery:
        return _unreadable(request, "queue")
    rows = [_row(hit, reading(request), filters) for hit in found.hits]
    return _list(request, "queue", filters, found, rows)


@router.get("/search")
@needs(Action.READ_TEXTS)
def search(request: Request) -> Response:
    """Show what is found among all that was collected."""
    try:
        filters = Filters.read(request.query_params)
        found = reading(request).search(_sought(filters))
    except BadQuery:
        return _unreadable(request, "search")
    return _list(request, "search", filters, found, [_row(hit) for hit in found.hits])


def queue_filters(params: QueryParams) -> Filters:
    """Read the queue's address: open texts unless other states are asked for. Raises BadQuery.

    What may be grave is open as long as it is that.
    """
    filters = Filters.read(params).change({"all": False, "cursor": params.get("cursor") or None})
    if filters.state and not filters.possibly_grave:
        return filters
    return filters.model_copy(update={"state": OPEN_ONLY})


def group_behind(hit: Hit, sight: Reading, filters: Filters) -> list[Hit]:
    """Return the texts that the row of `hit` stands for: those of its group that the filters let through."""
    query = _waiting(filters.change({"group": hit.group}))
    return list(sight.every(query))


def _waiting(filters: Filters) -> Query:
    return filters.query(order="queue")


def _sought(filters: Filters) -> Query:
    return filters.query(order="score" if filters.q else "newest")


def _row(hit: Hit, sight: Reading | None = None, filters: Filters | None = None) -> Row:
    group = group_behind(hit, sight, filters) if sight and filters and hit.others else [hit]
    document = hit.document
    title = document.page.title or document.page.thread_title
    marks = Marks(masked=document.analysis.masked, found=hit.highlights)
    return Row(
        hit=hit,
        title=pieces(title, "title" if document.page.title else "thread_title", marks),
        snippet=snippet(document, hit.highlights),
        acts=offered(group),
        sealed=seal([hit]),
        sealed_group=seal(group),
    )


def _list(request: Request, place: str, filters: Filters, found: Results, rows: list[Row]) -> Response:
    ask = _waiting if place == "queue" else _sought
    hidden = {"possibly_grave"} if place == "queue" else set()
    if place == "queue" and filters.state == OPEN_ONLY:
        hidden.add("state")
    lane = place == "queue" and filters.possibly_grave
    waiting = Filters(possibly_grave=True).query(order="queue", limit=1)
    values = {
        "place": place,
        "lane": lane,
        "possibly_grave": reading(request).search(waiting).total if place == "queue" else 0,
        "unfiltered": f"/{place}" + ("?possibly_grave=1" if lane else ""),
        "filters": filters,
        "found": found,
        "rows": rows,
        "offered": reading(request).offered(filters, ask),
        "chips": _chips(request, filters, hidden),
        "source_names": source_names(request),
    }
    return page(request, "list.html", values)


def _chips(request: Request, filters: Filters, hidden: set[str]) -> list[tuple[str, str]]:
    """Return each filter in force as (what it says, the address without it)."""
    here = console(request)
    say, names, sources = here.language.say, here.names, source_names(request)
    told: dict[str, Callable[[str], str]] = {
        "category": names.category,
        "source": lambda v: sources.get(v, v),
        "type": names.type,
        "kind": names.kind,
        "tone": names.tone,
        "state": names.state,
    }
    made = [
        (told.get(name, str)(value), filters.without(name, value).address)
        for name in ("category", "province", "source", "type", "kind", "tone", "state")
        if name not in hidden
        for value in getattr(filters, name)
    ]
    if filters.severity:
        level = say("Từ mức: %(name)s", name=names.severity(filters.severity))
        made.append((level, filters.without("severity").address))
    if filters.since:
        made.append(
            (say("Từ ngày %(day)s", day=here.language.day(filters.since)), filters.without("since").address)
        )
    if filters.until:
        made.append(
            (say("Đến ngày %(day)s", day=here.language.day(filters.until)), filters.without("until").address)
        )
    if filters.all:
        made.append((say("Gồm cả tin không liên quan"), filters.without("all").address))
    if filters.possibly_grave and "possibly_grave" not in hidden:
        made.append((say("Có thể nghiêm trọng"), filters.without("possibly_grave").address))
    if filters.group:
        made.append((say("Một nhóm tin"), filters.without("group").address))
    return made


def _unreadable(request: Request, place: str) -> Response:
    values = {"place": place, "q": request.query_params.get("q", "")[:500]}
    return page(request, "unreadable.html", values, 400)
