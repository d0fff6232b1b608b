"""Documents that are like one by their words."""

import math
from collections.abc import Mapping
from heapq import nlargest
from operator import itemgetter
from typing import Any

from core.contracts import Document
from core.text import fold
from index.elastic.entry import STORED, as_hit
from index.elastic.translating import Clause, negation
from index.elastic.view import View
from index.engine import Hit
from index.likeness import LIKE, TELLING, words_of
from index.words import is_bare


def similar(view: View, found: Mapping[str, Any], limit: int) -> tuple[Hit, ...]:
    """Return the documents most like one that was found, as `index.engine.Engine.similar` says.

    That is `more_like_this`, but with words weighed: a third of the words a text has may be in any other.
    """
    document = Document.model_validate(found["_source"]["document"])
    # A text without marks shares words with its like in the folded form only.
    bare = is_bare(document)
    words = words_of(document)
    if not words:
        return ()
    form = "folded" if bare else "exact"
    weights = _weights(view, found["_index"], form, " ".join(map(fold, words) if bare else words))
    telling = dict(nlargest(TELLING, weights.items(), key=itemgetter(1, 0)))
    clauses: list[Clause] = [
        {"constant_score": {"filter": {"term": {f"words.{form}.all": word}}, "boost": weight}}
        for word, weight in telling.items()
    ]
    itself = {"term": {"leader": document.analysis.duplicate_of or document.id}}
    answer = view.search(
        query={"bool": {"should": clauses, "minimum_should_match": 1, "filter": [negation(itself)]}},
        min_score=LIKE * sum(telling.values()),
        sort=[{"_score": "desc"}, {"order.at": "desc"}],
        collapse={"field": "leader"},
        size=limit,
        track_total_hits=False,
        source=STORED,
    )
    return tuple(as_hit(row["_source"]) for row in answer["hits"]["hits"])


def _weights(view: View, index: str, form: str, text: str) -> dict[str, float]:
    """Return how telling each word is: its frequency in `text` by its rarity in the month's index.

    Inverse document frequency after Robertson and Spärck Jones 1976, smoothed.
    """
    cluster = view.cluster
    answer = cluster.ask(
        lambda: cluster.client.termvectors(
            index=index,
            doc={"words": {form: {"all": text}}},
            fields=[f"words.{form}.all"],
            term_statistics=True,
            positions=False,
            offsets=False,
            payloads=False,
        )
    )
    found = answer["term_vectors"][f"words.{form}.all"]
    texts = found["field_statistics"]["doc_count"]
    return {
        word: (1 + math.log(of["term_freq"])) * math.log(1 + texts / (1 + of.get("doc_freq", 0)))
        for word, of in found["terms"].items()
    }
