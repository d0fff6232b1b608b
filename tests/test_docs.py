"""What the documents say is so."""

import re
import tomllib
from pathlib import Path

import yaml

from core.settings import Settings
from crawlers.source import SourceSpec

ROOT = Path(__file__).parents[1]


def test_the_example_settings_are_the_defaults() -> None:
    given = tomllib.loads((ROOT / "docs/langnghe.toml.example").read_text())
    assert Settings(**given) == Settings()


def test_the_example_source_can_be_read() -> None:
    text = (ROOT / "docs/operating.md").read_text()
    example = re.search(r"\n( {4}id: bao-vi-du.*?)\n\n[^ ]", text, re.DOTALL)
    assert example
    spec = SourceSpec.model_validate(yaml.safe_load(example[1]))
    assert spec.id == "bao-vi-du"


def test_every_library_has_a_reason_in_the_choices() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    choices = (ROOT / "docs/choices.md").read_text().lower()
    missing = [name for name in project["dependencies"] if name not in choices]
    assert missing == []


def test_no_pin_names_where_to_download() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[\w.-]+==[\w.]+", line)


def test_every_room_of_the_map_is_there() -> None:
    readme = (ROOT / "README.md").read_text()
    for room in re.findall(r"^\| `(\w+)/`", readme, re.MULTILINE):
        assert (ROOT / room).is_dir()
