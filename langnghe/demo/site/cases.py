"""The articles that were written for the invented web."""

from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter

from core.contracts import Contract, Kind, SeverityLevel
from langnghe.demo.site.invented import Label


class Case(Contract):
    """An article of `cases.yaml`; `rise` says that it belongs to the one visible rise."""

    title: str
    lead: str
    body: tuple[str, ...]
    section: str
    labels: tuple[str, ...] = ()
    severity: SeverityLevel = 0
    kind: Kind = Kind.NONE
    rise: bool = False

    @property
    def label(self) -> Label:
        """What a person would say of it."""
        return Label(
            relevant=bool(self.labels), categories=self.labels, severity=self.severity, kind=self.kind
        )


@cache
def cases() -> tuple[Case, ...]:
    """Return the written articles of `cases.yaml`."""
    raw = yaml.safe_load(files(__package__).joinpath("cases.yaml").read_text("utf-8"))
    return TypeAdapter(tuple[Case, ...]).validate_python(raw)
