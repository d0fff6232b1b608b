"""Analysed documents on their way to the index: one file for each archive partition, gone when indexed."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from core.contracts import Document
from core.errors import ArchiveUnavailable

SUFFIX = ".jsonl.gz"


class Spool:
    """JSON Lines files below a folder, named like the archive's partitions, whole or absent.

    Who writes or drops the documents of a partition is the only one that works on it.
    """

    def __init__(self, folder: Path) -> None:
        """Use `folder`; it is made when first written to."""
        self.folder = folder

    def write(self, partition: str, documents: Sequence[Document]) -> None:
        """Keep the documents of a partition. Raises ArchiveUnavailable when the disk refuses."""
        path = self._path(partition)
        draft = path.with_name(f".{path.name}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with gzip.open(draft, "wt", encoding="utf-8", compresslevel=1) as file:
                file.writelines(document.model_dump_json() + "\n" for document in documents)
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise ArchiveUnavailable(f"{path}: {error.strerror or error}; nothing was lost") from error

    def read(self, partition: str) -> list[Document] | None:
        """Return the documents of a partition, or None if there are none and it must be analysed again."""
        try:
            with gzip.open(self._path(partition), "rt", encoding="utf-8") as file:
                return [Document.model_validate_json(line) for line in file]
        except (OSError, EOFError, ValueError):
            return None

    def drop(self, partition: str) -> None:
        """Forget a partition's documents, also what a kill left half written."""
        path = self._path(partition)
        for left in (path, *path.parent.glob(f".{path.name}*")):
            left.unlink(missing_ok=True)

    def partitions(self) -> set[str]:
        """Return the partitions of which anything is here."""
        files = [path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file()]
        names = {path: path.name.removeprefix(".").partition(SUFFIX)[0] for path in files}
        return {path.with_name(name).as_posix() for path, name in names.items()}

    def _path(self, partition: str) -> Path:
        return self.folder / f"{partition}{SUFFIX}"
