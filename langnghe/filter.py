"""`langnghe analyse IN OUT`: rows in, the same rows with their analysis out."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from core.errors import BadInput
from nlp.analyser import Analyser
from nlp.filter import analyse_rows

STANDARD = "-"


def analyse_file(source: str, target: str, load: Callable[[], Analyser]) -> int:
    """Analyse the JSON Lines of `source` into `target` (`-`: standard input or output); return how many.

    `load` gives the models, once the source is open. A file is written whole or not at all. Raises BadInput
    that names file and line, and BadModel.
    """
    count = 0
    draft = Path(f"{target}.part")
    with ExitStack() as files:
        files.callback(draft.unlink, missing_ok=True)
        try:
            lines = (
                sys.stdin if source == STANDARD else files.enter_context(Path(source).open(encoding="utf-8"))
            )
        except OSError as error:
            raise BadInput(f"{source}: {error.strerror}; give a JSON Lines file or -") from error
        try:
            out = sys.stdout if target == STANDARD else files.enter_context(draft.open("w", encoding="utf-8"))
            for row in analyse_rows(_rows(lines), load()):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
            out.flush()
            if target != STANDARD:
                draft.replace(target)
        except BadInput as error:
            raise BadInput(f"{source}, {error}") from error
        except UnicodeDecodeError as error:
            raise BadInput(f"{source}, after line {count}: not UTF-8; convert the file") from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise BadInput(f"{target}: {error.strerror or error}; check folder and disk") from error
    return count


def _rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    blank = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            blank = blank or number
            continue
        if blank:
            raise BadInput(f"line {blank}: empty; remove it")
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadInput(f"line {number}: no JSON ({error}); mend or remove the line") from error
        if not isinstance(row, dict):
            raise BadInput(f"line {number}: a row is an object with at least text")
        yield row
