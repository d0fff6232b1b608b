"""Any Parquet file of `id, title, lead, body` as the stock of a newspaper."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import BadInput
from langnghe.demo.site.dates import QUIET, WEEKS
from langnghe.demo.site.texts import SECTIONS, Article, Headline

COLUMNS = ["id", "title", "lead", "body"]
FIRST_NUMBER = 1_000_000
BATCH = 1_000


@dataclass(frozen=True)
class Corpus:
    """A Parquet file and how many of its rows are served, evenly taken from all of it."""

    path: Path
    pages: int


def check(corpus: Corpus) -> int:
    """Return how many rows the file has. Raises BadInput for a file that can't be served as asked."""
    try:
        file = pq.ParquetFile(corpus.path)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadInput(
            f"{corpus.path}: not a Parquet file that can be read ({str(error).splitlines()[0]})"
        ) from error
    lacking = [name for name in COLUMNS if name not in file.schema_arrow.names]
    if lacking:
        raise BadInput(f"{corpus.path}: no column {', '.join(lacking)}; needed are {', '.join(COLUMNS)}")
    rows = int(file.metadata.num_rows)
    if not 0 < corpus.pages <= rows:
        raise BadInput(
            f"{corpus.path}: {corpus.pages} pages asked for, the file has {rows} rows; ask for 1 to {rows}"
        )
    return rows


class CorpusStock:
    """The articles of a corpus: texts in a temporary file, headlines in memory; dates over eight weeks."""

    def __init__(self, corpus: Corpus, now: datetime) -> None:
        self._texts = TemporaryFile()  # noqa: SIM115 - lives as long as the stock
        self._offsets: list[int] = []
        self.headlines: list[Headline] = []
        rows = check(corpus)
        start = now - timedelta(weeks=WEEKS)
        step = (now - QUIET - start) / corpus.pages
        seen = 0
        for batch in pq.ParquetFile(corpus.path).iter_batches(batch_size=BATCH, columns=COLUMNS):
            for row in batch.to_pylist():
                # The nth page is the row at which the served share of the file reaches n.
                if (seen + 1) * corpus.pages // rows > seen * corpus.pages // rows:
                    self._add(
                        row,
                        (start + step * len(self._offsets)).astimezone(UTC).replace(second=0, microsecond=0),
                    )
                seen += 1
        self.headlines.reverse()

    def article(self, number: int) -> Article | None:
        """Return an article in full, or None if there is none of this number."""
        nth = number - FIRST_NUMBER
        if not 0 <= nth < len(self._offsets):
            return None
        self._texts.seek(self._offsets[nth])
        row = json.loads(self._texts.readline())
        head = self.headlines[len(self._offsets) - 1 - nth]
        paragraphs = tuple(line.strip() for line in row["body"].split("\n") if line.strip())
        return Article(number, head.title, head.section, head.published_at, row["lead"], paragraphs)

    def _add(self, row: dict[str, str | None], at: datetime) -> None:
        nth = len(self._offsets)
        section = list(SECTIONS)[nth % len(SECTIONS)]
        self._offsets.append(self._texts.tell())
        self.headlines.append(Headline(FIRST_NUMBER + nth, row["title"] or "", section, at))
        text = {"lead": row["lead"] or "", "body": row["body"] or ""}
        self._texts.write(json.dumps(text).encode() + b"\n")
