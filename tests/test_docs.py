"""What the documents say is so."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from core.settings import Settings
from core.text import fold
from crawlers.rules import Addresses, CommentApi, Comments, Discover, Listing, SectionPages, Threads
from crawlers.source import Expected, SourceSpec
from index.language import parse
from index.language.keys import KEYS, stored

ROOT = Path(__file__).parents[1]


def test_the_example_settings_are_the_defaults() -> None:
    given = tomllib.loads((ROOT / "docs/langnghe.toml.example").read_text())
    assert Settings(**given) == Settings()


def examples(page: str) -> list[dict[str, Any]]:
    """The YAML examples of a page, in order."""
    blocks = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", (ROOT / page).read_text(), re.MULTILINE)
    found = [yaml.safe_load(block) for block in blocks if not block.strip().startswith("langnghe")]
    return [one for one in found if isinstance(one, dict)]


def test_every_example_of_a_source_file_is_valid() -> None:
    whole, *parts = examples("docs/sources.md")
    assert SourceSpec.model_validate(whole).id == "bao-vi-du"
    assert len(parts) == 5
    for part in parts:
        forum = {"type": "forum", "articles": None} if "threads" in part else {}
        SourceSpec.model_validate(whole | forum | part)


def test_every_key_of_a_source_file_is_documented_with_an_example() -> None:
    told: set[str] = set()

    def gather(found: object) -> None:
        if isinstance(found, dict):
            told.update(found)
        for part in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
            gather(part)

    gather(examples("docs/sources.md"))
    page = (ROOT / "docs/sources.md").read_text()
    rules = (SourceSpec, Discover, SectionPages, Listing, Addresses, Comments, CommentApi, Threads, Expected)
    keys = {key for rule in rules for key in rule.model_fields}
    assert keys - told <= {"id_in_page"}, "has an example in the text"
    assert re.search("`id_in_page` looks for", page)


def test_every_library_has_a_reason_in_the_choices() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    choices = (ROOT / "docs/choices.md").read_text().lower()
    missing = [name for name in project["dependencies"] if name not in choices]
    assert missing == []


def rows(section: str) -> list[list[list[str]]]:
    """What stands in backticks in each cell of the table of a section of docs/search.md."""
    page = (ROOT / "docs/search.md").read_text()
    lines = page.split(f"## {section}\n")[1].split("\n## ")[0].splitlines()
    return [
        [re.findall("`([^`]+)`", cell) for cell in line.split("|")[1:-1]] for line in lines if "| `" in line
    ]


def test_every_example_of_the_search_language_can_be_read() -> None:
    page = (ROOT / "docs/search.md").read_text()
    examples = [*re.findall(r"^ {4}([^$ l].+)", page, re.MULTILINE)]
    examples += [typed for section in ("Words", "Operators") for row in rows(section) for typed in row[0]]
    examples += re.findall(r"`(\w+[:<>][^`]+)`", page)
    assert len(examples) > 40
    for typed in examples:
        assert parse(typed), typed


def test_the_page_of_the_search_language_names_every_key_and_only_values_that_there_are() -> None:
    told = {}
    for (key,), others, examples in rows("Filters"):
        told[fold(key)] = (key, *others)
        field = next(field for field, names in KEYS.items() if names[0] == key)
        for value in examples:
            assert re.search("[:<>]", value) or stored(field, value), value
    assert list(told.values()) == list(KEYS.values())


def test_no_pin_names_where_to_download() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[\w.-]+==[\w.]+", line)


def test_every_room_of_the_map_is_there() -> None:
    readme = (ROOT / "README.md").read_text()
    for room in re.findall(r"^\| `(\w+)/`", readme, re.MULTILINE):
        assert (ROOT / room).is_dir()
