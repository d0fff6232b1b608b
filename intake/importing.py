"""Importing a file: one outcome for each row; pages go to the archive first, then to the records."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from core.archive import Archive
from core.contracts import Page
from core.errors import LangngheError
from core.legacy import Font, font_of
from core.logs import log
from core.outcomes import Outcome, Result, Stage
from core.records import Records
from core.records.crawled import later, record_batch, remembered, seen
from core.records.tombstones import erased, erased_ids
from core.urls import page_id
from intake.fonts import in_unicode
from intake.mapping import FileMapping
from intake.met import Met
from intake.pages import page_of
from intake.reading import rows
from intake.refusal import Refused
from intake.rows import Row

BATCH_ROWS = 500
BATCH_LETTERS = 4_000_000
PEEKED = 50  # rows by which a file is known to be typed for an old font


@dataclass(frozen=True)
class Import:
    """A file on its way in: by which mapping, and when it was handed in."""

    path: Path
    mapping: FileMapping
    at: datetime


@dataclass(frozen=True)
class RowDone:
    """What became of a row; of a refused one, which column is to blame."""

    number: int
    outcome: Outcome
    column: str = ""
    page: Page | None = None  # what goes to the archive


def bring_in(work: Import, archive: Archive, records: Records, run_id: str) -> Iterator[list[RowDone]]:
    """Import the file batch by batch; yield each once it is archived and written down.

    A kill loses only what was not yet archived; importing again adds what is missing and nothing else. Raises
    BadInput for a file that can't be read, ArchiveUnavailable and RecordsUnavailable.
    """
    for batch in judge(work, records):
        pages = [done.page for done in batch if done.page is not None]
        partitions = archive.write(pages)
        outcomes = [done.outcome for done in batch]
        record_batch(records, run_id, partitions, map(remembered, pages), outcomes)
        yield batch


def judge(work: Import, records: Records) -> Iterator[list[RowDone]]:
    """Yield what becomes of each row, in batches; nothing is written. Raises BadInput."""
    found = rows(work.path, work.mapping)
    head = list(islice(found, PEEKED))
    font = font_of([cell for row in head for cell in row.cells.values() if isinstance(cell, str)])
    with closing(Met()) as met:
        for batch in _batches(chain(head, found)):
            yield _judged(work, batch, font, records, met)


def _batches(found: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    letters = 0
    for row in found:
        batch.append(row)
        letters += sum(len(cell) for cell in row.cells.values() if isinstance(cell, str))
        if len(batch) == BATCH_ROWS or letters > BATCH_LETTERS:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


def _judged(
    work: Import, batch: Sequence[Row], font: Font | None, records: Records, met: Met
) -> list[RowDone]:
    read = [_read(work, row, font) for row in batch]
    pages = [page for page in read if isinstance(page, Page)]
    known = seen(records, [page.id for page in pages])
    gone = _erased(records, pages)
    done = []
    for row, page in zip(batch, read, strict=True):
        if isinstance(page, RowDone):
            done.append(page)
            continue
        before = met.before(page.id, page.content_hash, row.number)
        if page.id in gone:
            done.append(
                _done(work, row, Result.DROPPED, "erased", "was erased on request; it is not taken in again")
            )
        elif before is not None and before.content_hash != page.content_hash:
            detail = f"row {before.row} has the same id or address and another text; correct one of them"
            done.append(_done(work, row, Result.DROPPED, "repeated", detail))
        elif before is not None or (page.id in known and known[page.id].content_hash == page.content_hash):
            done.append(_done(work, row, Result.UNCHANGED))
        else:
            done.append(_done(work, row, Result.ARCHIVED, page=later(page, known.get(page.id))))
    return done


def _read(work: Import, row: Row, font: Font | None) -> Page | RowDone:
    """Return the page of a row, or what became of a row that has none. One bad row harms no other."""
    try:
        if row.fault is not None:
            raise row.fault
        return page_of(in_unicode(row.cells, font), work.mapping, work.at)
    except Refused as refused:
        column = dict(work.mapping.columns.named()).get(refused.field, "")
        return _done(work, row, Result.DROPPED, refused.reason, refused.detail, column)
    except LangngheError:
        raise
    except Exception as error:  # its message may hold words of the row
        name = type(error).__name__
        log("intake").error("row failed", file=work.path.name, row=row.number, error=name)
        return _done(work, row, Result.QUARANTINED, "intake_failed", f"unexpected {name}; report it")


def _erased(records: Records, pages: Sequence[Page]) -> set[str]:
    """Return the ids of pages that were erased, as such or as what the crawler found at their address."""
    addresses = {page.id: page_id(page.url) for page in pages if page.url.startswith("http")}
    gone = erased_ids(records, list(addresses.values()))
    return erased(records, pages) | {name for name, address in addresses.items() if address in gone}


def _done(
    work: Import,
    row: Row,
    result: Result,
    reason: str = "",
    detail: str = "",
    column: str = "",
    page: Page | None = None,
) -> RowDone:
    outcome = Outcome(
        stage=Stage.INTAKE,
        item=f"{work.path.name}:{row.number}",
        source_id=work.mapping.source.id,
        result=result,
        reason=reason,
        detail=detail,
    )
    return RowDone(row.number, outcome, column, page)
