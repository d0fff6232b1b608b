"""How well identities are masked, on passages of real texts that were labelled by hand.

`python -m nlp.identity_quality DATA-FOLDER` reads the texts there and the labels of `labels/identity.jsonl`,
which hold offsets and kinds only. A labelled passage is the title, the lead and a stretch of the body; the
whole text is masked, the passage is scored:

- recall: a labelled span is found when every letter and digit of it is masked, whatever the kind;
- precision: a masked span is right when at least half of its letters and digits lie in labelled spans.

Half of the passages are for development, half for testing; the id decides which.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.contracts import Page, PageType
from core.errors import BadInput, LangngheError
from nlp.identity import masked_spans
from nlp.rows import raw_rows, text_of

USAGE = "usage: python -m nlp.identity_quality DATA-FOLDER"
# The texts have no dates. The corpus ends in 2019, so whoever was born after 2001 was a child.
DATED = datetime(2019, 12, 31, tzinfo=UTC)


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
    """Scores of one half: of the texts about child victims, of the others, and by kind over both."""

    victims: Score = field(default_factory=Score)
    others: Score = field(default_factory=Score)
    kinds: dict[str, Score] = field(default_factory=dict)


def labels() -> list[dict[str, Any]]:
    """Return the labelled passages: `id`, `file`, `victims`, `passage` (range of the body) and `spans`.

    A span is field, start, end (code points of the NFC field), kind.
    """
    text = files("nlp").joinpath("labels/identity.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def half(text_id: str) -> str:
    """Return `development` or `test`, by the id alone."""
    return "test" if sha256(text_id.encode()).digest()[0] % 2 else "development"


def quality(data_dir: Path) -> dict[str, Quality]:
    """Return the quality of masking of each half. Raises BadInput for a missing file or text."""
    passages = labels()
    pages = _pages(data_dir, {name: {p["id"] for p in passages if p["file"] == name} for name in _FILES})
    result = {"development": Quality(), "test": Quality()}
    for passage in passages:
        of_half = result[half(passage["id"])]
        group = of_half.victims if passage["victims"] else of_half.others
        page = pages[passage["file"], passage["id"]]
        for kind, score in _scores(page, passage):
            for total in (group, of_half.kinds.setdefault(kind, Score())):
                total.labelled += score.labelled
                total.found += score.found
                total.masked += score.masked
                total.right += score.right
    return result


_FILES = ("labels.jsonl", "news.parquet", "comments.parquet")
Place = tuple[str, int]


def _scores(page: Page, passage: Mapping[str, Any]) -> Iterator[tuple[str, Score]]:
    start, end = passage["passage"]

    def places(name: str, first: int, last: int) -> set[Place]:
        text = getattr(page, name)
        if name == "text":
            first, last = max(first, start), min(last, end)
        return {(name, at) for at in range(first, last) if text[at].isalnum()}

    labelled = [(kind, places(name, first, last)) for name, first, last, kind in passage["spans"]]
    masked = [(s.kind, places(s.field, s.start, s.end)) for s in masked_spans(page)]
    all_labelled = {place for _, of_span in labelled for place in of_span}
    all_masked = {place for _, of_span in masked for place in of_span}
    for kind, of_span in labelled:
        yield kind, Score(labelled=1, found=of_span <= all_masked)
    for kind, of_span in masked:
        if of_span:
            yield kind, Score(masked=1, right=2 * len(of_span & all_labelled) >= len(of_span))


def _pages(data_dir: Path, wanted: Mapping[str, set[str]]) -> dict[tuple[str, str], Page]:
    pages = {
        (name, str(raw["id"])): _page(raw, where)
        for name in wanted
        for raw, where in raw_rows(data_dir / name)
        if raw["id"] in wanted[name]
    }
    for name, ids in wanted.items():
        for text_id in ids:
            if (name, text_id) not in pages:
                raise BadInput(f"{data_dir / name}: the labelled text {text_id} is missing")
    return pages


def _page(raw: Mapping[str, object], where: str) -> Page:
    remark = "thread_title" in raw or raw.get("type") == "comment"
    title = text_of(raw, "title", where)
    return Page(
        id=str(raw["id"]),
        url="",
        canonical_url="",
        source_id="labelled",
        type=PageType.COMMENT if remark else PageType.ARTICLE,
        thread_title=(text_of(raw, "thread_title", where) or title) if remark else "",
        title="" if remark else title,
        lead=text_of(raw, "lead", where),
        text=text_of(raw, "body", where) or text_of(raw, "text", where),
        fetched_at=DATED,
        content_hash="",
    )


def lines(result: Mapping[str, Quality]) -> Iterator[str]:
    """Yield the table: recall and precision with their counts, by half and group."""
    for name, of_half in result.items():
        groups = {"texts about victims": of_half.victims, "other texts": of_half.others, **of_half.kinds}
        for group, s in groups.items():
            yield (
                f"{name:<13}{group:<21}recall {s.recall:.3f} ({s.found}/{s.labelled})  "
                f"precision {s.precision:.3f} ({s.right}/{s.masked})"
            )


def main(arguments: list[str]) -> int:
    """Measure, print, and return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write(USAGE + "\n")
        return 2
    try:
        for line in lines(quality(Path(arguments[0]))):
            sys.stdout.write(line + "\n")
    except LangngheError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
