"""From an expression to the conditions of a statement. Values are always bound, never written into it."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
from collections.abc import Iterable, Sequence

from index.embedded.filtering import LISTED, Sql, equal, holds
from index.embedded.schema import ALL_TEXTS, RELEVANT_TEXTS, Texts
from index.expression import All, Any, Expression, Filter, FilterField, Not, Term, any_of, strictly
from index.words import folded

_ANYWHERE = "{title lead text}"
_TITLE = "{title}"


def condition(expression: Expression) -> Sql:
    """Return what a row `d` of `documents` must meet; it is never null."""
    return _condition(expression, _texts(expression))


def tier(expression: Expression) -> Sql:
    """Return how well a row `d` that meets the condition of `expression` does so.

    2: by its title alone; 1: by the words as typed; 0: only by a bare spelling.
    """
    titled = strictly(expression, title=True)
    if titled == All():
        return Sql("'1'")
    texts = _texts(expression)
    title, exactly = _condition(titled, texts), _condition(strictly(expression), texts)
    return Sql(
        f"CASE WHEN {title.text} THEN '2' WHEN {exactly.text} THEN '1' ELSE '0' END",
        title.values + exactly.values,
    )


def _texts(expression: Expression) -> Texts:
    """Return the text tables that hold all documents that `expression` may find."""
    return RELEVANT_TEXTS if _only_relevant(expression) else ALL_TEXTS


def _only_relevant(expression: Expression) -> bool:
    match expression:
        case Filter("relevant", _, value):
            return value == "true"
        case Filter("severity", ">=" | "=", value):
            return int(value) > 0
        case Filter("category"):
            return True
        case All(parts):
            return any(map(_only_relevant, parts))
        case Any(parts):
            return all(map(_only_relevant, parts))
    return False


def _condition(expression: Expression, texts: Texts) -> Sql:
    if matched := _match(expression, texts):
        return _found(*matched)
    match expression:
        case Filter():
            return holds(expression)
        case Not(part):
            inner = _condition(part, texts)
            return Sql(f"NOT ({inner.text})", inner.values)
        case All(parts):
            return _joined(" AND ", _lacking_at_once(parts, texts), texts) if parts else Sql("1")
        case Any(parts):
            return _joined(" OR ", parts, texts)
    raise AssertionError(expression)  # a term always matches


def _joined(how: str, parts: Iterable[Expression], texts: Texts) -> Sql:
    """Join conditions: on words by one look into each text table, by or those on a field by one list."""
    sought: dict[str, list[str]] = {}
    lists: dict[FilterField, list[str]] = {}
    conditions = []
    for part in parts:
        if matched := _match(part, texts):
            table, words = matched
            sought.setdefault(table, []).append(words)
        elif isinstance(part, Filter) and part.field in LISTED and how == " OR ":
            lists.setdefault(part.field, []).append(part.value)
        else:
            conditions.append(_condition(part, texts))
    conditions += [equal(name, values) for name, values in lists.items()]
    conditions += [_found(table, how.join(words)) for table, words in sought.items()]
    text = how.join(c.text for c in conditions)
    # Or binds less than and, which it may stand among.
    return Sql(
        f"({text})" if how == " OR " and len(conditions) > 1 else text,
        [v for c in conditions for v in c.values],
    )


def _lacking_at_once(parts: Sequence[Expression], texts: Texts) -> list[Expression]:
    """Return `parts` with all words that must not occur as one part."""
    lacking = [part.part for part in parts if isinstance(part, Not) and _match(part.part, texts)]
    rest = [part for part in parts if not (isinstance(part, Not) and _match(part.part, texts))]
    return [*rest, Not(any_of(lacking))] if lacking else rest


def _match(expression: Expression, texts: Texts) -> tuple[str, str] | None:
    """Return the text table that alone decides on `expression`, and what it is asked; None if none does."""
    match expression:
        case Term():
            return texts.exact if expression.exact else texts.folded, _phrases(expression)
        case All(parts) | Any(parts) if parts:
            matched = [found for part in parts if (found := _match(part, texts))]
            if len(matched) == len(parts) and len({table for table, _ in matched}) == 1:
                how = " AND " if isinstance(expression, All) else " OR "
                return matched[0][0], f"({how.join(words for _, words in matched)})"
    return None


def _found(table: str, words: str) -> Sql:
    return Sql(f"d.doc IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)", [words])


def _phrases(term: Term) -> str:
    columns = _TITLE if term.title else _ANYWHERE
    typed = f"{columns} : {_phrase(term)}"
    if term.literal or not term.exact:
        return typed
    return f"({typed} OR (bare : 1 AND {columns} : {_phrase(folded(term))}))"


def _phrase(term: Term) -> str:
    """Return an FTS5 phrase. Words are letters and digits only, so that nothing in them is syntax."""
    return f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")
