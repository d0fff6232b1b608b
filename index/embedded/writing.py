"""Documents, duplicates and verdicts on their way into the tables, within an open transaction."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound.
import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from core.contracts import Document, Triage
from core.masking import masked
from index.effective import Effective, day_of, effective, group_of, place, stamp
from index.embedded.reading import document_of
from index.embedded.schema import ALL_TEXTS, RELEVANT_TEXTS
from index.embedded.standing import stand
from index.embedded.words import add_words, remove_words
from index.engine import Written
from index.revision import Revision, news

_ROW = "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# The documents of a list of page ids.
_NUMBERS = "SELECT doc FROM documents WHERE id IN (SELECT value FROM json_each(?))"


def write(connection: sqlite3.Connection, documents: Sequence[Document]) -> list[Written]:
    """Index `documents` as `index.engine.Engine.write` says; returns what became of each."""
    numbers, known = _held(connection, {d.id for d in documents})
    before = dict(known)
    wanted, written = news(map(masked, documents), known)
    remove(connection, [numbers[page_id] for page_id in wanted if page_id in numbers])
    _insert(connection, list(wanted.values()), known)
    late = [i for i in before.keys() - wanted.keys() if known[i] != before[i]]
    connection.executemany(
        "UPDATE documents SET first_fetched = ? WHERE id = ?", [(known[i].first, i) for i in late]
    )
    return written


def lead(connection: sqlite3.Connection, leader: str, followers: Sequence[str]) -> None:
    """Record who is whose duplicate as `index.engine.Engine.lead` says."""
    rows = [(leader, follower) for follower in followers if follower != leader]
    connection.executemany("UPDATE documents SET duplicate_of = ? WHERE id = ?", [(None, leader), *rows])
    regroup = "UPDATE documents SET grp = coalesce(thread_id, duplicate_of, id) WHERE id = ?"
    connection.executemany(regroup, [(leader,), *((follower,) for follower in followers)])
    moved = json.dumps([leader, *followers])
    connection.execute(f"DELETE FROM openings WHERE doc IN ({_NUMBERS})", [moved])
    bodies = connection.execute(
        "SELECT doc, body FROM documents JOIN bodies USING (doc)"
        f" WHERE relevant = 1 AND duplicate_of IS NULL AND doc IN ({_NUMBERS})",
        [moved],
    ).fetchall()
    stand(connection, [(doc, document_of(body, None)) for doc, body in bodies])


def apply(connection: sqlite3.Connection, triages: Mapping[str, Triage]) -> None:
    """Put verdicts into force as `index.engine.Engine.apply` says."""
    held = _triages(connection, triages)
    later = {i: t for i, t in triages.items() if i not in held or t.seq > held[i].seq}
    connection.executemany(
        "INSERT OR REPLACE INTO triage VALUES (?, ?, ?)",
        [(page_id, triage.seq, triage.model_dump_json()) for page_id, triage in later.items()],
    )
    rows = connection.execute(
        "SELECT doc, body, duplicate_of, relevant FROM documents JOIN bodies USING (doc)"
        " WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(later))],
    ).fetchall()
    for doc, body, duplicate_of, was_relevant in rows:
        document = document_of(body, duplicate_of)
        triage = later[document.id]
        counted = effective(document, triage)
        connection.execute(
            "UPDATE documents SET state = ?, relevant = ?, possibly_grave = ?, severity = ?, kind = ?,"
            " place = ? WHERE doc = ?",
            [
                triage.state,
                counted.relevant,
                counted.possibly_grave,
                counted.severity,
                counted.kind,
                place(counted.severity, document.analysis.relevance, stamp(document)),
                doc,
            ],
        )
        if counted.relevant and not was_relevant:
            add_words(connection, RELEVANT_TEXTS, [(doc, document)])
        elif was_relevant and not counted.relevant:
            remove_words(connection, RELEVANT_TEXTS, [(doc, document)])
        connection.execute("DELETE FROM categories WHERE doc = ?", [doc])
        _insert_categories(connection, [(doc, code) for code in counted.categories])
        connection.execute("DELETE FROM openings WHERE doc = ?", [doc])
        if counted.relevant and duplicate_of is None:
            stand(connection, [(doc, document)])


def _held(
    connection: sqlite3.Connection, page_ids: Collection[str]
) -> tuple[dict[str, int], dict[str, Revision]]:
    rows = connection.execute(
        "SELECT id, doc, content_hash, model, fetched, first_fetched FROM documents"
        " WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(page_ids))],
    ).fetchall()
    return {row[0]: row[1] for row in rows}, {row[0]: Revision(*row[2:]) for row in rows}


def _triages(connection: sqlite3.Connection, page_ids: Iterable[str]) -> dict[str, Triage]:
    rows = connection.execute(
        "SELECT page_id, triage FROM triage WHERE page_id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(page_ids))],
    )
    return {page_id: Triage.model_validate_json(triage) for page_id, triage in rows}


def _insert(
    connection: sqlite3.Connection, documents: Sequence[Document], revisions: Mapping[str, Revision]
) -> None:
    (last,) = connection.execute("SELECT coalesce(max(doc), 0) FROM documents").fetchone()
    numbered = list(enumerate(documents, last + 1))
    triages = _triages(connection, [d.id for d in documents])
    rows = []
    categories = []
    relevant = []
    for doc, document in numbered:
        triage = triages.get(document.id, _UNTOUCHED)
        counted = effective(document, triage)
        rows.append(_row(doc, document, revisions[document.id], triage, counted))
        categories += [(doc, code) for code in counted.categories]
        if counted.relevant:
            relevant.append((doc, document))
    connection.executemany(_ROW, rows)
    connection.executemany(
        "INSERT INTO bodies VALUES (?, ?)",
        [(doc, d.model_dump_json(exclude_defaults=True)) for doc, d in numbered],
    )
    _insert_categories(connection, categories)
    stand(connection, [(doc, d) for doc, d in relevant if d.analysis.duplicate_of is None])
    connection.executemany(
        "INSERT OR IGNORE INTO provinces VALUES (?, ?)",
        [(doc, province) for doc, d in numbered for province in d.analysis.provinces],
    )
    add_words(connection, ALL_TEXTS, numbered)
    add_words(connection, RELEVANT_TEXTS, relevant)


_UNTOUCHED = Triage()


def _insert_categories(connection: sqlite3.Connection, rows: Sequence[tuple[int, str]]) -> None:
    connection.executemany("INSERT OR IGNORE INTO categories VALUES (?, ?)", rows)


def remove(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Take the documents with these numbers out of all tables."""
    wanted = [json.dumps(numbers)]
    listed = "(SELECT value FROM json_each(?))"
    held = connection.execute(
        f"SELECT doc, body, relevant FROM documents JOIN bodies USING (doc) WHERE doc IN {listed}", wanted
    ).fetchall()
    old = {doc: document_of(body, None) for doc, body, _ in held}
    remove_words(connection, ALL_TEXTS, list(old.items()))
    remove_words(connection, RELEVANT_TEXTS, [(doc, old[doc]) for doc, _, relevant in held if relevant])
    for table in ("documents", "bodies", "categories", "provinces", "openings"):
        connection.execute(f"DELETE FROM {table} WHERE doc IN {listed}", wanted)


def _row(
    doc: int, document: Document, revision: Revision, triage: Triage, counted: Effective
) -> tuple[int | str | None, ...]:
    page, analysis = document.page, document.analysis
    key = stamp(document)
    return (
        doc,
        page.id,
        *revision,
        page.thread_id,
        analysis.duplicate_of,
        group_of(page.id, page.thread_id, analysis.duplicate_of),
        page.source_id,
        page.type,
        counted.kind,
        analysis.sentiment,
        triage.state,
        counted.relevant,
        counted.possibly_grave,
        counted.severity,
        day_of(document).toordinal(),
        key,
        place(counted.severity, analysis.relevance, key),
    )
