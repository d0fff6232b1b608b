"""The tables of the embedded engine's file, and how to tell that a file is one of ours."""

import sqlite3

# "LNGI": marks the file in its header (SQLite's application_id), so that no other database is touched.
APPLICATION = 0x4C4E4749
# Raised with every change of the tables; another version is not read but made anew.
VERSION = 2

# Narrow rows for filters, order and counts apart from the bodies, so that scanning a million documents reads
# tens of megabytes and not gigabytes. `stamp` and `place` are the keys of `index.effective`. Partial indices
# cover the relevant few, which nearly all questions are about, and the possibly grave, which form a list of
# their own; they cost the irrelevant many nothing.
# Both text tables are contentless: the bodies hold the text already. `unicode61` folds diacritics in C, but
# not đ, which is therefore folded before; `bare` marks texts written wholly without diacritics.
TABLES = """
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    model TEXT NOT NULL,
    fetched TEXT NOT NULL,
    thread_id TEXT,
    duplicate_of TEXT,
    grp TEXT NOT NULL,
    source TEXT NOT NULL,
    type TEXT NOT NULL,
    kind TEXT NOT NULL,
    sentiment TEXT,
    state TEXT NOT NULL,
    relevant INTEGER NOT NULL,
    possibly_grave INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    day INTEGER NOT NULL,
    stamp TEXT NOT NULL,
    place TEXT NOT NULL
) STRICT;
CREATE INDEX documents_stamp ON documents (stamp);
CREATE INDEX documents_group ON documents (grp);
CREATE INDEX relevant_place ON documents (place, state, grp) WHERE relevant = 1;
CREATE INDEX relevant_group ON documents (grp, place, state, stamp) WHERE relevant = 1;
CREATE INDEX relevant_all ON documents (
    stamp, day, place, grp, source, type, kind, sentiment, state, severity
) WHERE relevant = 1;
CREATE INDEX possibly_grave_group ON documents (grp, place, relevant, state) WHERE possibly_grave = 1;
CREATE TABLE bodies (doc INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE categories (doc INTEGER, value TEXT, PRIMARY KEY (value, doc)) STRICT, WITHOUT ROWID;
CREATE INDEX categories_doc ON categories (doc);
CREATE TABLE provinces (doc INTEGER, value TEXT, PRIMARY KEY (value, doc)) STRICT, WITHOUT ROWID;
CREATE INDEX provinces_doc ON provinces (doc);
CREATE TABLE triage (page_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, triage TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE exact USING fts5 (
    title, lead, text, bare, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE folded USING fts5 (
    title, lead, text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
);
"""


def is_new(connection: sqlite3.Connection) -> bool:
    """Say whether the file holds nothing at all yet."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(tables == 0)


def make(connection: sqlite3.Connection) -> None:
    """Lay the tables in the open transaction."""
    # One by one: executescript would commit first.
    for statement in TABLES.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def fault(connection: sqlite3.Connection) -> str | None:
    """Return in words why the file can't be used, or None."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        return "is another program's database; name another file"
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        return f"has version {version}, not {VERSION}; move it away, `langnghe index` makes it anew"
    return None
