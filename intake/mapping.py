"""The mapping of a partner's file: which column is what, in YAML; a mistake names file, key and cure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from core.contracts import VIETNAM, Contract, PageType, Text
from core.errors import BadInput
from core.records.partners import Partner

ISO, UNIX = "iso", "unix"
LARGEST = 64 * 1024  # bytes of a mapping file


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}; write one as Asia/Ho_Chi_Minh") from error
    return name


Column = Annotated[Text, Field(min_length=1)]


class DateColumn(Contract):
    """A column of dates: `iso`, `unix` (seconds) or a format of strptime; the zone of those without one."""

    column: Column
    format: str = ISO
    zone: Annotated[str, AfterValidator(_zone)] = VIETNAM.key


class TypeColumn(Contract):
    """A column that says what a row is, with what the partner calls each type."""

    column: Column
    values: dict[Text, PageType] = Field(default_factory=dict)


class Columns(Contract):
    """Which column of the file is what. Only the text is needed."""

    text: Column
    title: Column | None = None
    lead: Column | None = None
    url: Column | None = None
    date: DateColumn | None = None
    id: Column | None = None
    type: TypeColumn | None = None
    thread: Column | None = None
    thread_title: Column | None = None
    section: Column | None = None

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield each field that has a column, with the column's name."""
        for field in Columns.model_fields:
            found = getattr(self, field)
            if found is not None:
                yield field, found if isinstance(found, str) else found.column


class Constants(Contract):
    """What all rows have in common."""

    type: PageType = PageType.REPORT
    language: str = Field(default="vi", pattern=r"^[a-z]{2,3}$")
    title: Text = Field(default="", max_length=500)
    section: Text = Field(default="", max_length=100)


class FileMapping(Contract):
    """How a partner's file is read. Encoding and delimiter are found out where they are not given."""

    source: Partner
    encoding: str | None = None
    delimiter: str | None = Field(default=None, pattern=r'^[^"\r\n]$')
    sheet: str | None = None
    columns: Columns
    constants: Constants = Constants()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        for field in ("title", "section"):
            if getattr(self.columns, field) and getattr(self.constants, field):
                raise ValueError(f"{field} is both a column and a constant; leave one out")
        return self


def read_mapping(path: Path) -> FileMapping:
    """Read a mapping file. Raises BadInput that names file, key and what to do."""
    try:
        body = path.read_bytes()
        if len(body) > LARGEST:
            raise BadInput(f"{path.name}: is too large for a mapping; see docs/intake.md for an example")
        found = yaml.safe_load(body.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise BadInput(f"{path.name}: can't be read ({reason}); save it as UTF-8 text") from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise BadInput(f"{path.name}: {where}is no valid YAML; correct it there") from error
    if not isinstance(found, dict):
        raise BadInput(f"{path.name}: holds no keys; write `source:` and `columns:`, as in docs/intake.md")
    try:
        return FileMapping.model_validate(found)
    except ValidationError as error:
        raise BadInput(f"{path.name}: {_told(error)}") from error


def _told(error: ValidationError) -> str:
    # A mistyped name comes before what it leaves missing.
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"]) or "mapping"
    if first["type"] == "extra_forbidden":
        return f"{key}: there is no such key; remove it or correct its name"
    if first["type"] == "missing":
        return f"{key}: is missing; add it"
    return f"{key}: {first['msg'].removeprefix('Value error, ')}; correct it"
