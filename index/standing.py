"""What stands out in a part of the texts against all of them: pairs of syllables, by the JLH score."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from core.contracts import Document
from index.engine import Significant

# What fewer texts than this share is chance.
TEXTS_MINIMUM = 3
# One-sided 5 % point of the normal distribution, as for what rises (`index.trends`).
Z_MINIMUM = 1.645
# A pair that has its neighbour beside it in this share of its texts reaches from one word into the next.
SHADOW = 0.8
# So many of the most telling pairs are looked at, since some turn out to be no words.
CANDIDATES = 100

# Two syllables with anything but spaces between them do not stand together.
_BETWEEN = re.compile(r"[^\w \u00a0]+")


def pairs(document: Document) -> tuple[str, ...]:
    """Return the pairs of neighbouring syllables of title and lead, in lower case, each once.

    Vietnamese words are mostly of two syllables, so that pairs are nearer to words than syllables are.
    """
    return tuple(
        dict.fromkeys(pair for text in (document.page.title, document.page.lead) for pair in _of(text))
    )


def standing_out(
    counts: Mapping[str, int], size: int, background: Mapping[str, int], whole: int
) -> list[Significant]:
    """Return the pairs that stand out in `size` texts against the `whole` they are of, most telling first.

    `counts` and `background` say in how many of these and of all texts a pair is. The order is that of
    Elasticsearch's JLH score: the absolute rise of the share of texts times the relative one. Left out are
    pairs in fewer than `TEXTS_MINIMUM` texts and those whose rise may be chance: by the transform of Poisson
    counts that steadies their variance (Anscombe 1948, Biometrika 35, 246-254),
    `2 (sqrt(n + 3/8) - sqrt(m + 3/8))` with `m` expected by the other texts. That, not a list of words, keeps
    out what stands in any text ("của các").
    """
    scored = []
    for pair, count in counts.items():
        share, usual = count / size, background[pair] / whole
        # Half a text more than there are elsewhere: in few others, that it is in none says little.
        expected = size * (background[pair] - count + 0.5) / (whole - size + 1)
        z = 2 * (math.sqrt(count + 3 / 8) - math.sqrt(expected + 3 / 8))
        if count >= TEXTS_MINIMUM and share > usual and z >= Z_MINIMUM:
            found = Significant(term=pair, count=count, background=background[pair])
            scored.append(((usual - share) * share / usual, pair, found))
    return [found for _, _, found in sorted(scored)]


def neighbours(found: Sequence[Significant]) -> Iterator[tuple[str, str]]:
    """Yield each pair with any other that it may overlap in a text and that is more frequent.

    (`lực học`, `bạo lực`): in how many texts of the slice both are is what `without_shadows` has to know.
    """
    for one in found:
        first, last = one.term.split()
        for other in found:
            more = (other.count, other.background, other.term) > (one.count, one.background, one.term)
            if more and (other.term.endswith(f" {first}") or other.term.startswith(f"{last} ")):
                yield one.term, other.term


def without_shadows(
    found: Sequence[Significant], together: Mapping[tuple[str, str], int]
) -> list[Significant]:
    """Return `found` without the pairs that reach from one word into the next.

    They are told by nearly always standing beside a more frequent pair that shares a syllable with them.
    `together` says in how many texts of the slice both of `neighbours` are.
    """
    sizes = {one.term: one.count for one in found}
    shadows = {one for (one, _), count in together.items() if count >= SHADOW * sizes[one]}
    return [one for one in found if one.term not in shadows]


def _of(text: str) -> Iterator[str]:
    for run in _BETWEEN.split(text.lower()):
        before = ""
        for word in run.split():
            # Neither numbers, or else a slice of days stood out by its dates, nor initials.
            syllable = word if len(word) > 1 and word.isalpha() else ""
            if before and syllable:
                yield f"{before} {syllable}"
            before = syllable
