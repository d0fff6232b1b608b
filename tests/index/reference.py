"""The search interface in the plainest Python: what every engine must answer."""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
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
        self.possibly_grave = self.analysis.possibly_grave and triage.relevant is None
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


# What the filters that `documents.texts_asked` draws from mean.
FILTERS: dict[str, Callable[[Item], bool]] = {
    "nguy_cơ:bạo_lực": lambda i: "violence" in i.categories,
    "category:neglect": lambda i: "neglect" in i.categories,
    'tỉnh:"Hà Nội"': lambda i: "Hà Nội" in i.analysis.provinces,
    'province:"da nang"': lambda i: "Đà Nẵng" in i.analysis.provinces,
    "mức>=2": lambda i: i.severity >= 2,
    "muc:3": lambda i: i.severity == 3,
    "severity<1": lambda i: i.severity < 1,
    "dạng:vụ_việc": lambda i: i.kind == "incident",
    "kind:none": lambda i: i.kind == "none",
    "sắc_thái:tiêu_cực": lambda i: i.analysis.sentiment == "negative",
    "tone:positive": lambda i: i.analysis.sentiment == "positive",
    "nguồn:bao": lambda i: i.page.source_id == "bao",
    'SOURCE:"dien-dan"': lambda i: i.page.source_id == "dien-dan",
    'loại_tin:"bình luận"': lambda i: i.page.type == "comment",
    "type:post": lambda i: i.page.type == "post",
    "trang_thai:da_loai": lambda i: i.state == "dismissed",
    "state:open": lambda i: i.state == "open",
    "liên_quan:có": lambda i: i.relevant,
    "relevant:no": lambda i: not i.relevant,
    "đã_quyết:có": lambda i: i.decided,
    "decided:false": lambda i: not i.decided,
    "có_thể_nghiêm_trọng:có": lambda i: i.possibly_grave,
    "possibly_grave:no": lambda i: not i.possibly_grave,
    "ngày:03/10/2026": lambda i: i.page.day == date(2026, 10, 3),
    "ngày > 2026-10-04": lambda i: i.page.day > date(2026, 10, 4),
    "day<2026-10-06": lambda i: i.page.day < date(2026, 10, 6),
    "day<=2026-10-07": lambda i: i.page.day <= date(2026, 10, 7),
    "tuần:2026-W40": lambda i: i.page.day.isocalendar()[:2] == (2026, 40),
    "week>40/2026": lambda i: i.page.day.isocalendar()[:2] > (2026, 40),
    "tháng:2026-10": lambda i: (i.page.day.year, i.page.day.month) == (2026, 10),
    "month>=2026-11": lambda i: (i.page.day.year, i.page.day.month) >= (2026, 11),
    "nhóm:thread-1": lambda i: i.group == "thread-1",
    "group:page-0001": lambda i: i.group == "page-0001",
}
TITLE = re.compile("(?:tiêu_đề|title):")
_TOKEN = re.compile("|".join([*map(re.escape, FILTERS), r'[()]|-|[^\s"()]*"[^"]*"\*?|[^\s"()]+']))
OR, AND, NOT = ("OR", "HOẶC"), ("AND", "VÀ"), ("NOT", "KHÔNG", "-")


@dataclasses.dataclass
class Asked:
    """What a text asks: `how` its parts are joined (`or`, `and`, `not`), or a single term or filter."""

    how: str
    parts: list["Asked"] = dataclasses.field(default_factory=list)
    leaf: str = ""

    def leaves(self, negated: bool = False) -> Iterator[tuple[str, bool]]:
        """Each term and filter, and whether it is negated."""
        if self.how == "leaf":
            yield self.leaf, negated
        for part in self.parts:
            yield from part.leaves(negated != (self.how == "not"))

    def holds(self, item: Item, strict: str = "", negated: bool = False) -> bool:
        """Whether it finds `item`; with `strict` by the very words, or by those of the `title` alone."""
        if self.how == "leaf":
            return FILTERS[self.leaf](item) if self.leaf in FILTERS else self._occurs(item, strict, negated)
        found = [part.holds(item, strict, negated != (self.how == "not")) for part in self.parts]
        return not found[0] if self.how == "not" else any(found) if self.how == "or" else all(found)

    def _occurs(self, item: Item, strict: str, negated: bool) -> bool:
        title = TITLE.match(self.leaf) or (strict == "title" and not negated)
        fields = item.fields[:1] if title else item.fields
        return item.occurs(TITLE.sub("", self.leaf), fields, bare=not strict and not negated)


def asked(text: str) -> Asked:
    """Read well-formed `text`."""
    tokens = _TOKEN.findall(text)[::-1]

    def either() -> Asked:
        parts = [together()]
        while tokens and tokens[-1] in OR:
            tokens.pop()
            parts.append(together())
        return Asked("or", parts)

    def together() -> Asked:
        parts = []
        while tokens and tokens[-1] not in (*OR, ")"):
            if tokens[-1] in AND:
                tokens.pop()
            parts.append(one())
        return Asked("and", parts)

    def one() -> Asked:
        token = tokens.pop()
        if token in NOT:
            return Asked("not", [one()])
        if token != "(":
            return Asked("leaf", leaf=token)
        inner = either()
        assert tokens.pop() == ")"
        return inner

    return either()


def sought(text: str) -> dict[str, str]:
    """The terms of `text` that are not negated, with what of them is found in a text, folded."""
    terms = [leaf for leaf, negated in asked(text).leaves() if not negated and leaf not in FILTERS]
    return {term: " ".join(words(fold(TITLE.sub("", term)))) for term in terms}


def matches(item: Item, query: Query) -> bool:
    """Whether `query` finds `item`."""
    text = asked(query.text)
    said = list(text.leaves())
    default = not any(
        re.match("liên_quan|relevant|có_thể_nghiêm_trọng|possibly_grave", leaf) for leaf, _ in said
    )
    default &= ("trang_thai:da_loai", False) not in said
    return all(
        (
            query.relevant is None or not default or item.relevant == query.relevant,
            query.possibly_grave is None or item.possibly_grave == query.possibly_grave,
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
            query.fetched_until is None or item.page.fetched_at <= query.fetched_until,
            query.group is None or item.group == query.group,
            text.holds(item),
        )
    )


def ordered(items: Iterable[Item], query: Query) -> list[Item]:
    """`items` in the query's order."""

    def band(item: Item) -> int:
        relevance = item.analysis.relevance
        return 0 if relevance >= 0.9 else 1 if relevance >= 0.7 else 2

    def level(item: Item) -> int:
        text = asked(query.text)
        if query.order != "score":
            return 0
        return 2 if text.holds(item, "title") else int(text.holds(item, "words"))

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
