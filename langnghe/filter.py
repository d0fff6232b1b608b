"""`langnghe analyse IN OUT`: rows in, the same rows with their analysis out."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from nlp.filter import analyse_rows

from core.errors import BadInput

STANDARD = "-"


def analyse_file(source: str, target: str, model: Path | None = None) -> int:
    """Analyse the JSON Lines of `source` into `target` (`-`: standard input or output); return how many.

    A file is written whole or not at all. Raises BadInput that names the line.
    """
    count = 0
    draft = Path(f"{target}.part")
    try:
        with ExitStack() as files:
            out = sys.stdout if target == STANDARD else files.enter_context(draft.open("w", encoding="utf-8"))
            for row in analyse_rows(_rows(source), model):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
        if target != STANDARD:
            draft.replace(target)
    except OSError as error:
        raise BadInput(f"{target}: {error.strerror or error}; check folder and disk") from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def _rows(source: str) -> Iterator[dict[str, Any]]:
    with ExitStack() as files:
        try:
            lines = (
                sys.stdin if source == STANDARD else files.enter_context(Path(source).open(encoding="utf-8"))
            )
        except OSError as error:
            raise BadInput(f"{source}: {error.strerror}; give a JSON Lines file or -") from error
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _row(source, number, line)


def _row(source: str, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadInput(f"{source}, line {number}: no JSON ({error}); mend or remove the line") from error
    if not isinstance(row, dict):
        raise BadInput(f"{source}, line {number}: a row is an object with at least text")
    return row
