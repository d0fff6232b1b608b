"""How well identities are masked, on passages of real texts that were labelled by hand.

`python -m nlp.identity_quality DATA-FOLDER` reads the texts there and the labels of `labels/identity.jsonl`,
which hold offsets and kinds only. A labelled passage is the title, the lead and a stretch of the body; the
whole text is masked, the passage is scored:

- recall: a labelled span is found when every letter and digit of it is masked, whatever the kind;
- precision: a masked span is right when at least half of its letters and digits lie in labelled spans.

The rules are made on the passages of the set `development`. Those of `test` were drawn by chance from
relevant texts and labelled before the masker was run on them. What is labelled:

- names, initials and nicknames of children, the offenders too, and of who was a child when it happened; of
  their parents and relatives, the accused too, wherever the passage says them, changed names as well; not of
  officials, teachers, witnesses, finders of foundlings, suspects who are no kin, invented persons;
- hamlet, ward, commune of any country, with street, district and town in the same run of units; a district or
  town by itself only where a child lives; not the home of an adult who is no kin or neighbour, no province;
- schools and classes by name ("8A", not "lớp 8"), day or year of birth after 2001, number plates, accounts.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.contracts import Page
from nlp import labelled
from nlp.identity import masked_spans

SETS = ("development", "test")


@dataclass
class Score:
    """Counts of one group of passages: labelled spans and those found, masked spans and those right."""

    labelled: int = 0
    found: int = 0
    masked: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """Found of labelled, 1 where nothing was labelled."""
        return self.found / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """Right of masked, 1 where nothing was masked."""
        return self.right / self.masked if self.masked else 1.0


@dataclass
class Quality:
    """Scores of one set: of the texts about child victims, of the others, and by kind over both."""

    victims: Score = field(default_factory=Score)
    others: Score = field(default_factory=Score)
    kinds: dict[str, Score] = field(default_factory=dict)


def labels() -> list[dict[str, Any]]:
    """Return the labelled passages: `id`, `file`, `set`, `victims`, `passage` (range of the body), `spans`.

    A span is field, start, end (code points of the NFC field), kind.
    """
    return labelled.labels("identity")


def quality(data_dir: Path) -> dict[str, Quality]:
    """Return the quality of masking on each set. Raises BadInput for a missing file or text."""
    passages = labels()
    pages = labelled.pages(data_dir, ((p["file"], p["id"]) for p in passages))
    result = {name: Quality() for name in SETS}
    for passage in passages:
        of_set = result[passage["set"]]
        group = of_set.victims if passage["victims"] else of_set.others
        page = pages[passage["file"], passage["id"]]
        for kind, score in _scores(page, passage):
            for total in (group, of_set.kinds.setdefault(kind, Score())):
                total.labelled += score.labelled
                total.found += score.found
                total.masked += score.masked
                total.right += score.right
    return result


Place = tuple[str, int]


def _scores(page: Page, passage: Mapping[str, Any]) -> Iterator[tuple[str, Score]]:
    start, end = passage["passage"]

    def places(name: str, first: int, last: int) -> set[Place]:
        text = getattr(page, name)
        if name == "text":
            first, last = max(first, start), min(last, end)
        return {(name, at) for at in range(first, last) if text[at].isalnum()}

    marked = [(kind, places(name, first, last)) for name, first, last, kind in passage["spans"]]
    masked = [(s.kind, places(s.field, s.start, s.end)) for s in masked_spans(page)]
    all_marked = {place for _, of_span in marked for place in of_span}
    all_masked = {place for _, of_span in masked for place in of_span}
    for kind, of_span in marked:
        yield kind, Score(labelled=1, found=of_span <= all_masked)
    for kind, of_span in masked:
        if of_span:
            yield kind, Score(masked=1, right=2 * len(of_span & all_marked) >= len(of_span))


def lines(result: Mapping[str, Quality]) -> Iterator[str]:
    """Yield the table: recall and precision with their counts, by set and group."""
    for name, of_set in result.items():
        groups = {"texts about victims": of_set.victims, "other texts": of_set.others, **of_set.kinds}
        for group, s in groups.items():
            yield (
                f"{name:<13}{group:<21}recall {s.recall:.3f} ({s.found}/{s.labelled})  "
                f"precision {s.precision:.3f} ({s.right}/{s.masked})"
            )


if __name__ == "__main__":
    sys.exit(labelled.command("nlp.identity_quality", sys.argv[1:], lambda folder: lines(quality(folder))))
