"""Filters in force, as they are shown."""

from collections.abc import Callable, Collection

from starlette.requests import Request

from dashboards.console.filters import Filters
from dashboards.console.pages import console, source_names


def chips(request: Request, filters: Filters, hidden: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return each filter but the `hidden` ones as (what it says, the address without it)."""
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
