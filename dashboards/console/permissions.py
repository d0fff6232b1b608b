"""Who may do what. Whatever is not allowed here, by name, is refused."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from core.records.people import Role
from index.engine import Query


class Action(StrEnum):
    """What a route lets a person do. Each route declares one (`needs`)."""

    ENTER = "enter"
    BEGIN = "begin"
    READ_TEXTS = "read_texts"
    KEEP_SEARCHES = "keep_searches"
    DECIDE = "decide"
    UNDO_OTHERS = "undo_others"
    READ_NUMBERS = "read_numbers"
    READ_REPORTS = "read_reports"
    READ_ALERTS = "read_alerts"
    ACKNOWLEDGE = "acknowledge"
    READ_SOURCES = "read_sources"
    READ_OPERATION = "read_operation"


# Whoever reads a number must be able to see which sources it lacks.
_EVERYONE = frozenset({Action.BEGIN, Action.READ_SOURCES})
_ANALYST = _EVERYONE | {
    Action.READ_TEXTS,
    Action.KEEP_SEARCHES,
    Action.DECIDE,
    Action.READ_NUMBERS,
    Action.READ_REPORTS,
    Action.READ_ALERTS,
    Action.ACKNOWLEDGE,
}
ALLOWED: dict[Role, frozenset[Action]] = {
    Role.ANALYST: _ANALYST,
    Role.LEAD: _ANALYST | {Action.UNDO_OTHERS, Action.READ_OPERATION},
    Role.POLICY: _EVERYONE | {Action.READ_NUMBERS, Action.READ_REPORTS},
    Role.OPERATOR: _EVERYONE | {Action.READ_OPERATION},
}

Handler = TypeVar("Handler", bound=Callable[..., object])


def may(role: Role | None, action: Action | None) -> bool:
    """Say whether `role` (None: nobody signed in) may do `action` (None: undeclared, never allowed)."""
    if action is None:
        return False
    if action is Action.ENTER:  # the sign-in page and the style sheet
        return True
    return role is not None and action in ALLOWED.get(role, frozenset())


def scope(role: Role | None, query: Query, action: Action = Action.READ_TEXTS) -> Query | None:
    """Return the part of `query` that `role` may see, or None for nothing.

    With `Action.READ_NUMBERS` the result is only for counting: who may read texts counts what is asked,
    others only relevant texts and never by words, so that no text can be guessed from counts.
    """
    if may(role, Action.READ_TEXTS):
        return query
    if action is Action.READ_NUMBERS and may(role, action):
        return query.model_copy(update={"relevant": True, "text": "", "group": None})
    return None


def needs(action: Action) -> Callable[[Handler], Handler]:
    """Declare on a route's function what it lets a person do. Put it below the route's decorator."""

    def declare(handler: Handler) -> Handler:
        handler.needs_action = action  # type: ignore[attr-defined]
        return handler

    return declare


def declared(handler: object) -> Action | None:
    """Return the action that a route's function declares, or None."""
    action = getattr(handler, "needs_action", None)
    return action if isinstance(action, Action) else None
