"""Kibana's saved objects: whole, importable as they are, and of fields that the index has."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.console.language import language
from dashboards.kibana import saved_objects
from dashboards.kibana.boards import boards
from index.elastic.schema import definition

Json = dict[str, Any]
OBJECTS = saved_objects("langnghe", language("vi"))
(VIEW,) = (one for one in OBJECTS if one["type"] == "index-pattern")
DASHBOARDS = [one for one in OBJECTS if one["type"] == "dashboard"]
# A field in KQL stands before a colon or a comparison.
KQL_FIELD = re.compile(r"([\w.]+)\s*(?::|[<>]=?)")


def panels(dashboard: Json) -> list[Json]:
    found: list[Json] = json.loads(dashboard["attributes"]["panelsJSON"])
    return found


def everything(value: Any) -> Iterator[Json]:
    """Every object within a value, JSON in strings included."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        yield from everything(json.loads(value))
    elif isinstance(value, list):
        for one in value:
            yield from everything(one)
    elif isinstance(value, dict):
        yield value
        for one in value.values():
            yield from everything(one)


def test_there_is_a_data_view_and_the_four_dashboards() -> None:
    assert [one["type"] for one in OBJECTS] == ["index-pattern", *["dashboard"] * 4]
    names = ["overview", "triage", "sources", "trend"]
    assert [one["id"] for one in DASHBOARDS] == [f"langnghe-{name}" for name in names]
    assert VIEW["attributes"]["title"] == "langnghe"


def test_every_reference_leads_to_an_object_of_the_same_file() -> None:
    known = {(one["type"], one["id"]) for one in OBJECTS}
    referred = [ref for one in everything(OBJECTS) for ref in one.get("references", [])]
    assert len(referred) > 40
    assert {(ref["type"], ref["id"]) for ref in referred} <= known


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one["id"])
def test_a_dashboard_names_the_data_view_of_each_panel(dashboard: Json) -> None:
    named = {ref["name"] for ref in dashboard["references"]}
    for panel in panels(dashboard):
        (layer,) = panel["embeddableConfig"]["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]
        assert f"{panel['panelIndex']}:indexpattern-datasource-layer-{layer}" in named


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one["id"])
def test_what_is_drawn_is_what_is_computed(dashboard: Json) -> None:
    for panel in panels(dashboard):
        state = panel["embeddableConfig"]["attributes"]["state"]
        ((layer, computed),) = state["datasourceStates"]["formBased"]["layers"].items()
        drawn = json.dumps(state["visualization"])
        assert set(re.findall(r'"(c\d+)"', drawn)) == set(computed["columns"]), panel["title"]
        assert set(re.findall(r'"layerId": "(\w+)"', drawn)) == {layer}
        assert computed["columnOrder"] == list(computed["columns"])


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one["id"])
def test_no_panel_lies_over_another_or_beyond_the_edge(dashboard: Json) -> None:
    cells: set[tuple[int, int]] = set()
    for panel in panels(dashboard):
        grid = panel["gridData"]
        assert grid["x"] + grid["w"] <= 48
        own = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not own & cells
        cells |= own


def mapped(name: str) -> str:
    """The type of a field of the index. Fails for one that the mapping lacks or that is not searchable."""
    fields: Json = definition("documents")["mappings"]["properties"]
    for part in name.split("."):
        field = fields[part]
        fields = field.get("properties", {})
    assert field.get("enabled", True)
    return str(field["type"])


def test_every_field_is_one_of_the_index_and_of_a_type_that_serves() -> None:
    used: set[str] = set()
    for one in everything(DASHBOARDS):
        if one.get("language") == "kuery":
            used |= set(KQL_FIELD.findall(one["query"]))
        operation, field = one.get("operationType"), one.get("sourceField")
        if operation == "date_histogram":
            assert (mapped(field), one["dataType"]) == ("date", "date")
        elif operation == "terms":
            data = {"keyword": "string", "boolean": "boolean", "byte": "number"}
            assert data[mapped(field)] == one["dataType"]
            used.add(field)
        elif operation == "count":
            assert field == "___records___"
    attributes = VIEW["attributes"]
    assert mapped(attributes["timeFieldName"]) == "date"
    named = set(json.loads(attributes["fieldAttrs"])) | set(json.loads(attributes["fieldFormatMap"]))
    assert {"relevant", "possibly_grave", "severity", "state", "category", "province", "source"} <= used
    for field in used | named:
        assert mapped(field)


def test_codes_are_shown_by_their_names() -> None:
    formats = json.loads(VIEW["attributes"]["fieldFormatMap"])
    shown = {e["key"]: e["value"] for e in formats["category"]["params"]["lookupEntries"]}
    assert shown["violence"] == "Bạo lực, bạo hành"
    assert len(shown) == 14


def test_in_english_the_dashboards_are_english() -> None:
    english = boards(language("en").say)
    assert [board.title.removeprefix("Lắng Nghe: ") for board in english] == [
        "Overview",
        "Triage load",
        "Sources",
        "Trend by category and province",
    ]
