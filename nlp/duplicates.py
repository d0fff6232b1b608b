"""Copies: the same body on two pages, whole or with up to a third changed, whatever title it has.

A text is signed by a MinHash sketch of its word triples (Broder 1997, "On the resemblance and containment of
documents") made with one hash in bins (Li, Owen, Zhang 2012, "One permutation hashing"), and found by the
smallest of the same hashes. The earliest leads: a text is a copy of the earliest one like it that is no copy
itself, so that a chain of follow-ups, each like the one before, does not fold into one. Which that is
depends on the texts alone, not on the order in which they come.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from core.contracts import Page, PageType
from core.signatures import Copies, SignatureStore, Signed
from core.text import fold
from nlp.tokens import mix

KIND = "copy"
# A body of fewer words can be a caption, a live-ticker line or a notice ("xem video", "đăng nhập để đọc
# tiếp") that unlike pages share. Of 63,364 published articles fewer than 1 in 10,000 are as short.
MIN_WORDS = 40
# In one thread short words of comfort ("thương cháu quá") are said by many, and each is a voice of its own;
# nobody writes the same dozen words as another by chance.
MIN_WORDS_IN_THREAD = 12
# Words in a row. Pairs are shared by unlike articles; of four more are lost by each word that is changed.
SHINGLE = 3
BINS = 512  # one byte each; the likeness of two articles of 450 words is then known to about 0.03
# Smallest hashes to find a text by. Of texts whose likeness is 0.4 two share seven on average.
ANCHORS = 12
SHARED = 2
# Of copies with 10 to 30 % changed 99 in 100 are as like; `python -m nlp.duplicates_quality` has the figures.
LIKE = 0.42

_WORD = re.compile(r"[^\W_]+")


class Signature(NamedTuple):
    """What a text is found and compared by; without a `profile` it is a copy only of an equal text."""

    anchors: tuple[int, ...]
    profile: bytes


def signature(page: Page) -> Signature | None:
    """Return the signature of a text, or None for one that is never called a copy.

    It covers the body only, folded and reduced to its words: a copy under another title, or typed without
    diacritics, is alike. An article of fewer than `MIN_WORDS` words has none. A comment or post is a copy
    only of an equal one in its thread, of at least `MIN_WORDS_IN_THREAD` words; one of unknown thread has
    no signature. Reports handed in have none: two people who tell the same are two reports.
    """
    words = _WORD.findall(fold(page.text))
    if page.type is PageType.ARTICLE:
        return _sketch(words) if len(words) >= MIN_WORDS else None
    if page.type is PageType.REPORT or page.thread_id is None or len(words) < MIN_WORDS_IN_THREAD:
        return None
    # 128 bits in two: no accidental collision among any number of pages that could be collected.
    digest = blake2b(f"{page.thread_id}\0{' '.join(words)}".encode(), digest_size=16).digest()
    return Signature((int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")), b"")


def likeness(first: bytes, second: bytes) -> float:
    """Return the estimated Jaccard similarity of the word triples of two texts, 1 without profiles."""
    if not first or not second:
        return float(first == second)
    a, b = np.frombuffer(first, dtype=np.uint8), np.frombuffer(second, dtype=np.uint8)
    filled, equal = int(np.count_nonzero(a | b)), int(np.count_nonzero((a == b) & (a > 0)))
    return max(0.0, (255 * equal / filled - 1) / 254)  # of unequal hashes one in 255 has the same byte


def fold_copies(store: SignatureStore, pages: Sequence[Page]) -> list[Copies]:
    """Sign `pages`; return every set of copies that changed or that a page is in, as it is now.

    The same again, or an older revision that comes late, changes nothing.
    """
    touched: set[str] = set()
    for page in sorted(pages, key=lambda page: page.dated_at):
        known = store.get(page.id)
        if known and known.fetched_at > page.fetched_at:
            touched.add(known.group)
            continue
        # One without a signature is kept too: a later revision is what keeps an older one from coming back.
        signed = signature(page) or Signature((), b"")
        if known and (known.anchors, known.profile) == signed and known.dated_at == page.dated_at:
            touched.add(known.group)
            store.put(known.model_copy(update={"fetched_at": page.fetched_at}))
            continue
        later = _forget(store, known, touched)
        text = Signed(
            page_id=page.id,
            group="",
            anchors=signed.anchors,
            profile=signed.profile,
            dated_at=page.dated_at,
            fetched_at=page.fetched_at,
        )
        _settle(store, [text, *later], touched)
    return _copies(store, touched)


def forget_copies(store: SignatureStore, page_ids: Sequence[str]) -> list[Copies]:
    """Forget texts; return the sets of copies that they were in, as they are now."""
    touched: set[str] = set()
    for page_id in page_ids:
        _settle(store, _forget(store, store.get(page_id), touched), touched)
    return _copies(store, touched)


def _copies(store: SignatureStore, touched: set[str]) -> list[Copies]:
    """Return the sets of those in `touched` that lead, be it only themselves."""
    found = []
    for leader in sorted(touched):
        members = [text.page_id for text in store.members(leader)]
        if leader in members:
            found.append(Copies(leader=leader, followers=tuple(m for m in members if m != leader)))
    return found


def _forget(store: SignatureStore, text: Signed | None, touched: set[str]) -> list[Signed]:
    """Remove a text; return those that followed it and need a leader."""
    if text is None:
        return []
    store.remove(text.page_id)
    touched.add(text.group)
    if text.group != text.page_id:
        return []
    touched.discard(text.group)
    return store.members(text.page_id)


def _settle(store: SignatureStore, texts: Sequence[Signed], touched: set[str]) -> None:
    """Keep `texts` under their leaders, and later ones under theirs for which that makes a difference."""
    waiting = {_order(text): text for text in texts}
    while waiting:
        text = waiting.pop(min(waiting))
        alike = _alike(store, text)
        leaders = [other for other in alike if other.group == other.page_id and _order(other) < _order(text)]
        group = min(leaders, key=_order).page_id if leaders else text.page_id
        touched |= {group, text.group}
        if group != text.group:
            store.put(text.model_copy(update={"group": group}))
            if text.page_id in (group, text.group):  # it leads now, or leads no more
                waiting |= {_order(other): other for other in alike if _order(other) > _order(text)}


def _order(text: Signed) -> tuple[datetime, str]:
    return text.dated_at, text.page_id


def _alike(store: SignatureStore, text: Signed) -> list[Signed]:
    """Return the kept texts that are like `text`, with their leaders if those are."""
    found = {t.page_id: t for t in store.sharing(text.anchors, SHARED)}
    for leader in {t.group for t in found.values()} - found.keys() - {""}:
        if kept := store.get(leader):  # there can be more copies than `sharing` returns
            found[leader] = kept
    found.pop(text.page_id, None)
    return [t for t in found.values() if likeness(t.profile, text.profile) >= LIKE]


def _sketch(words: list[str]) -> Signature:
    hashes = np.fromiter(map(_hash, words), dtype=np.uint64, count=len(words))
    triples = hashes[: len(hashes) - SHINGLE + 1]
    for at in range(1, SHINGLE):
        triples = mix(triples) + hashes[at : len(hashes) - SHINGLE + 1 + at]
    triples = np.unique(mix(triples))
    # Bins are by the highest bits, so in sorted order the first of a bin is its smallest.
    bins, first = np.unique(triples >> np.uint64(64 - BINS.bit_length() + 1), return_index=True)
    profile = np.zeros(BINS, dtype=np.uint8)
    profile[bins.astype(np.int64)] = triples[first] % np.uint64(255) + np.uint64(1)
    return Signature(tuple(triples[:ANCHORS].tolist()), profile.tobytes())


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
