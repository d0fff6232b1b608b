"""Saved objects: what Kibana's import reads, one JSON object a line."""

import json
from collections.abc import Iterator
from typing import Any

from core.contracts import Kind
from core.taxonomy import taxonomy
from dashboards.console.language import Language
from dashboards.console.words import STATES, TYPES, Names
from dashboards.kibana.boards import TIME, Board, Fields, boards
from dashboards.kibana.lens import Chart, reference

# What Kibana 9.0 writes into its exports; later versions migrate from there.
CORE_VERSION, DASHBOARD_VERSION, DATA_VIEW_VERSION = "8.8.0", "10.2.0", "8.0.0"
GRID_WIDTH = 48


def saved_objects(indices: str, language: Language) -> list[dict[str, Any]]:
    """Return a data view on `indices` (an alias or pattern) and the dashboards that need it, in that order.

    Their ids follow from `indices`, so that a later import replaces an earlier one.
    """
    return [_data_view(indices, language), *(_dashboard(indices, one) for one in boards(language.say))]


def _data_view(indices: str, language: Language) -> dict[str, Any]:
    labels = {field: {"customLabel": name} for field, name in Fields(language.say).named().items()}
    formats = {field: _look_up(values) for field, values in _names(language).items()}
    attributes = {
        "title": indices,
        "name": "Lắng Nghe",
        "timeFieldName": TIME,
        "fieldAttrs": _text(labels),
        "fieldFormatMap": _text(formats),
        "fields": "[]",
        "runtimeFieldMap": "{}",
        "sourceFilters": "[]",
        "typeMeta": "{}",
    }
    return _object("index-pattern", indices, DATA_VIEW_VERSION, attributes, [])


def _names(language: Language) -> dict[str, dict[str, str]]:
    names = Names(language)
    return {
        "category": {code: names.category(code) for code in taxonomy().codes},
        "severity": {str(level): names.severity(level) for level in taxonomy().severity},
        "kind": {code: names.kind(code) for code in Kind if code is not Kind.NONE},
        "state": {code: names.state(code) for code in STATES},
        "type": {code: names.type(code) for code in TYPES},
    }


def _look_up(values: dict[str, str]) -> dict[str, Any]:
    entries = [{"key": str(code), "value": name} for code, name in values.items()]
    return {"id": "static_lookup", "params": {"lookupEntries": entries, "unknownKeyValue": None}}


def _dashboard(indices: str, board: Board) -> dict[str, Any]:
    placed = list(_placed(board))
    attributes = {
        "title": board.title,
        "description": board.about,
        "timeRestore": True,
        "timeFrom": board.since,
        "timeTo": "now",
        "optionsJSON": _text({"useMargins": True, "hidePanelTitles": False, "syncColors": True}),
        "panelsJSON": _text([_panel(indices, *one) for one in placed]),
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": _text({"query": {"language": "kuery", "query": ""}, "filter": []})
        },
    }
    references = [reference(indices, str(place["i"])) for place, _ in placed]
    return _object("dashboard", f"{indices}-{board.name}", DASHBOARD_VERSION, attributes, references)


def _placed(board: Board) -> Iterator[tuple[dict[str, Any], Chart]]:
    number = y = 0
    for height, charts in board.rows:
        width = GRID_WIDTH // len(charts)
        for column, chart in enumerate(charts):
            number += 1
            yield {"x": column * width, "y": y, "w": width, "h": height, "i": str(number)}, chart
        y += height


def _panel(indices: str, place: dict[str, Any], chart: Chart) -> dict[str, Any]:
    return {
        "type": "lens",
        "title": chart.title,
        "panelIndex": place["i"],
        "gridData": place,
        "embeddableConfig": {"attributes": chart.attributes(indices), "enhancements": {}},
    }


def _object(
    kind: str, name: str, version: str, attributes: dict[str, Any], references: list[Any]
) -> dict[str, Any]:
    return {
        "type": kind,
        "id": name,
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": CORE_VERSION,
        "typeMigrationVersion": version,
        "managed": False,
    }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
