"""From an expression to Elasticsearch's queries. Nothing in them scores but the order by score."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.text import fold
from index.expression import All, Expression, Filter, Not, Term, strictly

Clause = dict[str, Any]

# How many words of the index may begin as typed, in a phrase. Far more than any two letters begin.
BEGINNINGS = 100_000

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - as `index.effective.moment`, which is in UTC

EVERYTHING: Clause = {"match_all": {}}


def translate(expression: Expression) -> Clause:
    """Return the query that finds what `expression` says."""
    match expression:
        case Term():
            return _term(expression)
        case Filter(field, "=", value):
            return {"term": {field: value}}
        case Filter("first_fetched", comparison, value):
            return {"range": {"first_fetched": {_BOUNDS[comparison]: microseconds(value)}}}
        case Filter(field, comparison, value):
            return {"range": {field: {_BOUNDS[comparison]: value}}}
        case Not(part):
            return negation(translate(part))
        case All(parts):
            return {"bool": {"filter": [translate(part) for part in parts]}} if parts else EVERYTHING
    return _any(expression.parts)


def microseconds(moment: str) -> int:
    """Return a time as `index.effective.moment` writes it in microseconds since 1970."""
    return (datetime.fromisoformat(moment) - _EPOCH) // timedelta(microseconds=1)


def negation(clause: Clause) -> Clause:
    """Return the query that finds what `clause` does not."""
    return {"bool": {"must_not": [clause]}}


def either(clauses: list[Clause]) -> Clause:
    """Return the query that finds what one of `clauses` does."""
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def tiers(expression: Expression) -> list[Clause]:
    """Return what raises a document to tier 1, and what to tier 2, by `index.expression.strictly`."""
    return [translate(strictly(expression)), translate(strictly(expression, title=True))]


def scored(expression: Expression) -> Clause:
    """Return the query for `expression` with the tier as score."""
    raised = [
        {"constant_score": {"filter": clause, "boost": tier}}
        for tier, clause in enumerate(tiers(expression), start=1)
    ]
    return {"bool": {"filter": [translate(expression)], "should": [{"dis_max": {"queries": raised}}]}}


_BOUNDS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


def _any(parts: Sequence[Expression]) -> Clause:
    """Return what finds one of `parts`: of values of one field by one list, which takes less time."""
    values: dict[str, list[str]] = {}
    others = []
    for part in parts:
        if isinstance(part, Filter) and part.comparison == "=":
            values.setdefault(part.field, []).append(part.value)
        else:
            others.append(translate(part))
    lists: list[Clause] = [{"terms": {field: listed}} for field, listed in values.items()]
    clauses = [*lists, *others]
    return clauses[0] if len(clauses) == 1 else either(clauses)


def _term(term: Term) -> Clause:
    place = "title" if term.title else "all"
    folded = _phrase(f"words.folded.{place}", tuple(map(fold, term.words)), term.prefix)
    if not term.exact:
        return folded
    exact = _phrase(f"words.exact.{place}", term.words, term.prefix)
    if term.literal:
        return exact
    return either([exact, {"bool": {"filter": [{"term": {"bare": True}}, folded]}}])


def _phrase(field: str, words: tuple[str, ...], prefix: bool) -> Clause:
    if not prefix:
        return {"match_phrase": {field: " ".join(words)}}
    if len(words) == 1:
        return {"prefix": {field: words[0]}}
    return {"match_phrase_prefix": {field: {"query": " ".join(words), "max_expansions": BEGINNINGS}}}
