"""The 34 provinces and cities of Vietnam since July 2025, and the 63 before that they were made of."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import TypeAdapter

from core.contracts import Contract, Text


class Province(Contract):
    """A unit of the first level: its short official name and the units of before July 2025 now in it.

    `name` is what `Analysis.provinces` and search filters use. `former` counts a unit of the same name too,
    so that the `former` of all are the 63 units of before.
    """

    name: Text
    kind: Literal["city", "province"]
    former: tuple[Text, ...]


@cache
def provinces() -> tuple[Province, ...]:
    """Return the 34, north to south, read once from `core/provinces.yaml` (Resolution 202/2025/QH15)."""
    raw = yaml.safe_load(files("core").joinpath("provinces.yaml").read_text("utf-8"))
    return TypeAdapter(tuple[Province, ...]).validate_python(raw["provinces"])


@cache
def current_names() -> dict[str, str]:
    """Return for each name, of before July 2025 or of today, the name of the unit that it is in today."""
    return {former: province.name for province in provinces() for former in province.former}
