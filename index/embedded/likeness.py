"""Documents that are like one by their words."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
import json
import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from heapq import nlargest
from operator import itemgetter

from core.text import fold
from index.embedded.reading import document_of, hits
from index.engine import Hit
from index.expression import All
from index.likeness import LIKE, TELLING, words_of
from index.wording import split
from index.words import is_bare

# How common a word is is judged by the newest documents: counting it in a million takes seconds.
SAMPLE = 2_000
# Of a long text so many words are looked at, those of title and lead first: looking up each takes 0.2 ms.
WORDS = 100
# Each telling word is looked for in so many of the newest documents that have it.
LOOKED_AT = 2_000
# So many times the documents that are asked for are compared word for word.
CANDIDATES = 5

Weights = Mapping[str, float]


def similar(connection: sqlite3.Connection, page_id: str, limit: int) -> tuple[Hit, ...]:
    """Return the documents most like another as `index.engine.Engine.similar` says."""
    row = connection.execute(
        "SELECT body, coalesce(duplicate_of, id) FROM documents JOIN bodies USING (doc) WHERE id = ?",
        [page_id],
    ).fetchone()
    if row is None:
        return ()
    document, leader = document_of(row[0], None), row[1]
    # A text without marks shares words with its like in the folded form only.
    table, form = ("folded", fold) if is_bare(document) else ("exact", str)
    words = Counter(map(form, words_of(document)))
    opening = set(split(form(f"{document.page.title} {document.page.lead}")))
    words = Counter(dict(nlargest(WORDS, words.items(), key=lambda pair: (pair[0] in opening, pair[1]))))
    rarity = _rarity(connection, table, words)
    weights = {word: (1 + math.log(times)) * rarity[word] for word, times in words.items()}
    likely = _likely(connection, table, weights, CANDIDATES * limit)
    rows = connection.execute(
        "SELECT doc, body, coalesce(duplicate_of, id), stamp FROM documents JOIN bodies USING (doc)"
        " WHERE doc IN (SELECT value FROM json_each(?))",
        [json.dumps(likely)],
    )
    best: dict[str, tuple[float, str, int]] = {}
    for doc, body, copied, stamp in rows:
        likeness = _cosine(weights, rarity, Counter(map(form, words_of(document_of(body, None)))))
        if copied != leader:
            best[copied] = max(best.get(copied, (0.0, "", 0)), (likeness, stamp, doc))
    return hits(connection, [doc for _, _, doc in nlargest(limit, best.values())], All(), {})


def _rarity(connection: sqlite3.Connection, table: str, words: Counter[str]) -> dict[str, float]:
    """Return the inverse document frequency of `words` (Robertson and Spärck Jones 1976, smoothed)."""
    (last,) = connection.execute("SELECT coalesce(max(doc), 0) FROM documents").fetchone()
    seen = min(last, SAMPLE)
    rows = connection.execute(
        f"SELECT value, (SELECT count(*) FROM {table} WHERE rowid > ?"
        f""" AND {table} MATCH '{{title lead text}} : "' || value || '"')"""
        " FROM json_each(?)",
        [last - seen, json.dumps(list(words))],
    )
    return {word: math.log(1 + seen / (1 + count)) for word, count in rows}


def _likely(connection: sqlite3.Connection, table: str, weights: Weights, limit: int) -> list[int]:
    """Return the numbers of documents that share enough of the most telling words, the likeliest `limit`."""
    telling = nlargest(TELLING, weights.items(), key=itemgetter(1, 0))
    shared: defaultdict[int, float] = defaultdict(float)
    for word, weight in telling:
        found = connection.execute(
            f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT {LOOKED_AT}",
            [f'{{title lead text}} : "{word}"'],
        )
        for (doc,) in found:
            shared[doc] += weight
    enough = LIKE * sum(weight for _, weight in telling)
    return [doc for doc, weight in nlargest(limit, shared.items(), key=itemgetter(1, 0)) if weight >= enough]


def _cosine(one: Weights, rarity: Weights, other: Counter[str]) -> float:
    """Return the likeness of two texts, 0 to 1, by the words of the first."""
    weighed = {word: (1 + math.log(n)) * rarity[word] for word, n in other.items() if word in rarity}
    if not weighed:
        return 0.0
    # What the other says besides, weighs like the first's words do in the mean, for it is not looked up.
    rest = sum(1 + math.log(n) for word, n in other.items() if word not in rarity)
    usual = sum(rarity.values()) / len(rarity)
    length = math.sqrt(sum(w * w for w in weighed.values()) + rest * usual * usual)
    own = math.sqrt(sum(w * w for w in one.values()))
    return sum(one[word] * weight for word, weight in weighed.items()) / (own * length)
