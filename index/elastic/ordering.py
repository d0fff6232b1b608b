"""The three orders, the keys by which they sort, and where a page ended."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.contracts import Document
from core.errors import BadQuery
from index import cursor
from index.effective import moment, place
from index.elastic.translating import Clause, either, microseconds, negation, scored, tiers, translate
from index.engine import Order, Query
from index.expression import Expression

# The values that Elasticsearch sorted a document by. Those of the orders are unique; in a point in time it
# adds one of its own.
Key = Sequence[int | float]

# Orders are numbers, though `index.effective` has one text for each: Elasticsearch copies a text whenever it
# keeps a document for the moment, which for the newest of documents that came in order is each time. The id
# is told by four numbers of seven bytes: more than the 24 of `core.urls.page_id`.
_ID = ("order.id_0", "order.id_1", "order.id_2", "order.id_3")
_BYTES = 7
_STAMP = ("order.at", *_ID)
_PLACE = ("order.place", *_STAMP)
_LARGEST = 2**63


def numbers(document: Document, severity: int) -> dict[str, int]:
    """Return what a document is sorted by: `stamp` and `place` of `index.effective` as numbers."""
    page_id = document.id.encode()[: _BYTES * len(_ID)].ljust(_BYTES * len(_ID), b"\0")
    return {
        "place": int(place(severity, document.analysis.relevance, "")),
        "at": microseconds(moment(document.page.dated_at)),
        **{
            name.removeprefix("order."): int.from_bytes(page_id[n * _BYTES : (n + 1) * _BYTES])
            for n, name in enumerate(_ID)
        },
    }


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
        by = [{field: "asc" if self.order == "queue" else "desc"} for field in self._fields]
        return [{"_score": "desc"}, *by] if self.order == "score" else by

    @property
    def _fields(self) -> tuple[str, ...]:
        return _PLACE if self.order == "queue" else _STAMP

    def key(self, query: Query) -> Key | None:
        """Return where the page before the wanted one ended. Raises BadQuery for a cursor not given out."""
        if query.cursor is None:
            return None
        text = cursor.decode(self.order, query.cursor)
        if not re.fullmatch(r"-?[0-9]{1,19}(,-?[0-9]{1,19})*", text):
            raise BadQuery(cursor.BAD_CURSOR)
        key = [int(number) for number in text.split(",")]
        if len(key) != len(self.sort) or not all(-_LARGEST <= number < _LARGEST for number in key):
            raise BadQuery(cursor.BAD_CURSOR)
        return key

    def cursor(self, key: Key) -> str:
        """Return the cursor of the page after the document with `key`."""
        return cursor.encode(self.order, ",".join(str(int(number)) for number in key[: len(self.sort)]))

    def beyond(self, key: Key) -> Clause:
        """Return what finds the documents that come after `key`."""
        if self.order != "score":
            return self._past(key)
        tier, older = int(key[0]), self._past(key[1:])
        raised = tiers(self.expression)
        above, here = raised[tier:], raised[max(0, tier - 1) :]
        same = [older, *([negation(either(above))] if above else [])]
        lower = [negation(either(here))] if tier else []
        return either([*lower, {"bool": {"filter": same}}])

    def _past(self, key: Key) -> Clause:
        """Return what finds the documents whose numbers come after those of `key`."""
        after = "gt" if self.order == "queue" else "lt"
        clauses: list[Clause] = []
        equal: list[Clause] = []
        for field, number in zip(self._fields, key, strict=False):
            clauses.append({"bool": {"filter": [*equal, {"range": {field: {after: number}}}]}})
            equal.append({"term": {field: number}})
        return either(clauses)
