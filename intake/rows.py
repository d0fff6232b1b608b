"""A row of a partner's file, whatever the file was: its cells by field, or why it has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import BadInput
from core.legacy import Font, from_font
from core.text import nfc
from intake.mapping import FileMapping
from intake.refusal import Refused

Cell = object  # what a reader found: text, a number, a date, None, or what is no text at all


@dataclass(frozen=True)
class Row:
    """Row `number` of a file, as its user counts: its cells by field, or the fault for which it has none."""

    number: int
    cells: Mapping[str, Cell] = field(default_factory=dict)
    fault: Refused | None = None


def places(header: Sequence[str], mapping: FileMapping, name: str) -> dict[str, int]:
    """Return the place of each mapped field in `header`.

    A header typed for a font of before Unicode is known by how it reads. Raises BadInput for a column that
    is missing, or there twice.
    """
    read = [{nfc(h), *(nfc(from_font(h, font)) for font in Font)} for h in map(str.strip, header)]
    found: dict[str, int] = {}
    for key, column in mapping.columns.named():
        at = [i for i, forms in enumerate(read) if column.strip() in forms]
        if not at:
            shown = ", ".join(repr(h[:40]) for h in header[:30]) or "none"
            raise BadInput(f"{name}: has no column {column!r} (columns.{key}); there are: {shown}")
        if len(at) > 1:
            raise BadInput(f"{name}: column {column!r} is there {len(at)} times; rename the others")
        found[key] = at[0]
    return found
