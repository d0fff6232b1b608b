"""How well texts about one case are brought together, on real texts that were labelled by reading.

`python -m nlp.stories_quality DATA-FOLDER` reads the texts there and `labels/stories.jsonl`: `file`, `id`
and the number of the story. The set was built from relevant articles drawn at random and, for each, the
articles most like it of all: follow-ups of its case, and cases of its kind elsewhere (other drownings,
other abandoned children, other teachers), which are stories of their own. Round-ups of several cases were
left out, and texts of which a reader can't say. So the negatives are the hardest there are; and the other
relevant articles of `labels.jsonl` stand among them, unlabelled, through which two stories can run
together.

A pair of texts is right when it is of one story in the labels and as assigned. Stories are split in halves
by number, for development and for testing; pairs across are not counted. The texts have no dates, so all
are of one day: harder than life, where what is two weeks apart is not compared. Texts come in in `ORDERS`
random orders; counts are sums over them.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from core.contracts import Analysis, Document, Kind, ModelInfo, Page, Severity
from core.records import open_records
from core.records.signatures import signatures
from core.settings import load_settings
from nlp import labelled
from nlp.places import provinces
from nlp.rows import raw_rows
from nlp.stories import KIND, assign

ORDERS = 3


@dataclass
class Score:
    """Pairs of one story by the labels, as assigned, and both; stories, and those of more than one text."""

    labelled: int = 0
    given: int = 0
    right: int = 0
    stories: int = 0
    shared: int = 0

    @property
    def precision(self) -> float:
        """Right of given."""
        return self.right / self.given

    @property
    def recall(self) -> float:
        """Right of labelled."""
        return self.right / self.labelled

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.given + self.labelled)


def quality(data_dir: Path) -> dict[str, Score]:
    """Return the pairwise scores of each half. Raises BadInput for a missing file or text."""
    rows = labelled.labels("stories")
    pages = labelled.pages(data_dir, [(row["file"], row["id"]) for row in rows])
    numbers = {row["id"]: row["story"] for row in rows}
    others = [
        labelled.page(raw, where)
        for raw, where in raw_rows(data_dir / "labels.jsonl")
        if raw["type"] == "news" and raw["relevant"] and raw["id"] not in numbers
    ]
    documents = [relevant(page) for page in (*pages.values(), *others)]
    result = {"development": Score(), "test": Score()}
    for order in range(ORDERS):
        Random(order).shuffle(documents)  # noqa: S311 (a draw of an order, not a secret)
        given = _assigned(documents)
        for name, score in result.items():
            _count(score, {i: n for i, n in numbers.items() if labelled.half(f"story {n}") == name}, given)
    return result


def relevant(page: Page) -> Document:
    """Return the document of a page that is relevant for certain, with its provinces."""
    analysis = Analysis(
        relevance=1,
        relevant=True,
        severity=Severity(level=1, probabilities=(0, 1, 0, 0)),
        kind=Kind.INCIDENT,
        provinces=provinces(page),
        model=ModelInfo(name="labels", version="", threshold=0.5),
    )
    return Document(page=page, analysis=analysis)


def _assigned(documents: Iterable[Document]) -> dict[str, str]:
    """Return the story of each text when the texts come one after the other."""
    with TemporaryDirectory() as folder:
        records = open_records(load_settings(data_dir=Path(folder)))
        found: dict[str, str] = {}
        with signatures(records, KIND) as store:
            for document in documents:
                found |= assign(store, [document])
        records.close()
    return found


def _count(score: Score, numbers: Mapping[str, int], given: Mapping[str, str]) -> None:
    sizes: dict[int, int] = defaultdict(int)
    for number in numbers.values():
        sizes[number] += 1
    score.stories, score.shared = len(sizes), sum(size > 1 for size in sizes.values())
    for one, two in combinations(sorted(numbers), 2):
        same, together = numbers[one] == numbers[two], given[one] == given[two]
        score.labelled += same
        score.given += together
        score.right += same and together


def lines(data_dir: Path) -> Iterator[str]:
    """Yield precision, recall and F1 of pairs, by half. Raises BadInput for a missing file or text."""
    for name, s in quality(data_dir).items():
        yield (
            f"{name:<13}F1 {s.f1:.3f}  precision {s.precision:.3f} ({s.right}/{s.given})  "
            f"recall {s.recall:.3f} ({s.right}/{s.labelled})  {s.stories} stories, {s.shared} of several"
        )


if __name__ == "__main__":
    sys.exit(labelled.command("nlp.stories_quality", sys.argv[1:], lines))
