"""Charts as Kibana's Lens keeps them: columns computed by Elasticsearch, and how they are drawn.

The form is that of Kibana 9's exports (`formBased` layers, saved object version 10.2.0 of a dashboard).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
LAYER = "layer"


@dataclass(frozen=True)
class Column:
    """One column of a chart: what Elasticsearch computes, under a name. A bucket splits, others count."""

    label: str
    kind: Literal["count", "terms", "time"]
    field: str = "___records___"
    data: Literal["number", "string", "boolean", "date"] = "number"
    most: int = 20
    interval: Literal["d", "w"] = "d"
    only: str = ""

    @property
    def bucket(self) -> bool:
        """Whether it splits documents rather than counting them."""
        return self.kind != "count"


@dataclass(frozen=True)
class Chart:
    """A chart by its title, drawn as `shape`, of documents that `query` (in KQL) matches.

    Its buckets come first in `columns`. `metric`: one count. `bars`, `lines` and `stack`: counts by the first
    bucket, split by the second. `table`: buckets, then counts. `grid`: counts by two buckets.
    """

    title: str
    shape: Literal["metric", "bars", "lines", "stack", "table", "grid"]
    columns: Sequence[Column]
    query: str = ""

    def attributes(self, data_view: str) -> Json:
        """Return what a dashboard's panel holds of the chart."""
        return {
            "title": self.title,
            "type": "lens",
            "visualizationType": _TYPES[self.shape],
            "references": [reference(data_view)],
            "state": {
                "adHocDataViews": {},
                "internalReferences": [],
                "filters": [],
                "query": {"language": "kuery", "query": self.query},
                "datasourceStates": {
                    "formBased": {"layers": {LAYER: self._computed()}},
                    "textBased": {"layers": {}},
                },
                "visualization": self._drawn(),
            },
        }

    def _computed(self) -> Json:
        first_count = next(f"c{at}" for at, column in enumerate(self.columns) if not column.bucket)
        columns = {f"c{at}": _column(column, first_count) for at, column in enumerate(self.columns)}
        return {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}, "sampling": 1}

    def _drawn(self) -> Json:
        names = {f"c{at}": column for at, column in enumerate(self.columns)}
        buckets = [name for name, column in names.items() if column.bucket]
        counts = [name for name, column in names.items() if not column.bucket]
        layer = {"layerId": LAYER, "layerType": "data"}
        match self.shape:
            case "metric":
                return layer | {"metricAccessor": counts[0]}
            case "table":
                columns = [{"columnId": name, "isMetric": name in counts} for name in names]
                return layer | {"columns": columns, "paging": {"enabled": True, "size": 20}}
            case "grid":
                grid = {"type": "heatmap_grid", "isCellLabelVisible": True}
                return layer | {
                    "shape": "heatmap",
                    "xAccessor": buckets[0],
                    "yAccessor": buckets[1],
                    "valueAccessor": counts[0],
                    "legend": {"isVisible": False, "position": "right", "type": "heatmap_legend"},
                    "gridConfig": grid | {"isXAxisLabelVisible": True, "isYAxisLabelVisible": True},
                }
        series = _SERIES[self.shape]
        split = {"splitAccessor": buckets[1]} if len(buckets) > 1 else {}
        drawn = layer | {"seriesType": series, "xAccessor": buckets[0], "accessors": counts} | split
        return {
            "layers": [drawn],
            "preferredSeriesType": series,
            "legend": {"isVisible": len(buckets) > 1, "position": "bottom"},
            "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
            "valueLabels": "show" if self.shape == "bars" else "hide",
        }


def reference(data_view: str, panel: str = "") -> Mapping[str, str]:
    """Return how a chart, or the dashboard whose `panel` it is, names its data view."""
    name = f"indexpattern-datasource-layer-{LAYER}"
    return {"type": "index-pattern", "id": data_view, "name": f"{panel}:{name}" if panel else name}


_TYPES = {
    "metric": "lnsMetric",
    "table": "lnsDatatable",
    "grid": "lnsHeatmap",
    "bars": "lnsXY",
    "lines": "lnsXY",
    "stack": "lnsXY",
}
_SERIES = {"bars": "bar_horizontal", "lines": "line", "stack": "bar_stacked"}


def _column(column: Column, first_count: str) -> Json:
    common: Json = {"label": column.label, "customLabel": True, "sourceField": column.field}
    common |= {"dataType": column.data, "isBucketed": column.bucket}
    match column.kind:
        case "count":
            only = {"filter": {"language": "kuery", "query": column.only}} if column.only else {}
            count: Json = {"operationType": "count", "scale": "ratio", "params": {"emptyAsNull": False}}
            return common | count | only
        case "time":
            params: Json = {"interval": column.interval, "includeEmptyRows": True, "dropPartials": False}
            return common | {"operationType": "date_histogram", "scale": "interval", "params": params}
    params = {
        "size": column.most,
        "orderBy": {"type": "column", "columnId": first_count},
        "orderDirection": "desc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
    }
    return common | {"operationType": "terms", "scale": "ordinal", "params": params}
