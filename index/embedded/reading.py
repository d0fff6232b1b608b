"""From the tables back to hits."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from core.contracts import Document, Triage
from index.engine import Hit
from index.expression import Expression
from index.hits import hit
from index.words import sought


def document_of(body: str, duplicate_of: str | None) -> Document:
    """Return the stored document; who leads it may have changed since and comes from its row."""
    document = Document.model_validate_json(body)
    if document.analysis.duplicate_of == duplicate_of:
        return document
    analysis = document.analysis.model_copy(update={"duplicate_of": duplicate_of})
    return document.model_copy(update={"analysis": analysis})


def hits(
    connection: sqlite3.Connection, numbers: Sequence[int], expression: Expression, others: Mapping[int, int]
) -> tuple[Hit, ...]:
    """Return the documents of `numbers` in that order, with where the terms of `expression` are in them."""
    rows = connection.execute(
        "SELECT doc, body, duplicate_of, triage FROM documents JOIN bodies USING (doc)"
        " LEFT JOIN triage ON page_id = id WHERE doc IN (SELECT value FROM json_each(?))",
        [json.dumps(list(numbers))],
    )
    found = {
        doc: (
            document_of(body, duplicate_of),
            Triage.model_validate_json(verdict) if verdict else Triage(),
        )
        for doc, body, duplicate_of, verdict in rows
    }
    terms = sought(expression)
    return tuple(hit(*found[doc], terms, others.get(doc, 0)) for doc in numbers)
