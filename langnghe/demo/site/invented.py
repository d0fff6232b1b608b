"""The labelled texts that were written for this project: posts, comments, news in brief."""

import json
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import TypeAdapter

from core.contracts import Contract, Kind, Sentiment, SeverityLevel


class Label(Contract):
    """What a person would say of a text. The default is that of a text about no risk to children."""

    relevant: bool = False
    categories: tuple[str, ...] = ()
    severity: SeverityLevel = 0
    kind: Kind = Kind.NONE
    sentiment: Sentiment | None = None


class Row(Label):
    """One text of `invented.jsonl`; a comment's title is the title it stands under."""

    id: str
    type: Literal["news", "comment", "post"]
    title: str
    lead: str
    body: str

    @property
    def label(self) -> Label:
        """What a person would say of it, alone."""
        return Label(**{name: getattr(self, name) for name in Label.model_fields})


@cache
def invented() -> tuple[Row, ...]:
    """Return all rows of `invented.jsonl` in its order."""
    lines = files(__package__).joinpath("invented.jsonl").read_text("utf-8").splitlines()
    return TypeAdapter(tuple[Row, ...]).validate_python([json.loads(line) for line in lines])
