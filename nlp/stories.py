"""Stories: texts of different sources about one case, grouped as they come in.

A relevant text is signed by its most telling terms, weighted by how rare they are, and by the provinces
that it names. It joins the story of the text most like it that is dated within `DAYS` of it, or begins one.
A story's id comes from the text that began it and never changes, nor does a text's story: what is judged
once stays where people have seen it. Kept are hashes that many terms share; no name stands in them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from core.contracts import Document, PageType
from core.provinces import current_names, provinces
from core.signatures import SignatureStore, Signed
from nlp.rarity import rarity
from nlp.terms import pairs, terms
from nlp.tokens import mix

KIND = "story"
# Follow-ups of a case come within two weeks of one another; what a court says of it months later is told as
# a story of its own.
DAYS = 14
KEPT = 32  # terms of a text that it is compared by
ANCHORS = 16  # … and that it is found by
SHARED = 2
TWICE = 2.0  # names and dates weigh twice, as does what the headline says
# Texts that name no province in common are mostly two cases of a kind.
ELSEWHERE = 0.3
# Chosen on the development half of the labelled stories, `python -m nlp.stories_quality`.
LIKE = 0.12

_COMMENTED = (PageType.COMMENT, PageType.POST)
_SALT = np.uint64(0x53544F5259)  # keeps these anchors apart from those of copies
_NUMBER = {province.name: number for number, province in enumerate(provinces())}


def assign(store: SignatureStore, documents: Iterable[Document]) -> dict[str, str]:
    """Return the story of each document that has one, by page id, and keep what finding it again needs.

    Relevant articles and reports have one; a comment or post has that of the article it stands under, if
    that is kept. The same again, or an older revision, changes nothing; one that is relevant no more leaves.
    """
    found: dict[str, str] = {}
    ordered = sorted(documents, key=lambda d: (d.page.type in _COMMENTED, d.page.dated_at, d.id))
    for document in ordered:
        page = document.page
        if page.type in _COMMENTED:
            commented = store.get(page.thread_id) if page.thread_id else None
            story = commented.group if commented else None
        else:
            story = _story(store, document)
        if story:
            found[page.id] = story
    return found


def likeness(first: bytes, second: bytes) -> float:
    """Return the cosine of two profiles, less where they name provinces and none in common."""
    (where, terms_, weights), (where_too, terms_too, weights_too) = _parts(first), _parts(second)
    _, one, two = np.intersect1d(terms_, terms_too, assume_unique=True, return_indices=True)
    cosine = float(weights[one] @ weights_too[two])
    return cosine * ELSEWHERE if where and where_too and not where & where_too else cosine


def _story(store: SignatureStore, document: Document) -> str | None:
    page = document.page
    known = store.get(page.id)
    if known and known.fetched_at > page.fetched_at:
        return known.group
    if not document.analysis.relevant:
        store.remove(page.id)
        return None
    weights = _weights(document)
    profile = _profile(weights, document.analysis.provinces)
    anchors = tuple(mix(np.fromiter(list(weights)[:ANCHORS], np.uint64) ^ _SALT << np.uint64(20)).tolist())
    near = timedelta(days=DAYS)
    alike = [
        (score, other.group)
        for other in store.sharing(anchors, SHARED, page.dated_at - near, page.dated_at + near)
        if other.page_id != page.id and (score := likeness(profile, other.profile)) >= LIKE
    ]
    story = known.group if known else max(alike)[1] if alike else _named_for(page.id)
    store.put(
        Signed(
            page_id=page.id,
            group=story,
            anchors=anchors,
            profile=profile,
            dated_at=page.dated_at,
            fetched_at=page.fetched_at,
        )
    )
    return story


def _weights(document: Document) -> dict[int, float]:
    """Return the weights of the text's most telling terms, the greatest first, of length 1 together."""
    counts: dict[int, float] = defaultdict(float)
    telling: set[int] = set()
    for term in terms(document.page):
        if term.hash in _provinces():  # which the text names is known already
            continue
        counts[term.hash] += TWICE if term.headline else 1.0
        if term.telling:
            telling.add(term.hash)
    rare = rarity()
    weights = {
        term: (1 + np.log(count)) * rare[term] * (TWICE if term in telling else 1.0)
        for term, count in counts.items()
    }
    first = sorted(weights, key=lambda term: (-weights[term], term))[:KEPT]
    length = sum(weights[term] ** 2 for term in first) ** 0.5 or 1.0
    return {term: weights[term] / length for term in first}


@cache
def _provinces() -> frozenset[int]:
    """Return the terms that the names of the provinces, of today and before, are made of."""
    return frozenset(term for name in current_names() for term in pairs(name))


def _profile(weights: Mapping[int, float], named: Iterable[str]) -> bytes:
    where = sum(1 << _NUMBER[name] for name in named)
    hashes, values = np.fromiter(weights, np.uint32), np.fromiter(weights.values(), np.float32)
    return where.to_bytes(8, "big") + hashes.tobytes() + values.tobytes()


def _parts(profile: bytes) -> tuple[int, NDArray[np.uint32], NDArray[np.float32]]:
    half = 8 + (len(profile) - 8) // 2
    return (
        int.from_bytes(profile[:8], "big"),
        np.frombuffer(profile[8:half], np.uint32),
        np.frombuffer(profile[half:], np.float32),
    )


def _named_for(page_id: str) -> str:
    return blake2b(f"{KIND} {page_id}".encode(), digest_size=12).hexdigest()
