"""The queue, and the search over everything: lists of texts, filtered by the address."""

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from core.contracts import Contract, State, What
from core.errors import BadQuery, Unreadable
from core.records.saved import saved_searches
from dashboards.console.acts import offered, seal
from dashboards.console.asking import told
from dashboards.console.chips import chips
from dashboards.console.filters import Filters
from dashboards.console.marking import Marks, Piece, pieces, snippet
from dashboards.console.pages import console, page, reading, signed_in_person, source_names
from dashboards.console.permissions import Action, needs
from dashboards.console.reading import Reading
from index.asked import filters_on
from index.engine import Hit, Query, Results
from index.language import parse

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
    except BadQuery as error:
        return _unreadable(request, "queue", error)
    rows = [_row(hit, reading(request), filters) for hit in found.hits]
    return _list(request, "queue", filters, found, rows)


@router.get("/search")
@needs(Action.READ_TEXTS)
def search(request: Request) -> Response:
    """Show what is found among all that was collected."""
    try:
        filters = Filters.read(request.query_params)
        found = reading(request).search(_sought(filters))
    except BadQuery as error:
        return _unreadable(request, "search", error)
    return _list(request, "search", filters, found, [_row(hit) for hit in found.hits])


def queue_filters(params: QueryParams) -> Filters:
    """Read the queue's address: open texts unless other states are asked for, here or in the text.

    What may be grave is open as long as it is that. Raises BadQuery.
    """
    filters = Filters.read(params).change({"all": False, "cursor": params.get("cursor") or None})
    chosen = filters.state or filters_on(parse(filters.q), "state")
    if chosen and not filters.possibly_grave:
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
        "chips": chips(request, filters, hidden),
        "saved": saved_searches(console(request).records, signed_in_person(request).user.username),
        "source_names": source_names(request),
    }
    return page(request, "list.html", values)


def _unreadable(request: Request, place: str, error: BadQuery) -> Response:
    """Return the page that shows what could not be read, and where. Filters that could be are kept."""
    typed = request.query_params.get("q", "")[:500]
    values: dict[str, object] = {"place": place, "q": typed, "fault": None, "kept": []}
    if isinstance(error, Unreadable):
        values |= {
            "q": error.text,
            "fault": error,
            "problem": told(console(request).language, error),
            "kept": Filters.read(request.query_params).change({"q": ""}).pairs,
        }
    return page(request, "unreadable.html", values, 400)
