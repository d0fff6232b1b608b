"""Documents that are like one by their words."""

from core.text import fold
from index.elastic.entry import STORED, Stored, hit
from index.elastic.translating import negation
from index.elastic.view import View
from index.engine import Hit
from index.words import SEARCHED, is_bare, split

# The most telling words of a document, by frequency in it and rarity elsewhere, and how many of them another
# must have to be like it.
TELLING, LIKE = 25, "30%"


def similar(view: View, stored: Stored, limit: int) -> tuple[Hit, ...]:
    """Return the documents most like another as `index.engine.Engine.similar` says."""
    document = stored.document
    # A text without marks shares words with its like in the folded form only.
    bare = is_bare(document)
    # Single letters say nothing.
    words = [w for field in SEARCHED for w in split(getattr(document.page, field)) if len(w) > 1]
    like = {
        "fields": ["words.folded.all" if bare else "words.exact.all"],
        "like": " ".join(map(fold, words) if bare else words),
        "min_term_freq": 1,
        "min_doc_freq": 1,
        "max_query_terms": TELLING,
        "minimum_should_match": LIKE,
    }
    itself = {"term": {"leader": document.analysis.duplicate_of or document.id}}
    answer = view.search(
        query={"bool": {"must": [{"more_like_this": like}], "filter": [negation(itself)]}},
        sort=[{"_score": "desc"}, {"stamp": "desc"}],
        collapse={"field": "leader"},
        # How rare a word is is judged by all months alike.
        search_type="dfs_query_then_fetch",
        size=limit,
        track_total_hits=False,
        source=STORED,
    )
    return tuple(hit(row["_source"]) for row in answer["hits"]["hits"])
