"""The engine that the settings name."""

from core.settings import Settings
from index.embedded import EmbeddedEngine
from index.engine import Engine


def open_engine(settings: Settings) -> Engine:
    """Return the engine of `settings`. Raises IndexUnavailable if it can't be used. The caller closes it."""
    return EmbeddedEngine(settings.index_path)
