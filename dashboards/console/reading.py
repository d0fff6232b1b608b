"""The index as one role may see it: every question passes the scope of that role."""

from collections.abc import Callable, Iterator

from core.contracts import State
from core.errors import NotAllowed
from core.records.people import Role
from dashboards.console.filters import FACETS, Filters, choices
from dashboards.console.permissions import Action, scope
from index.engine import Bucket, Count, Engine, FacetField, Hit, Query, Results, Significant


class Reading:
    """What `role` may read of the index. All methods raise NotAllowed for a role that may not."""

    def __init__(self, engine: Engine, role: Role) -> None:
        """Read `engine` for `role`."""
        self.engine = engine
        self.role = role

    def search(self, query: Query) -> Results:
        """Return a page of texts."""
        return self.engine.search(self._scoped(query, Action.READ_TEXTS))

    def every(self, query: Query) -> Iterator[Hit]:
        """Yield all texts that `query` finds."""
        return self.engine.scan(self._scoped(query, Action.READ_TEXTS))

    def get(self, page_id: str) -> Hit | None:
        """Return one text, or None."""
        self._scoped(Query(), Action.READ_TEXTS)
        return self.engine.get(page_id)

    def similar(self, page_id: str, limit: int) -> tuple[Hit, ...]:
        """Return the texts most like one, the most alike first."""
        self._scoped(Query(), Action.READ_TEXTS)
        return self.engine.similar(page_id, limit)

    def significant(self, query: Query, limit: int) -> list[Significant]:
        """Return what stands out in the titles and leads of what `query` finds: words, not numbers."""
        return self.engine.significant(self._scoped(query, Action.READ_TEXTS), limit)

    def count(self, query: Query) -> int:
        """Return how many texts `query` finds."""
        return sum(bucket.count for bucket in self.by_day(query))

    def by_day(self, query: Query) -> list[Bucket]:
        """Return how many texts `query` finds on each day of Vietnam."""
        return self.engine.counts(self._scoped(query, Action.READ_NUMBERS), "day")

    def values(self, query: Query, field: FacetField, limit: int = 40) -> list[Count]:
        """Return how many texts have each value of `field` among what `query` finds."""
        return self.engine.facets(self._scoped(query, Action.READ_NUMBERS), [field], limit)[field]

    def offered(self, filters: Filters, ask: Callable[[Filters], Query]) -> dict[str, list[Count]]:
        """Return for each filter its values with counts, as they would be without that filter.

        `ask` makes the query of filters.
        """
        free = [name for name in FACETS if not getattr(filters, name)]
        query = self._scoped(ask(filters), Action.READ_TEXTS)
        counted = self.engine.facets(query, [FACETS[name] for name in free]) if free else {}
        offered: dict[str, list[Count]] = {}
        for name, field in FACETS.items():
            chosen = getattr(filters, name)
            counts = counted[field] if name in free else self.values(ask(filters.without(name)), field)
            offered[name] = choices(counts, chosen)
        offered["state"] = self._states(filters, ask)
        return offered

    def _states(self, filters: Filters, ask: Callable[[Filters], Query]) -> list[Count]:
        """Return how many texts there are in each state, the dismissed ones too, in the states' order."""
        found = {c.value: c.count for c in self.values(ask(filters.without("state")), "state")}
        dismissed = filters.change({"state": (State.DISMISSED,)})
        found[State.DISMISSED] = self.count(ask(dismissed))
        return [Count(value=state, count=found.get(state, 0)) for state in State]

    def _scoped(self, query: Query, action: Action) -> Query:
        scoped = scope(self.role, query, action)
        if scoped is None:
            raise NotAllowed(f"role {self.role} may not {action}")
        return scoped
