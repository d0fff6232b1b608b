"""Pairs of syllables of the relevant texts, kept up with verdicts, and what stands out among them."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from core.contracts import Document
from index.asked import asked
from index.embedded.filtering import Sql
from index.embedded.matching import condition
from index.engine import Query, Significant
from index.expression import Filter, all_of
from index.standing import CANDIDATES, TEXTS_MINIMUM, neighbours, pairs, standing_out, without_shadows


def stand(connection: sqlite3.Connection, documents: Sequence[tuple[int, Document]]) -> None:
    """Keep the pairs of `documents`, by number: relevant ones that are no copies, and not kept yet."""
    connection.executemany(
        "INSERT INTO openings VALUES (?, ?)",
        [(doc, json.dumps(pairs(document), ensure_ascii=False)) for doc, document in documents],
    )


def significant(connection: sqlite3.Connection, query: Query, limit: int) -> list[Significant]:
    """Return what stands out as `index.engine.Engine.significant` says."""
    where = condition(
        all_of((Filter("relevant", "=", "true"), asked(query.model_copy(update={"relevant": None}))))
    )
    counts: Counter[str] = Counter()
    size = 0
    for found in _slice(connection, where):
        counts.update(found)
        size += 1
    often = {pair: count for pair, count in counts.items() if count >= TEXTS_MINIMUM}
    background = dict(
        connection.execute(
            "SELECT pair, texts FROM background WHERE pair IN (SELECT value FROM json_each(?))",
            [json.dumps(list(often))],
        )
    )
    (whole,) = connection.execute("SELECT count(*) FROM openings").fetchone()
    best = standing_out(often, size, background, whole)[: max(CANDIDATES, limit)]
    couples = list(neighbours(best))
    together: Counter[tuple[str, str]] = Counter()
    if couples:
        for found in _slice(connection, where):
            held = set(found)
            together.update(couple for couple in couples if held.issuperset(couple))
    return without_shadows(best, together)[:limit]


def _slice(connection: sqlite3.Connection, where: Sql) -> Iterator[list[str]]:
    rows = connection.execute(
        f"SELECT pairs FROM openings WHERE doc IN (SELECT d.doc FROM documents d WHERE {where.text})",
        where.values,
    )
    for (found,) in rows:
        yield json.loads(found)
