"""The tables of the embedded engine's file, and how to tell that a file is one of ours."""

# ruff: noqa: S608 - statements are put together from constants of this package.
import sqlite3
from typing import NamedTuple

# "LNGI": marks the file in its header (SQLite's application_id), so that no other database is touched.
APPLICATION = 0x4C4E4749
# Raised with every change of the tables or of the files' names; another version is not read but made anew.
VERSION = 4


class Texts(NamedTuple):
    """The names of two text tables: one with the words as they are, one with the bare ones."""

    exact: str
    folded: str


# Those of all documents, and those of the relevant alone, which nearly all searches are for: looking a common
# word up costs by how many documents have it.
ALL_TEXTS = Texts("exact", "folded")
RELEVANT_TEXTS = Texts("relevant_exact", "relevant_folded")
TEXT_TABLES = (*ALL_TEXTS, *RELEVANT_TEXTS)

# Narrow rows for filters, order and counts apart from the bodies, so that scanning a million documents reads
# tens of megabytes and not gigabytes. `stamp` and `place` are the keys of `index.effective`. Partial indices
# cover the relevant few, which nearly all questions are about, and the possibly grave, which form a list of
# their own; they cost the irrelevant many nothing.
# Text tables are contentless: the bodies hold the text already. `unicode61` folds diacritics in C, but
# not đ, which is therefore folded before; `bare` marks texts written wholly without diacritics.
# `openings` has the pairs of syllables (`index.standing`) of titles and leads of the relevant documents that
# are no copies, and `background` in how many of these each pair is.
TABLES = """
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    model TEXT NOT NULL,
    fetched TEXT NOT NULL,
    first_fetched TEXT NOT NULL,
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
CREATE TABLE openings (doc INTEGER PRIMARY KEY, pairs TEXT NOT NULL) STRICT;
CREATE TABLE background (pair TEXT PRIMARY KEY, texts INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""
_EXACT = """CREATE VIRTUAL TABLE {} USING fts5 (
    title, lead, text, bare, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0'
)"""
_FOLDED = """CREATE VIRTUAL TABLE {} USING fts5 (
    title, lead, text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
)"""
# Parts of a text table that are merged at once. With sixteen instead of FTS5's four, writing took a seventh
# fewer instructions; but at sixteen FTS5 merges a whole level in one long transaction, so half of that.
MERGED_PARTS = 8

# The background follows the openings, whoever writes or removes them.
TRIGGERS = (
    """CREATE TRIGGER opened AFTER INSERT ON openings BEGIN
        INSERT INTO background SELECT value, 1 FROM json_each(new.pairs) WHERE true
            ON CONFLICT DO UPDATE SET texts = texts + 1;
    END""",
    """CREATE TRIGGER closed AFTER DELETE ON openings BEGIN
        UPDATE background SET texts = texts - 1 WHERE pair IN (SELECT value FROM json_each(old.pairs));
        DELETE FROM background WHERE texts = 0 AND pair IN (SELECT value FROM json_each(old.pairs));
    END""",
)


def is_new(connection: sqlite3.Connection) -> bool:
    """Say whether the file holds nothing at all yet."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(tables == 0)


def make(connection: sqlite3.Connection) -> None:
    """Lay the tables in the open transaction."""
    # One by one: executescript would commit first.
    for statement in (*TABLES.split(";"), *TRIGGERS):
        connection.execute(statement)
    for texts in (ALL_TEXTS, RELEVANT_TEXTS):
        connection.execute(_EXACT.format(texts.exact))
        connection.execute(_FOLDED.format(texts.folded))
    for table in TEXT_TABLES:
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('automerge', {MERGED_PARTS})")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def fault(connection: sqlite3.Connection) -> str | None:
    """Return in words why the file can't be used, or None."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        return "is another program's database; name another file"
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        return f"has version {version}, not {VERSION}; `langnghe rebuild` makes it anew"
    return None
