"""Small models of invented rows, good and spoilt, for the command line to judge."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

INVENTED = Path(__file__).parents[2] / "langnghe" / "demo" / "site" / "invented.jsonl"


def invented(part: int, parts: int) -> list[dict[str, Any]]:
    """Return every so many of the invented rows, from the given one on."""
    lines = INVENTED.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines[part::parts]]


def written(file: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write rows as JSON lines and return the file."""
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


def spoilt(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of which a third of the relevant ones is called not relevant."""
    none = {"relevant": False, "categories": [], "severity": 0, "kind": "none"}
    return [row | none if row["relevant"] and n % 3 == 0 else row for n, row in enumerate(rows)]
