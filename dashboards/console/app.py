"""The console as an ASGI application."""

from importlib.resources import files

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import BadInput, BadQuery, Conflict, IndexUnavailable, NotAllowed, RecordsUnavailable
from core.logs import log
from core.records import Records
from core.settings import Settings
from dashboards.console import (
    deciding,
    following,
    metrics,
    notices,
    operation,
    overview,
    queue,
    saved,
    sign_in,
    sources,
    texts,
)
from dashboards.console.acts import catch_up
from dashboards.console.guard import NotSignedIn, guard, sign_in_address
from dashboards.console.pages import build, page
from dashboards.console.permissions import Action, needs
from dashboards.console.shell import Shell
from index.engine import Engine

LARGEST_FORM = 64 * 1024  # bytes; a note of 2,000 letters and every category ticked is below 20 KiB
STATIC = {
    "console.css": "text/css; charset=utf-8",
    "keys.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}

ROOMS = (sign_in, queue, saved, texts, deciding, following, overview, notices, sources, operation, metrics)


def create_app(settings: Settings, records: Records, engine: Engine) -> FastAPI:
    """Return the console over these records and this index; verdicts the index lacks are put in force.

    Raises BadSettings for an unknown language, RecordsUnavailable and IndexUnavailable.
    """
    engine.size()  # or nobody would hear of an index that can't be read before somebody searches
    catch_up(records, engine)
    app = FastAPI(
        title="Lắng Nghe",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(guard)],
    )
    app.state.console = build(settings, records, engine)
    for room in ROOMS:
        app.include_router(room.router)
    app.add_api_route("/static/{name}", static, methods=["GET"])
    app.add_exception_handler(NotSignedIn, _to_sign_in)
    for kind in STATUS:
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_middleware(Shell, broken=lambda request: _problem(request, 500), largest=LARGEST_FORM)
    return app


@needs(Action.ENTER)
def static(name: str) -> Response:
    """Return a file of the console's looks."""
    if name not in STATIC:
        raise HTTPException(404)
    body = files("dashboards.console").joinpath("static", name).read_bytes()
    return Response(
        body, media_type=STATIC[name], headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


STATUS: dict[type[Exception], int] = {
    BadInput: 400,
    BadQuery: 400,
    RequestValidationError: 400,
    NotAllowed: 403,
    Conflict: 409,
    IndexUnavailable: 503,
    RecordsUnavailable: 503,
}
EXPLAINED = frozenset({400, 403, 404, 409, 413, 500, 503})


async def _refused(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    if status >= 500:
        log("dashboards").error("page_unavailable", path=request.url.path, problem=str(error))
    return _problem(request, status)


async def _http_problem(request: Request, error: Exception) -> Response:
    return _problem(request, error.status_code if isinstance(error, HTTPException) else 500)


async def _to_sign_in(request: Request, _error: Exception) -> Response:
    return RedirectResponse(sign_in_address(request), 303)


def _problem(request: Request, status: int) -> Response:
    """Return the page that says what went wrong; nothing of an exception is in it."""
    known = status if status in EXPLAINED else 400 if status < 500 else 500
    return page(request, "problem.html", {"status": known}, status)
