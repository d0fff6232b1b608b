"""Extraction: from the bytes of a page to what it says, as a pure function."""

import gzip
import zlib
from pathlib import Path

from core.errors import BadInput
from crawlers.extraction.article import extract
from crawlers.extraction.decoding import BYTES_LIMIT, decode
from crawlers.extraction.result import Extract

__all__ = ["Extract", "decode", "extract", "extract_file"]


def extract_file(path: Path, url: str = "") -> dict[str, str | None]:
    """Return the row that `langnghe extract` prints for one `.html` or `.html.gz` file.

    Keys: file, url, title, lead, text (`Extract.full_text`), published_at (ISO 8601 or None). Without `url`
    the page's own canonical address stands in. Raises BadInput when the file can't be read.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            body = file.read(BYTES_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path}: can't be read ({error}); give .html or .html.gz files") from error
    if len(body) > BYTES_LIMIT:
        raise BadInput(
            f"{path}: holds more than {BYTES_LIMIT // 1_000_000} MB; no page has that, leave it out"
        )
    found = extract(body, url)
    return {
        "file": str(path),
        "url": url or found.canonical_url,
        "title": found.title,
        "lead": found.lead,
        "text": found.full_text,
        "published_at": found.published_at.isoformat() if found.published_at else None,
    }
