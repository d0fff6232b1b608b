"""Rendering: one template environment per console, and what every page needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from core.contracts import What
from core.records import Records
from core.records.decisions import decisions
from core.records.partners import source_names as names_of_sources
from core.records.people import Role, SignedIn, users
from core.settings import Settings
from dashboards.console.asking import HELP
from dashboards.console.language import Language, language
from dashboards.console.marking import plain
from dashboards.console.permissions import Action, may
from dashboards.console.reading import Reading
from dashboards.console.words import Names
from index.engine import Engine

DONE_COOKIE = "langnghe_done"  # the numbers of the decisions just made, for the bar that offers to undo them

DIGITS = 18  # of the largest number that a register counts to

# Address, name, what it takes to see it: in the order of the navigation.
NAVIGATION = (
    ("/overview", "Tổng quan", Action.READ_NUMBERS),
    ("/queue", "Hàng chờ", Action.READ_TEXTS),
    ("/search", "Tìm kiếm", Action.READ_TEXTS),
    ("/alerts", "Cảnh báo", Action.READ_ALERTS),
    ("/reports", "Báo cáo tuần", Action.READ_REPORTS),
    ("/sources", "Nguồn tin", Action.READ_SOURCES),
    ("/operation", "Vận hành", Action.READ_OPERATION),
)


@dataclass(frozen=True)
class Console:
    """What the pages work with."""

    settings: Settings
    records: Records
    engine: Engine
    language: Language
    names: Names
    templates: Environment


@dataclass(frozen=True)
class Done:
    """What was just done, for the bar above the page."""

    what: What
    texts: int
    first: int
    last: int
    undone: bool


def build(settings: Settings, records: Records, engine: Engine) -> Console:
    """Return the console of these parts, in the language of the settings. Raises BadSettings."""
    spoken = language(settings.language)
    names = Names(spoken)
    templates = Environment(
        loader=PackageLoader("dashboards.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        _=spoken.say,
        count=spoken.count,
        number=spoken.number,
        probability=spoken.probability,
        day=spoken.day,
        moment=spoken.moment,
        plain=plain,
        search_help_rows=HELP,
        ago=spoken.ago,
        names=names,
        lang=spoken.code,
        may=may,
        Action=Action,
        style=_fingerprint("console.css"),
        script=_fingerprint("keys.js"),
    )
    return Console(settings, records, engine, spoken, names, templates)


def console(request: Request) -> Console:
    """Return the console that a request came to."""
    return cast(Console, request.app.state.console)


def signed_in_person(request: Request) -> SignedIn:
    """Return who asks. Only for routes that take a signed-in person, where the guard has put it."""
    return cast(SignedIn, request.state.who)


def reading(request: Request) -> Reading:
    """Return the index as the person who asks may see it."""
    return Reading(console(request).engine, signed_in_person(request).user.role)


def home(role: Role) -> str:
    """Return the page that a role begins with."""
    if may(role, Action.READ_TEXTS):
        return "/queue"
    return next(address for address, _, action in NAVIGATION if may(role, action))


def source_names(request: Request) -> dict[str, str]:
    """Return the names of the sources, by id."""
    return names_of_sources(console(request).records)


def people(request: Request) -> dict[str, str]:
    """Return the names of those who have an account, by user name."""
    return {u.username: u.name or u.username for u in users(console(request).records)}


def page(
    request: Request, template: str, values: Mapping[str, object] | None = None, status: int = 200
) -> HTMLResponse:
    """Return a page inside the console's frame. A page that tells of a problem reads nothing further."""
    here = console(request)
    who: SignedIn | None = getattr(request.state, "who", None)
    done = _done(request, here, who) if status < 400 else None
    navigation = [
        (address, here.language.say(name), request.url.path.startswith(address))
        for address, name, action in NAVIGATION
        if who is not None and may(who.user.role, action)
    ]
    html = here.templates.get_template(template).render(
        who=who,
        csrf=who.csrf if who else "",
        navigation=navigation,
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        done=done,
        **(values or {}),
    )
    response = HTMLResponse(html, status)
    if done is not None:
        response.delete_cookie(DONE_COOKIE)
    return response


def _done(request: Request, here: Console, who: SignedIn | None) -> Done | None:
    first, _, last = request.cookies.get(DONE_COOKIE, "").partition("-")
    if who is None or not (first.isdecimal() and last.isdecimal() and len(first) <= DIGITS):
        return None
    made = [
        d
        for d in decisions(here.records, after=int(first) - 1)
        if d.seq <= int(last) and d.who == who.user.username
    ]
    if not made:
        return None
    return Done(made[0].what, len(made), made[0].seq, made[-1].seq, made[0].undoes is not None)


def _fingerprint(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    content = files("dashboards.console").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={sha256(content).hexdigest()[:12]}"
