"""Invented documents and queries: built one by one, or drawn at random from a small world."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from core.contracts import (
    Analysis,
    Document,
    Kind,
    Label,
    ModelInfo,
    Page,
    PageType,
    Sentiment,
    Severity,
    Span,
    State,
    Triage,
)
from core.text import fold
from index.engine import Query
from tests.index.reference import FILTERS

START = datetime(2026, 10, 1, tzinfo=UTC)
# After all that is published; the last two as near as times can be.
FETCHED = tuple(START + timedelta(days=d, microseconds=us) for d, us in ((20, 0), (25, 0), (25, 1)))
PROVINCES = ("Hà Nội", "Đà Nẵng", "Cần Thơ")
CATEGORIES = ("violence", "neglect", "privacy")
# Words that differ in marks only, and some that don't.
WORDS = ("bạo", "bảo", "bao", "hành", "hanh", "Đà", "da", "trẻ", "em", "đuối", "nước", "COVID-19", "tai_nạn")


def document(number: int = 1, **given: Any) -> Document:
    """A relevant article of severity 2 dated `number` hours after START; keywords replace its fields.

    `severity` is a level or a whole `Severity`.
    """
    relevant = given.pop("relevant", True)
    severity = given.pop("severity", 2 if relevant else 0)
    if not isinstance(severity, Severity):
        severity = Severity(level=severity, probabilities=(0.1, 0.2, 0.3, 0.4))
    codes: Sequence[str] = given.pop("categories", ("violence",) if relevant else ())
    analysis: dict[str, Any] = {
        "relevance": 0.95 if relevant else 0.05,
        "relevant": relevant,
        "categories": tuple(Label(code=code, probability=0.9) for code in codes),
        "severity": severity,
        "kind": Kind.INCIDENT if relevant else Kind.NONE,
        "model": ModelInfo(name="risk", version=given.pop("version", "1"), threshold=0.5),
    }
    page: dict[str, Any] = {
        "id": f"page-{number:04}",
        "source_id": "bao",
        "type": PageType.ARTICLE,
        "title": f"Tin số {number}",
        "fetched_at": START + timedelta(hours=number),
        "content_hash": f"hash-{number}",
    }
    for name, value in given.items():
        (analysis if name in Analysis.model_fields else page)[name] = value
    url = f"https://bao.example/{page['id']}"
    page = {"url": url, "canonical_url": url} | page
    return Document(page=Page(**page), analysis=Analysis(**analysis))


@st.composite
def documents(draw: st.DrawFn, number: int) -> Document:
    """A document of a small world, so that its traits coincide often."""
    relevant = draw(st.booleans())
    kind = draw(st.sampled_from([Kind.INCIDENT, Kind.ISSUE, Kind.RESPONSE])) if relevant else Kind.NONE
    page_type = draw(st.sampled_from(PageType))
    # Some are typed as on a keyboard without marks.
    title, lead, text = map(draw(st.sampled_from([str, str, fold])), draw(st.tuples(*map(texts, (3, 2, 6)))))
    return document(
        number,
        relevant=relevant,
        possibly_grave=not relevant and draw(st.booleans()),
        severity=draw(st.integers(0, 3)) if relevant else 0,
        categories=draw(st.lists(st.sampled_from(CATEGORIES), unique=True)) if relevant else (),
        relevance=draw(st.sampled_from([0.1, 0.5, 0.7, 0.8, 0.9, 0.99])),
        kind=kind,
        sentiment=draw(st.sampled_from(Sentiment)) if page_type in ("comment", "post") else None,
        provinces=tuple(draw(st.lists(st.sampled_from(PROVINCES), unique=True, max_size=2))),
        source_id=draw(st.sampled_from(["bao", "dien-dan"])),
        type=page_type,
        title=title,
        lead=lead,
        text=text,
        thread_id=draw(st.sampled_from([None, None, "thread-1", "page-0001"])),
        duplicate_of=draw(st.sampled_from([None, None, "page-0000", "page-0001"])),
        # Hours, with some equal, over the turn of a day and a week in Vietnam.
        published_at=START + timedelta(hours=draw(st.integers(0, 300)) // 7 * 7),
        fetched_at=draw(st.sampled_from(FETCHED)),
        masked=(Span(field="text", start=0, end=2, kind="name"),)
        if len(text) > 2 and draw(st.booleans())
        else (),
    )


def texts(words: int) -> st.SearchStrategy[str]:
    """Up to `words` words with something between them."""
    return st.lists(
        st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", ", ", " – "])), max_size=words
    ).map(lambda pairs: "".join(word + gap for word, gap in pairs))


worlds = st.integers(0, 12).flatmap(lambda n: st.tuples(*[documents(i) for i in range(n)]))

verdicts = st.dictionaries(
    st.integers(0, 13).map(lambda n: f"page-{n:04}"),
    st.builds(
        Triage,
        state=st.sampled_from(State),
        relevant=st.sampled_from([None, True, False]),
        categories=st.none() | st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple),
        severity=st.none() | st.integers(0, 3),
        seq=st.integers(1, 99),
    ),
    max_size=6,
)

_words = st.sampled_from(WORDS) | st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(
    lambda words: f'"{" ".join(words)}"'
)
_starts, _ends = st.sampled_from(["", "", "", "tiêu_đề:", "title:"]), st.sampled_from(["", "", "*"])
_leaves = st.tuples(_starts, _words, _ends).map("".join) | st.sampled_from(list(FILTERS))


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts made of `inner` ones: side by side, joined by operators, in parentheses, negated."""
    groups = inner.map("({})".format)
    signs = st.sampled_from(["-", "NOT ", "KHÔNG "])
    joints = st.sampled_from([" ", " ", " AND ", " VÀ ", " OR ", " HOẶC "])
    return (
        groups
        | st.tuples(signs, _leaves | groups).map("".join)
        | st.tuples(joints, st.lists(inner, min_size=2, max_size=3)).map(lambda made: made[0].join(made[1]))
    )


texts_asked = st.recursive(_leaves, _larger, max_leaves=6).filter(lambda text: len(text) <= 500)


def rarely(given: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
    """`otherwise`, but one time in five what is `given`: filters that all say something find nothing."""
    return st.sampled_from(range(5)).flatmap(lambda n: st.just(otherwise) if n else given)


def some(values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """No value, mostly, or some."""
    return rarely(st.lists(st.sampled_from(values), unique=True, min_size=1, max_size=2).map(tuple), ())


_days = rarely(st.integers(0, 14).map(lambda n: date(2026, 10, 1) + timedelta(days=n)), None)

queries = st.builds(
    Query,
    text=st.just("") | texts_asked,
    relevant=st.sampled_from([None, None, True, False]),
    possibly_grave=st.sampled_from([None, None, True, False]),
    categories=some(CATEGORIES),
    provinces=some(PROVINCES),
    sources=some(["bao", "dien-dan"]),
    types=some(PageType),
    kinds=some(Kind),
    sentiments=some(Sentiment),
    states=some(State),
    severity_min=rarely(st.integers(1, 3), 0),
    decided=rarely(st.booleans(), None),
    since=_days,
    until=_days,
    fetched_until=rarely(st.sampled_from(FETCHED), None),
    group=rarely(st.sampled_from(["thread-1", "page-0001"]), None),
    grouped=st.booleans(),
    order=st.sampled_from(["queue", "newest", "score"]),
    limit=st.integers(1, 5),
)
