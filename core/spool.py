"""Analysed documents on their way to the index: one file for each archive partition, gone when indexed."""

import gzip
import os
from collections.abc import Sequence, Set
from pathlib import Path

from core.contracts import Document
from core.errors import ArchiveUnavailable


class Spool:
    """JSON Lines files below a folder, named like the archive's partitions, whole or absent."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`; it is made when first written to."""
        self.folder = folder

    def write(self, partition: str, documents: Sequence[Document]) -> None:
        """Keep the documents of a partition. Raises ArchiveUnavailable when the disk refuses."""
        path = self._path(partition)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
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
        """Forget a partition's documents."""
        self._path(partition).unlink(missing_ok=True)

    def keep(self, partitions: Set[str]) -> None:
        """Forget all but these: what a kill left behind of documents that are indexed."""
        wanted = {self._path(partition) for partition in partitions}
        for path in self.folder.rglob("*"):
            if path.is_file() and path not in wanted:
                path.unlink(missing_ok=True)

    def _path(self, partition: str) -> Path:
        return self.folder / f"{partition}.jsonl.gz"
