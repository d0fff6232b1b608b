"""The embedded engine: SQLite with FTS5, in one file."""
