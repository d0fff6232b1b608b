"""How well places are found, on passages of real texts that were labelled by hand.

`python -m nlp.places_quality DATA-FOLDER` reads the texts there and the labels of `labels/places.jsonl`,
which hold offsets and provinces only. The passages were chosen before any was scored: texts at random,
relevant texts at random, and texts with strings that mislead (streets, persons, clubs, newspapers, rivers,
abbreviations, districts of one name). Foreign texts and texts about adults are among them.

Each row of the labels has the text's `file` and `id`, `why` it was chosen, the `fields` that were read, the
`passage` (range of the body) and `mentions`: field, start, end, province. A labelled mention is a stretch
that names a province, a district or a town, of today or of before July 2025, whose province a reader of the
text knows. It is found when a mention of the same province overlaps it; a mention is right when it overlaps
a labelled one of its province. A fifth entry marks what need not be found: `commune`, which is right or
wrong where it is given, and `optional` (a company or school named for a place), which counts for nothing.

Half of the passages are for development, half for testing; the id decides which.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp import labelled
from nlp.places import Mention, mentions


@dataclass
class Score:
    """Counts of one group of passages: labelled mentions and those found, mentions given and those right."""

    labelled: int = 0
    found: int = 0
    given: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """Found of labelled, 1 where nothing was labelled."""
        return self.found / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """Right of given, 1 where nothing was given."""
        return self.right / self.given if self.given else 1.0


def quality(data_dir: Path) -> dict[str, dict[str, Score]]:
    """Return the scores of each half, in all and by how the passages were chosen.

    Raises BadInput for a missing file or text.
    """
    passages = labelled.labels("places")
    pages = labelled.pages(data_dir, [(p["file"], p["id"]) for p in passages])
    result: dict[str, dict[str, Score]] = {"development": {}, "test": {}}
    for passage in passages:
        of_half = result[labelled.half(passage["id"])]
        page = pages[passage["file"], passage["id"]]
        given = [m for m in mentions(page) if _inside(passage, m)]
        for group in ("all", str(passage["why"])):
            _add(of_half.setdefault(group, Score()), passage["mentions"], given)
    return result


def _inside(passage: Mapping[str, Any], mention: Mention) -> bool:
    if mention.field not in passage["fields"]:
        return False
    start, end = passage["passage"]
    return mention.field != "text" or (start <= mention.start and mention.end <= end)


def _add(score: Score, labelled_: list[Any], given: list[Mention]) -> None:
    known = [(Mention(*label[:4]), "".join(label[4:])) for label in labelled_]
    for label, other in known:
        if not other:
            score.labelled += 1
            score.found += any(_same(label, mention) for mention in given)
    for mention in given:
        same = [other for label, other in known if _same(label, mention)]
        if set(same) != {"optional"}:
            score.given += 1
            score.right += bool(same)


def _same(label: Mention, mention: Mention) -> bool:
    overlap = min(label.end, mention.end) > max(label.start, mention.start)
    return label.field == mention.field and overlap and label.province == mention.province


def lines(data_dir: Path) -> Iterator[str]:
    """Yield the table: precision and recall with their counts, by half and how the passages were chosen.

    Raises BadInput for a missing file or text.
    """
    for name, of_half in quality(data_dir).items():
        for group, s in sorted(of_half.items()):
            yield (
                f"{name:<13}{group:<10}recall {s.recall:.3f} ({s.found}/{s.labelled})  "
                f"precision {s.precision:.3f} ({s.right}/{s.given})"
            )


if __name__ == "__main__":
    sys.exit(labelled.command("nlp.places_quality", sys.argv[1:], lines))
