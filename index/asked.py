"""What a query asks as a whole: its filters and its text as one expression."""

from collections.abc import Iterable, Iterator

from core.contracts import State
from index.effective import moment
from index.engine import Query
from index.expression import Comparison, Expression, Filter, FilterField, all_of, any_of, leaves
from index.language import parse


def asked(query: Query) -> Expression:
    """Return what a document must meet to be found by `query`, all that holds at the top side by side.

    `Query.relevant` applies unless the text itself filters on relevance, or asks for what was dismissed or
    may be grave (neither is relevant). Raises `core.errors.Unreadable` for a text that can't be read.
    """
    typed = parse(query.text)
    return all_of((*_filters(query, relevance=not _decides_relevance(typed)), typed))


def filters_on(expression: Expression, field: FilterField) -> bool:
    """Say whether `expression` has a filter on `field`."""
    return any(isinstance(leaf, Filter) and leaf.field == field for leaf, _ in leaves(expression))


def _decides_relevance(typed: Expression) -> bool:
    dismissed = Filter("state", "=", State.DISMISSED)
    return (
        filters_on(typed, "relevant")
        or filters_on(typed, "possibly_grave")
        or (dismissed, False) in leaves(typed)
    )


def _filters(query: Query, *, relevance: bool) -> Iterator[Expression]:
    if relevance and query.relevant is not None:
        yield _truth("relevant", query.relevant)
    if query.possibly_grave is not None:
        yield _truth("possibly_grave", query.possibly_grave)
    if query.decided is not None:
        yield _truth("decided", query.decided)
    many: tuple[tuple[FilterField, Iterable[str]], ...] = (
        ("category", query.categories),
        ("province", query.provinces),
        ("source", query.sources),
        ("type", query.types),
        ("kind", query.kinds),
        ("sentiment", query.sentiments),
        ("state", query.states),
        ("group", () if query.group is None else (query.group,)),
    )
    for field, values in many:
        equal = [Filter(field, "=", str(value)) for value in values]
        if equal:
            yield any_of(equal)
    if query.severity_min:
        yield Filter("severity", ">=", str(query.severity_min))
    bounds: tuple[tuple[Comparison, object], ...] = ((">=", query.since), ("<=", query.until))
    for comparison, day in bounds:
        if day is not None:
            yield Filter("day", comparison, str(day))
    if query.fetched_until is not None:
        yield Filter("first_fetched", "<=", moment(query.fetched_until))


def _truth(field: FilterField, value: bool) -> Filter:
    return Filter(field, "=", "true" if value else "false")
