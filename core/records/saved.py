"""Searches that a person keeps under a name."""

from datetime import UTC, datetime

from pydantic import AwareDatetime
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.contracts import Contract, Text
from core.records.database import Records
from core.records.tables import SavedRow
from core.text import fold


class SavedSearch(Contract):
    """A search under a name, unique for its person: the `place` in the console and what is asked there.

    `address` is what stands behind the question mark: the text in the search language (`q`) and filters.
    """

    number: int
    username: str
    name: Text
    place: str
    address: str
    saved_at: AwareDatetime


def saved_searches(records: Records, username: str) -> list[SavedSearch]:
    """Return what a person keeps, by name, as if written without diacritics."""
    with records.read() as session:
        kept = session.scalars(select(SavedRow).where(SavedRow.username == username))
        return sorted(map(_search, kept), key=lambda search: (fold(search.name), search.name))


def save_search(records: Records, username: str, name: str, place: str, address: str) -> SavedSearch | None:
    """Keep a search under `name`; None if the person has one of that name already."""
    with records.write() as session:
        if _named(session, username, name) is not None:
            return None
        row = SavedRow(username=username, name=name, place=place, address=address, saved_at=datetime.now(UTC))
        session.add(row)
        session.flush()
        return _search(row)


def rename_search(records: Records, username: str, number: int, name: str) -> bool | None:
    """Call a person's search `name`. False if another one is called so; None if there is no such search."""
    with records.write() as session:
        row = session.get(SavedRow, number)
        if row is None or row.username != username:
            return None
        other = _named(session, username, name)
        if other is not None and other.number != number:
            return False
        row.name = name
        return True


def drop_search(records: Records, username: str, number: int) -> None:
    """Forget a person's search; one that is not there needs no forgetting."""
    with records.write() as session:
        session.execute(delete(SavedRow).where(SavedRow.number == number, SavedRow.username == username))


def _named(session: Session, username: str, name: str) -> SavedRow | None:
    wanted = select(SavedRow).where(SavedRow.username == username, SavedRow.name == name)
    return session.scalars(wanted).first()


def _search(row: SavedRow) -> SavedSearch:
    return SavedSearch.model_validate({f: getattr(row, f) for f in SavedSearch.model_fields})
