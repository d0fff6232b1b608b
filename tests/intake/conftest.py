"""Partners' files, and the archive and records that they go to."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from core.archive import Archive
from core.contracts import Page
from core.records import Records, runs
from core.settings import Settings
from intake.importing import Import, RowDone, bring_in
from intake.mapping import FileMapping
from tests.conftest import NOON

Importer = Callable[..., list[RowDone]]
COLUMNS = {"text": "Nội dung", "title": "Tiêu đề", "id": "Mã"}
HEADER = "Mã,Tiêu đề,Nội dung\n"


def mapping(columns: Mapping[str, object] = COLUMNS, **given: object) -> FileMapping:
    """A mapping for the partner of the tests."""
    source = {"id": "doi-tac", "name": "Đối tác"}
    return FileMapping.model_validate({"source": source, "columns": dict(columns), **given})


@pytest.fixture
def archive(settings: Settings) -> Archive:
    """An empty archive."""
    return Archive(settings.archive_location)


@pytest.fixture
def archived(archive: Archive) -> Callable[[], dict[str, Page]]:
    """A function that gives every archived page by id; it fails if one is there twice."""

    def pages() -> dict[str, Page]:
        found = [page for path in archive.partitions() for page in archive.read(path)]
        assert len({(page.id, page.content_hash) for page in found}) == len(found)
        return {page.id: page for page in sorted(found, key=lambda page: page.fetched_at)}

    return pages


@pytest.fixture
def bring(tmp_path: Path, archive: Archive, records: Records) -> Importer:
    """A function that imports text, bytes or an existing file, and gives what became of the rows."""

    def bring_file(
        content: str | bytes | Path, by: FileMapping | None = None, name: str = "file.csv"
    ) -> list[RowDone]:
        path = content if isinstance(content, Path) else tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        run_id = runs.start_run(records, "import")
        work = Import(path, by or mapping(), NOON)
        done = [row for batch in bring_in(work, archive, records, run_id) for row in batch]
        runs.finish_run(records, run_id, "done")
        assert sum(runs.outcome_counts(records, run_id).values()) == len(done)
        return done

    return bring_file


def labels(done: list[RowDone]) -> list[str]:
    """What became of the rows, in order."""
    return [row.outcome.label for row in done]
