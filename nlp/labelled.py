"""Texts of a data folder that were labelled by hand, for measuring: labels are kept here, texts are not."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.contracts import Page, PageType
from core.errors import BadInput, LangngheError
from nlp.rows import raw_rows, text_of

# The texts have no dates. The corpus ends in 2019, so whoever was born after 2001 was a child.
DATED = datetime(2019, 12, 31, tzinfo=UTC)


def labels(name: str) -> list[dict[str, Any]]:
    """Return the rows of `labels/NAME.jsonl`."""
    text = files("nlp").joinpath(f"labels/{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def half(text_id: str) -> str:
    """Return `development` or `test`, by the id alone."""
    return "test" if sha256(text_id.encode()).digest()[0] % 2 else "development"


def pages(data_dir: Path, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Page]:
    """Return the page of each (file, id). Raises BadInput for a missing file or text."""
    ids: dict[str, set[str]] = {}
    for name, text_id in wanted:
        ids.setdefault(name, set()).add(text_id)
    found = {
        (name, str(raw["id"])): page(raw, where)
        for name in ids
        for raw, where in raw_rows(data_dir / name)
        if raw["id"] in ids[name]
    }
    for name, wanted_ids in ids.items():
        for text_id in wanted_ids:
            if (name, text_id) not in found:
                raise BadInput(f"{data_dir / name}: the labelled text {text_id} is missing")
    return found


def page(raw: Mapping[str, object], where: str) -> Page:
    """Return the page that a raw row stands for. Raises BadInput that names `where`."""
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


def command(module: str, argv: list[str], lines: Callable[[Path], Iterator[str]]) -> int:
    """Print `lines` of the one folder in `argv`; return the exit code of `python -m MODULE`."""
    if len(argv) != 1:
        sys.stderr.write(f"usage: python -m {module} DATA-FOLDER\n")
        return 2
    try:
        sys.stdout.writelines(line + "\n" for line in lines(Path(argv[0])))
    except LangngheError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
