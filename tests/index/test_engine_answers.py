"""Every engine gives the answers of plain Python (`reference`) on random documents, verdicts and queries."""

from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.contracts import Document, Triage
from core.errors import BadQuery, Unreadable
from index.engine import Engine, FacetField, Query
from tests.index import reference
from tests.index.documents import document, queries, texts_asked, verdicts, worlds

# An engine is started for each example, which takes longer than all that is asked of it.
random_worlds = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def all_pages(engine: Engine, query: Query) -> list[tuple[str, int]]:
    """Every hit of all pages, with how many others of its group match; totals must not change on the way."""
    seen = []
    totals = set()
    while True:
        page = engine.search(query)
        assert len(page.hits) <= query.limit
        seen += [(hit.document.id, hit.others) for hit in page.hits]
        totals.add(page.total)
        if page.next_cursor is None:
            assert totals == {len(seen)}
            return seen
        query = query.model_copy(update={"cursor": page.next_cursor})


@random_worlds
@given(world=worlds, decided=verdicts, query=queries, early=st.booleans())
def test_every_engine_answers_as_the_reference_does(
    make_engine: Callable[[], Engine],
    world: tuple[Document, ...],
    decided: dict[str, Triage],
    query: Query,
    early: bool,
) -> None:
    engine = make_engine()
    if early:
        engine.apply(decided)
    engine.write(world)
    if not early:
        engine.apply(decided)
    items = [reference.Item(d, decided.get(d.id, Triage())) for d in world]

    assert all_pages(engine, query) == reference.search(items, query)

    fields = get_args(FacetField)
    facets = engine.facets(query, fields)
    for field in fields:
        assert [(c.value, c.count) for c in facets[field]] == reference.facet(items, query, field)

    for weekly in (False, True):
        for by in (None, "category", "severity"):
            buckets = engine.counts(query, "week" if weekly else "day", by)
            assert [(b.start, b.value, b.count) for b in buckets] == reference.counts(
                items, query, weekly, by
            )

    scanned = [(hit.document.id, hit.others) for hit in engine.scan(query)]
    assert scanned == reference.search(items, query)

    for hit in engine.search(query.model_copy(update={"limit": 200})).hits:
        item = next(i for i in items if i.id == hit.document.id)
        assert (hit.relevant, hit.possibly_grave, hit.severity, hit.categories, hit.group) == (
            item.relevant,
            item.possibly_grave,
            item.severity,
            item.categories,
            item.group,
        )
        assert hit.document.page == item.page
        assert hit.triage == decided.get(item.id, Triage())
        lit = {
            " ".join(reference.words(reference.fold(getattr(item.page, s.field)[s.start : s.end])))
            for s in hit.highlights
        }
        terms = reference.sought(query.text)
        assert all(any(part.startswith(begin) for begin in terms.values()) for part in lit)
        for text, begin in terms.items():
            found = reference.Asked("leaf", leaf=text).holds(item)
            assert not found or any(part.startswith(begin) for part in lit)
    due = {name for name, _ in reference.search(items, query.model_copy(update={"grouped": False}))}
    assert engine.prune(query) == len(due)
    left = {hit.document.id for hit in engine.scan(Query(relevant=None))}
    assert left == {item.id for item in items} - due
    engine.close()


@settings(random_worlds, max_examples=50)
@given(world=worlds, decided=verdicts, texts=st.lists(texts_asked, min_size=10, max_size=10))
def test_every_engine_finds_what_a_text_means_in_the_order_of_how_it_is_found(
    make_engine: Callable[[], Engine],
    world: tuple[Document, ...],
    decided: dict[str, Triage],
    texts: list[str],
) -> None:
    engine = make_engine()
    engine.write(world)
    engine.apply(decided)
    items = [reference.Item(d, decided.get(d.id, Triage())) for d in world]
    for text in texts:
        for relevant in (True, None):
            query = Query(text=text, relevant=relevant, order="score", limit=200)
            assert [hit.document.id for hit in engine.search(query).hits] == [
                page_id for page_id, _ in reference.search(items, query)
            ]
    engine.close()


@random_worlds
@given(text=st.text(max_size=60) | st.text(alphabet="aạđ\"*-():^{}+ \0'", max_size=30))
def test_any_text_gives_results_or_a_plain_refusal(engine: Engine, text: str) -> None:
    engine.write([document(1, text="bạo hành trẻ em")])
    for order in ("newest", "score"):
        try:
            engine.search(Query(text=text, order=order))
            engine.facets(Query(text=text), ["category"])
            engine.counts(Query(text=text))
        except Unreadable as error:
            problem = error.problem
        else:
            continue
        assert not reference.words(text) if problem == "no_words" else set(text) & set("():<>=")


@random_worlds
@given(cursor=st.text(max_size=60))
def test_a_cursor_that_was_not_given_out_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(BadQuery):
        engine.search(Query(cursor=cursor))
