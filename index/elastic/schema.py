"""Indices are made here, each with its strict mapping, and their version is checked."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from elasticsearch import ApiError

from core.errors import IndexUnavailable, IndexUnusable
from index.elastic.cluster import Cluster
from index.elastic.layout import FIRST, Layout, Names


@cache
def definition(kind: Literal["documents", "triages"]) -> dict[str, Any]:
    """Return mapping and settings of an index, as its file in this package has them."""
    return dict(json.loads(files("index.elastic").joinpath(f"{kind}.json").read_text("utf-8")))


def version() -> int:
    """Return the version of what is stored of documents, raised when its mapping or its meaning changes."""
    return int(definition("documents")["mappings"]["_meta"]["schema"])


def read_layout(cluster: Cluster) -> Layout:
    """Return which indices there are."""
    found = cluster.ask(lambda: cluster.client.indices.get_alias(index=f"{cluster.prefix}-*"))
    return Layout(
        Names(cluster.prefix), {index: frozenset(held["aliases"]) for index, held in found.body.items()}
    )


def prepare(cluster: Cluster, generation: str | None = None) -> None:
    """See that `generation` is there, or without one that any serves, beginning a first one if none does.

    Raises IndexUnavailable for one with another version of the mapping.
    """
    layout = read_layout(cluster)
    if layout.names.triages not in layout.indices:
        _forbid_others(cluster)
        _make(cluster, layout.names.triages, "triages", [])
    if generation is not None:
        check(cluster, layout.names.mark(generation))
        return
    if layout.serving is None:
        names = layout.names
        _make(cluster, names.mark(FIRST), "documents", [names.all_of(FIRST), names.prefix])
        layout = read_layout(cluster)
    if layout.serving is not None:
        check(cluster, layout.names.mark(layout.serving))


def check(cluster: Cluster, index: str) -> None:
    """Raise IndexUnavailable if `index` was made by a program with another mapping."""
    mapping = cluster.ask(lambda: cluster.client.indices.get_mapping(index=index))
    found = mapping.body[index]["mappings"].get("_meta", {}).get("schema")
    if found != version():
        raise IndexUnusable(
            f"the index {index} on Elasticsearch ({cluster.hosts}) has version {found}, not {version()}; "
            "`langnghe rebuild` makes it anew"
        )


def current(cluster: Cluster) -> set[str]:
    """Return the generations whose documents have this version of the mapping."""
    names = Names(cluster.prefix)
    found = cluster.ask(
        lambda: cluster.client.indices.get_mapping(
            index=names.mark("*"), filter_path=["*.mappings._meta.schema"], ignore_unavailable=True
        )
    )
    held = {names.generation(index): of["mappings"]["_meta"]["schema"] for index, of in found.body.items()}
    return {name for name, has in held.items() if name is not None and has == version()}


def begin(cluster: Cluster, generation: str) -> None:
    """Make the mark of a generation, if it is not there."""
    names = Names(cluster.prefix)
    _make(cluster, names.mark(generation), "documents", [names.all_of(generation)])


def add_month(cluster: Cluster, generation: str, index: str) -> None:
    """Make the index of a month, and let it serve if its generation does.

    The mark is taken out of the serving alias and put back in the same step, which fails as a whole unless
    it is in there: so a swap at the same moment comes either before or after, never between.
    """
    names = Names(cluster.prefix)
    _make(cluster, index, "documents", [names.all_of(generation)])
    check(cluster, index)  # It may have been there, made by someone else.
    mark, serving = names.mark(generation), names.prefix
    actions: list[dict[str, dict[str, object]]] = [
        {"remove": {"index": mark, "alias": serving, "must_exist": True}},
        {"add": {"index": mark, "alias": serving}},
        {"add": {"index": index, "alias": serving}},
    ]
    try:
        cluster.ask(lambda: cluster.client.indices.update_aliases(actions=actions), answers=[404])
    except ApiError:
        return  # It does not serve.


def _forbid_others(cluster: Cluster) -> None:
    """Let no write make an index under our prefix: it would have no strict mapping, and no alias."""
    cluster.ask(
        lambda: cluster.client.indices.put_index_template(
            name=cluster.prefix, index_patterns=[f"{cluster.prefix}-*"], priority=500, allow_auto_create=False
        )
    )


def _make(cluster: Cluster, index: str, kind: Literal["documents", "triages"], aliases: list[str]) -> None:
    made = definition(kind)
    settings = {
        **made["settings"],
        "number_of_shards": cluster.settings.shards if kind == "documents" else 1,
        "number_of_replicas": cluster.settings.replicas,
    }
    try:
        cluster.ask(
            lambda: cluster.client.indices.create(
                index=index, settings=settings, mappings=made["mappings"], aliases={a: {} for a in aliases}
            ),
            answers=[400],
        )
    except ApiError as error:
        if error.error != "resource_already_exists_exception":
            raise IndexUnavailable(
                f"the index {index} can't be made on Elasticsearch ({cluster.hosts}): {_why(error)}"
            ) from error


def _why(error: ApiError) -> str:
    told = error.body["error"]
    return f"{error.error}, {told.get('reason')}" if isinstance(told, dict) else str(told)
