"""The embedded engine: SQLite with FTS5, in one file."""

from index.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
