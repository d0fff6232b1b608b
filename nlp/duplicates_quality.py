"""How well copies are found, on edits made from real articles.

`python -m nlp.duplicates_quality DATA-FOLDER` draws articles of `news.parquet` and makes one copy of each
kind of each (`nlp.edits`): 10 to 30 % changed in sentences, in phrases, in both, or cut; or framed by what
another site puts around it; half of the others are framed at one end too. Each copy is dated later.

Among them stand the hardest negatives that the corpus has: for every article drawn the one most like it of
all others (follow-ups of the same case, the same report told again), and all articles of a form that is
filled in anew each day (weather, lottery, prices, fixtures).

- recall: the share of copies that fold under their original;
- precision: of all texts that fold under another, the share that are copies of it. Two articles of the
  corpus that fold are counted wrong unless at least `SAME` of the words of one stand in the other, in rows of
  two and more: then they are copies that nobody labelled, and count for nothing. Two of a form are always
  wrong.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import SequenceMatcher
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from core.contracts import Page
from core.records import open_records
from core.records.signatures import signatures
from core.settings import load_settings
from core.text import fold
from nlp import labelled
from nlp.duplicates import BINS, KIND, fold_copies, signature
from nlp.edits import AROUND, EDITS, framed
from nlp.rows import raw_rows

SEED = 2
DRAWN = 800
SAME = 0.7  # the copies made here keep at least 0.7 of the original's words
_FORM = re.compile(
    r"^(?:Dự báo thời tiết|Thời tiết|Kết quả|Giá vàng|Giá xăng|Tỷ giá|Lịch)|Vietlott|xổ số|hôm nay \(?\d",
    re.IGNORECASE,
)


@dataclass
class Quality:
    """Copies made and found, by kind; other articles; texts that folded rightly, wrongly, or as copies that
    nobody labelled."""

    made: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    others: int = 0
    right: int = 0
    wrong: int = 0
    unlabelled: int = 0

    @property
    def recall(self) -> float:
        """Found of made."""
        return self.found.total() / self.made.total()

    @property
    def precision(self) -> float:
        """Right of folded."""
        return self.right / (self.right + self.wrong)


def quality(data_dir: Path, seed: int = SEED) -> Quality:
    """Return the quality on copies made with `seed`. Raises BadInput for a missing file."""
    corpus = [labelled.page(raw, where) for raw, where in raw_rows(data_dir / "news.parquet")]
    articles = {page.id: page for page in corpus if signature(page)}
    draw = Random(seed)  # noqa: S311 (a draw of test texts, not a secret)
    drawn = draw.sample(sorted(articles), DRAWN)
    kinds, copies = _copies(articles, drawn, draw)
    forms = {page.id for page in articles.values() if _FORM.search(page.title)}
    others = sorted((_nearest(articles, drawn) | forms) - set(drawn))
    leaders = _folded([*(articles[name] for name in (*drawn, *others)), *copies])
    result = Quality(made=Counter(kinds.values()), others=len(drawn) + len(others))
    for page_id, leader in leaders.items():
        made_of, leader_of = page_id.partition("+")[0], leader.partition("+")[0]
        if made_of == leader_of:
            result.right += 1
            if leader == made_of:
                result.found[kinds[page_id]] += 1
        elif {made_of, leader_of} <= forms or _shared(
            articles[made_of].text, articles[leader_of].text
        ) < SAME:
            result.wrong += 1
        else:
            result.unlabelled += 1
            if page_id in kinds:  # under the original's own original: found
                result.found[kinds[page_id]] += 1
    return result


def _copies(
    articles: Mapping[str, Page], drawn: Sequence[str], draw: Random
) -> tuple[dict[str, str], list[Page]]:
    names = sorted(articles)
    kinds, copies = {}, []
    for name in drawn:
        original = articles[name]
        for edit in EDITS:
            other = articles[draw.choice(names)].text
            text = edit(original.text, draw.uniform(0.1, 0.3), other, draw)
            if edit is not framed and draw.random() < 0.5:
                text = f"{text} {draw.choice(AROUND)}"
            page_id = f"{name}+{edit.__name__}"
            kinds[page_id] = edit.__name__
            later = original.fetched_at + timedelta(hours=draw.randint(1, 200))
            copies.append(original.model_copy(update={"id": page_id, "text": text, "fetched_at": later}))
    return kinds, copies


def _nearest(articles: Mapping[str, Page], drawn: Sequence[str]) -> set[str]:
    """Return for each article drawn the one most like it, by comparing with all."""
    names = list(articles)
    profiles = np.zeros((len(names), BINS), dtype=np.uint8)
    for row, name in enumerate(names):
        signed = signature(articles[name])
        assert signed is not None  # the others were left out
        profiles[row] = np.frombuffer(signed.profile, dtype=np.uint8)
    at = {name: row for row, name in enumerate(names)}
    return {names[_most_like(profiles, at[name])] for name in drawn}


def _most_like(profiles: NDArray[np.uint8], row: int) -> int:
    one = profiles[row]
    same = np.count_nonzero((profiles == one) & (one > 0), axis=1)
    likeness = same / np.count_nonzero(profiles | one, axis=1)
    likeness[row] = -1
    return int(likeness.argmax())


def _folded(pages: list[Page]) -> dict[str, str]:
    """Return the leader of each text that folds under another."""
    with TemporaryDirectory() as folder:
        records = open_records(load_settings(data_dir=Path(folder)))
        with signatures(records, KIND) as store:
            folded = fold_copies(store, pages)
        records.close()
    return {follower: group.leader for group in folded for follower in group.followers}


def _shared(first: str, second: str) -> float:
    """Return the share of the words of the shorter text that stand in the other, in rows of two and more."""
    one, two = re.findall(r"\w+", fold(first)), re.findall(r"\w+", fold(second))
    blocks = SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1) / min(len(one), len(two))


def lines(data_dir: Path) -> Iterator[str]:
    """Yield recall by kind of edit, and precision. Raises BadInput for a missing file."""
    result = quality(data_dir)
    for kind, made in sorted(result.made.items()):
        yield f"{kind:<12}recall {result.found[kind] / made:.3f} ({result.found[kind]}/{made})"
    total = result.found.total(), result.made.total()
    yield f"{'all':<12}recall {result.recall:.3f} ({total[0]}/{total[1]})"
    yield (
        f"{'all':<12}precision {result.precision:.3f} ({result.right}/{result.right + result.wrong}) "
        f"among {result.others} other articles; {result.unlabelled} fold that share {SAME:.0%} of the words"
    )


if __name__ == "__main__":
    sys.exit(labelled.command("nlp.duplicates_quality", sys.argv[1:], lines))
