"""Generations as aliases: which indices serve is changed in one step."""

from core.errors import IndexUnavailable
from core.settings import ElasticSettings
from index.elastic import schema
from index.elastic.cluster import Cluster
from index.elastic.engine import ElasticEngine
from index.elastic.fresh import Fresh


class ElasticGenerations:
    """`index.generations.Generations` under one prefix of a cluster."""

    def __init__(self, settings: ElasticSettings, *, patient: bool = True) -> None:
        """Look after the generations under `settings.prefix`; nothing is sent yet."""
        self._settings = settings
        self._patient = patient
        self._cluster = Cluster(settings, patient=patient)
        self._fresh = Fresh()

    def open(self) -> ElasticEngine:
        """Open what serves, beginning a first generation if there is none."""
        return ElasticEngine(self._settings, patient=self._patient, fresh=self._fresh)

    def serving(self) -> str | None:
        """Return the name of the generation that serves, if any."""
        return schema.read_layout(self._cluster).serving

    def building(self) -> str | None:
        """Return the name of the generation that is being built, if any."""
        return schema.read_layout(self._cluster).building

    def build(self, name: str) -> ElasticEngine:
        """Open the generation `name` for writing, beginning it if need be."""
        layout = schema.read_layout(self._cluster)
        if name not in (layout.serving, layout.building):
            schema.begin(self._cluster, name)
            alias = layout.names.building
            self._alias([_remove(f"{self._cluster.prefix}-*", alias), _add(layout.names.mark(name), alias)])
        return ElasticEngine(self._settings, patient=self._patient, generation=name, fresh=self._fresh)

    def swap(self, name: str) -> None:
        """Let `name` serve; once more if a month was begun between looking and changing."""
        while True:
            layout = schema.read_layout(self._cluster)
            names = layout.names
            mine = set(layout.generations.get(name, ()))
            if not mine:
                raise IndexUnavailable(
                    f"there is no generation {name!r} on Elasticsearch ({self._cluster.hosts}); "
                    "`langnghe rebuild` makes one anew"
                )
            serve = {index for index, aliases in layout.indices.items() if names.prefix in aliases}
            if serve == mine and layout.building != name:
                return
            self._alias(
                [
                    *(_remove(index, names.prefix) for index in sorted(serve - mine)),
                    *(_add(index, names.prefix) for index in sorted(mine - serve)),
                    _remove(names.mark(name), names.building),
                ]
            )

    def drop(self, name: str) -> None:
        """Remove a generation that does not serve."""
        layout = schema.read_layout(self._cluster)
        if name == layout.serving:
            raise IndexUnavailable(f"the generation {name!r} serves and can't be dropped")
        # The mark goes last: a kill leaves what is known as a generation, to be dropped again.
        self._cluster.delete(layout.generations.get(name, ()))

    def names(self) -> list[str]:
        """Return all that there are, in order of name."""
        return sorted(schema.read_layout(self._cluster).generations)

    def close(self) -> None:
        """Close all connections."""
        self._cluster.close()

    def _alias(self, actions: list[dict[str, dict[str, object]]]) -> None:
        self._cluster.ask(lambda: self._cluster.client.indices.update_aliases(actions=actions))


def _add(index: str, alias: str) -> dict[str, dict[str, object]]:
    return {"add": {"index": index, "alias": alias}}


def _remove(index: str, alias: str) -> dict[str, dict[str, object]]:
    return {"remove": {"index": index, "alias": alias, "must_exist": False}}
