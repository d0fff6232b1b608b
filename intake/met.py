"""The texts that a file has held so far, on disk, so that a million rows take no more memory than ten."""

import sqlite3
from typing import NamedTuple


class Before(NamedTuple):
    """An earlier row with the same id."""

    row: int
    content_hash: str


class Met:
    """Remembers the first row of each id, for one pass through a file."""

    def __init__(self) -> None:
        """Begin with nothing, in a nameless database that goes when it is closed."""
        self.database = sqlite3.connect("", isolation_level=None)
        self.database.execute("PRAGMA journal_mode = OFF")
        self.database.execute("PRAGMA synchronous = OFF")
        self.database.execute(
            "CREATE TABLE met (id TEXT PRIMARY KEY, row INTEGER, content_hash TEXT) WITHOUT ROWID"
        )

    def before(self, page_id: str, content_hash: str, row: int) -> Before | None:
        """Return the first row that had this id, None if that is this one."""
        values = (page_id, row, content_hash)
        if self.database.execute("INSERT OR IGNORE INTO met VALUES (?, ?, ?)", values).rowcount:
            return None
        found = self.database.execute("SELECT row, content_hash FROM met WHERE id = ?", (page_id,))
        return Before(*found.fetchone())

    def close(self) -> None:
        """Forget all."""
        self.database.close()
