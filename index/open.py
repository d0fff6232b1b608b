"""The engine that the settings name, and its generations."""

from core.settings import Settings
from index.embedded.generations import EmbeddedGenerations
from index.engine import Engine
from index.generations import Generations


def open_engine(settings: Settings, *, patient: bool = True) -> Engine:
    """Return the engine of `settings`. Raises IndexUnavailable if it can't be used. The caller closes it.

    `patient`: a cluster that is down is waited for (`settings.elastic.wait_s`), as runs do; the console says
    so at once.
    """
    return open_generations(settings, patient=patient).open()


def open_generations(settings: Settings, *, patient: bool = True) -> Generations:
    """Return the generations of the index that `settings` name. Nothing is opened yet."""
    if settings.elastic.hosts:
        from index.elastic import ElasticGenerations  # its client takes half a second to load

        return ElasticGenerations(settings.elastic, patient=patient)
    return EmbeddedGenerations(settings.index_path)
