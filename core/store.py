"""Where the archive's files are: a folder on this machine, or a bucket on S3 (`core.bucket`)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from fsspec.core import split_protocol

from core.errors import ArchiveUnavailable, BadSettings
from core.settings import S3Settings


class Store(Protocol):
    """Files by their paths below one place, each whole or absent.

    All methods raise ArchiveUnavailable when the place can't be read or written; the message says what to do.
    """

    shown: str

    def put(self, path: str, body: bytes) -> None:
        """Write a file. The same path always gets the same bytes."""

    def get(self, path: str) -> bytes:
        """Return a file. Raises FileNotFoundError when it is gone."""

    def remove(self, path: str) -> None:
        """Remove a file; one that is gone already is no mistake."""

    def folders(self) -> list[str]:
        """Return the names of the folders at the top, sorted."""

    def files(self, folder: str) -> Iterator[str]:
        """Yield the paths of the files below `folder`, by and by, so that many take no more memory."""


def open_store(location: str, s3: S3Settings) -> Store:
    """Return the store at `location`: a folder, or `s3://BUCKET/PREFIX`. Nothing is touched yet.

    Raises BadSettings for another kind of place, MissingPart when the extra `s3` is not installed.
    """
    protocol, path = split_protocol(location)
    if protocol in (None, "file"):
        return Folder(path)
    if protocol in ("s3", "s3a"):
        from core.bucket import Bucket  # loads s3fs

        return Bucket(location, s3)
    raise BadSettings(f"archive_url {location!r} is neither a folder nor s3://BUCKET/PREFIX")


class Folder:
    """A folder on this machine. A file is written beside its place and put there when it is on the disk."""

    def __init__(self, root: str) -> None:
        """Use the folder `root`; it is made when first written to."""
        self.root = Path(root)
        self.shown = root

    def put(self, path: str, body: bytes) -> None:
        """Write a file; one that is there already has these bytes."""
        place = self.root / path
        if place.exists():
            return
        try:
            try:
                _write(place, body)
            except FileNotFoundError:  # the folder was empty just now, and who emptied it removed it
                _write(place, body)
        except OSError as error:
            raise self._unavailable(error, f"{path} can't be written") from error

    def get(self, path: str) -> bytes:
        """Return a file. Raises FileNotFoundError when it is gone."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._unavailable(error, f"{path} can't be read") from error

    def remove(self, path: str) -> None:
        """Remove a file, and its folder if nothing is left in it."""
        place = self.root / path
        try:
            place.unlink(missing_ok=True)
        except OSError as error:
            raise self._unavailable(error, f"{path} can't be removed") from error
        with suppress(OSError):  # others are in it
            place.parent.rmdir()

    def folders(self) -> list[str]:
        """Return the names of the folders at the top, sorted; none where nothing was ever written."""
        try:
            return sorted(entry.name for entry in os.scandir(self.root) if entry.is_dir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unavailable(error, "can't be listed") from error

    def files(self, folder: str) -> Iterator[str]:
        """Yield the paths of the files below `folder`, sorted, reading one folder at a time."""
        try:
            with os.scandir(self.root / folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except FileNotFoundError:  # it became empty and was removed
            return
        except OSError as error:
            raise self._unavailable(error, f"{folder} can't be listed") from error
        for entry in entries:
            if entry.is_dir():
                yield from self.files(f"{folder}/{entry.name}")
            else:
                yield f"{folder}/{entry.name}"

    def _unavailable(self, error: OSError, what: str) -> ArchiveUnavailable:
        why = error.strerror or error
        return ArchiveUnavailable(
            f"archive {self.shown}: {what}: {why}; check the folder and the room on its disk, and run again:"
            " nothing that was archived is lost"
        )


def _write(place: Path, body: bytes) -> None:
    """Write a file beside its place and move it there, both on the disk before this returns."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{uuid4().hex}")
    try:
        with draft.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # or a power cut could take the name back, and what it replaces is removed by then
    finally:
        os.close(folder)
