"""The search interface in the plainest Python: what every engine must answer."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from core.contracts import Document, Kind, Triage
from core.masking import masked
from core.text import fold, has_marks
from index.engine import FacetField, Query


class Item:
    """A document as it counts."""

    def __init__(self, document: Document, triage: Triage) -> None:
        self.id = document.id
        self.page = masked(document).page
        self.analysis = document.analysis
        self.state = triage.state
        self.decided = triage.seq > 0
        self.relevant = self.analysis.relevant if triage.relevant is None else triage.relevant
        labels = tuple(label.code for label in self.analysis.categories)
        self.categories = (
            (labels if triage.categories is None else triage.categories) if self.relevant else ()
        )
        level = self.analysis.severity.level if triage.severity is None else triage.severity
        self.severity = level if self.relevant else 0
        self.kind = self.analysis.kind if self.relevant else Kind.NONE
        self.group = self.page.thread_id or self.analysis.duplicate_of or self.id
        self.fields = [words(field) for field in (self.page.title, self.page.lead, self.page.text)]
        self.bare = not has_marks(self.page.title + self.page.lead + self.page.text)

    def values(self, field: FacetField) -> Sequence[str]:
        """What a facet counts for it."""
        if field in ("category", "province"):
            return self.categories if field == "category" else self.analysis.provinces
        sentiment = self.analysis.sentiment
        single = {
            "severity": self.severity,
            "kind": self.kind,
            "sentiment": sentiment,
            "source": self.page.source_id,
            "type": self.page.type,
            "state": self.state,
        }[field]
        return () if single is None else (str(single),)

    def occurs(self, term: str, fields: Iterable[list[str]], bare: bool) -> bool:
        """Whether `term` is found in one of `fields`."""
        asked = words(term)
        star = term.endswith("*") and len(asked[-1]) >= 2
        exact = any(has_marks(word) for word in asked)
        if bare and self.bare:
            asked, exact = [fold(word) for word in asked], False
        for field in fields:
            having = field if exact else [fold(word) for word in field]
            for i in range(len(having) - len(asked) + 1):
                part = having[i : i + len(asked)]
                if part == asked or (star and part[:-1] == asked[:-1] and part[-1].startswith(asked[-1])):
                    return True
        return False


def words(text: str) -> list[str]:
    """The words of `text` in lower case."""
    return re.findall(r"[^\W_]+", text.lower())


def matches(item: Item, query: Query) -> bool:
    """Whether `query` finds `item`."""
    wanted, unwanted = terms(query.text)
    return all(
        (
            query.relevant is None or item.relevant == query.relevant,
            not query.categories or set(query.categories) & set(item.categories),
            not query.provinces or set(query.provinces) & set(item.analysis.provinces),
            not query.sources or item.page.source_id in query.sources,
            not query.types or item.page.type in query.types,
            not query.kinds or item.kind in query.kinds,
            not query.sentiments or item.analysis.sentiment in query.sentiments,
            not query.states or item.state in query.states,
            item.severity >= query.severity_min,
            query.decided is None or item.decided == query.decided,
            query.since is None or item.page.day >= query.since,
            query.until is None or item.page.day <= query.until,
            query.group is None or item.group == query.group,
            all(item.occurs(term, item.fields, bare=True) for term in wanted),
            not any(item.occurs(term, item.fields, bare=False) for term in unwanted),
        )
    )


def terms(text: str) -> tuple[list[str], list[str]]:
    """The terms of well-formed `text` that must and must not occur."""
    found = re.findall(r'-?(?:"[^"]*"\*?|[^\s"]+)', text)
    return [t for t in found if t[0] != "-"], [t[1:] for t in found if t[0] == "-"]


def ordered(items: Iterable[Item], query: Query) -> list[Item]:
    """`items` in the query's order."""

    def band(item: Item) -> int:
        relevance = item.analysis.relevance
        return 0 if relevance >= 0.9 else 1 if relevance >= 0.7 else 2

    def level(item: Item) -> int:
        wanted, _ = terms(query.text)
        if query.order != "score" or not wanted:
            return 0
        if all(item.occurs(term, item.fields[:1], bare=False) for term in wanted):
            return 2
        marked = [term for term in wanted if has_marks(term)]
        return int(all(item.occurs(term, item.fields, bare=False) for term in marked))

    rising = sorted(items, key=lambda i: (i.page.dated_at, i.id))
    if query.order == "queue":
        return sorted(rising, key=lambda i: (-i.severity, band(i)))
    falling = rising[::-1]
    return sorted(falling, key=lambda i: -level(i))


def search(items: Iterable[Item], query: Query) -> list[tuple[str, int]]:
    """All hits in order: page id and how many others of the group match."""
    found = ordered((i for i in items if matches(i, query)), query)
    if not query.grouped:
        return [(item.id, 0) for item in found]
    sizes = Counter(item.group for item in found)
    first: dict[str, str] = {}
    for item in found:
        first.setdefault(item.group, item.id)
    return [(page_id, sizes[group] - 1) for group, page_id in first.items()]


def facet(items: Iterable[Item], query: Query, field: FacetField) -> list[tuple[str, int]]:
    """All values of `field` and their counts, the most frequent first."""
    values = Counter(value for item in items if matches(item, query) for value in item.values(field))
    return sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))


def counts(
    items: Iterable[Item], query: Query, weekly: bool, by: FacetField | None
) -> list[tuple[date, str, int]]:
    """Counts by day or week and by value of `by`."""
    found: Counter[tuple[date, str]] = Counter()
    for item in items:
        if matches(item, query):
            day = item.page.day
            start = day - timedelta(days=day.weekday()) if weekly else day
            found.update((start, value) for value in (item.values(by) if by else ("",)))
    return sorted((start, value, count) for (start, value), count in found.items())
