"""The three orders, the keys by which they sort, and where a page ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import BadQuery
from index import cursor
from index.elastic.translating import Clause, either, negation, scored, tiers, translate
from index.engine import Order, Query
from index.expression import Expression

# The values that Elasticsearch sorted a document by. Those of the orders are unique; in a point in time it
# adds one of its own.
Key = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Ordering:
    """A query with its order: what finds, what sorts."""

    order: Order
    expression: Expression

    @property
    def query(self) -> Clause:
        """What finds, and gives the score to sort by, if that is asked for."""
        return scored(self.expression) if self.order == "score" else translate(self.expression)

    @property
    def sort(self) -> list[dict[str, str]]:
        """What sorts."""
        if self.order == "queue":
            return [{"place": "asc"}]
        newest = {"stamp": "desc"}
        return [{"_score": "desc"}, newest] if self.order == "score" else [newest]

    def key(self, query: Query) -> Key | None:
        """Return where the page before the wanted one ended. Raises BadQuery for a cursor not given out."""
        if query.cursor is None:
            return None
        text = cursor.decode(self.order, query.cursor)
        if self.order != "score":
            return [text]
        if text[:1] not in ("0", "1", "2"):
            raise BadQuery(cursor.BAD_CURSOR)
        return [int(text[0]), text[1:]]

    def cursor(self, key: Key) -> str:
        """Return the cursor of the page after the document with `key`."""
        text = f"{key[0]:.0f}{key[1]}" if self.order == "score" else str(key[0])
        return cursor.encode(self.order, text)

    def beyond(self, key: Key) -> Clause:
        """Return what finds the documents that come after `key`."""
        if self.order == "queue":
            return {"range": {"place": {"gt": key[0]}}}
        if self.order == "newest":
            return {"range": {"stamp": {"lt": key[0]}}}
        older: Clause = {"range": {"stamp": {"lt": key[1]}}}
        tier = int(key[0])
        raised = tiers(self.expression)
        above, here = raised[tier:], raised[max(0, tier - 1) :]
        same = [older, *([negation(either(above))] if above else [])]
        lower = [negation(either(here))] if tier else []
        return either([*lower, {"bool": {"filter": same}}])
