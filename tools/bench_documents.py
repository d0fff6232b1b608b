"""Documents for measuring the index: real or invented texts under made-up analyses, any number of them.

No model runs: 1 in 20 is relevant, as in a crawl of news, its categories, provinces and severity drawn by
chance; 1 in 10 is a copy of another. With a folder that has `news.parquet` (title, lead, body) the texts are
its articles at their own lengths, else mixed from the packaged invented texts to the same mean length. Once
all are used, bodies are put together of two halves of different articles, so that ids and texts differ.
"""

import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from core.contracts import (
    Analysis,
    Document,
    Kind,
    Label,
    ModelInfo,
    Page,
    PageType,
    Sentiment,
    Severity,
)
from core.provinces import provinces
from core.taxonomy import taxonomy
from core.urls import page_id

INVENTED = Path(__file__).parent.parent / "langnghe" / "demo" / "site" / "invented.jsonl"
RELEVANT, COPIES = 0.05, 0.1
CHARACTERS = 2_500  # the mean of the articles that the figures in docs/performance.md are from
PER_DAY = 1_370  # a million in two years, for which relevant texts are kept
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
SOURCES = tuple(f"bao-{n:02}" for n in range(40))
MODEL = ModelInfo(name="risk", version="bench", threshold=0.5)
SEED = 5


class Text(NamedTuple):
    """A text."""

    title: str
    lead: str
    body: str


def texts(data: Path | None) -> list[Text]:
    """Return the texts to make documents of, in a random order that is always the same."""
    draw = random.Random(SEED)
    if data is not None:
        file = data / "news.parquet"
        if not file.is_file():
            sys.exit(f"{file}: no such file; give DATA a folder with news.parquet")
        table = pq.read_table(file, columns=["title", "lead", "body"])
        made = [Text(*row) for row in zip(*(table[name].to_pylist() for name in Text._fields), strict=True)]
    else:
        rows = [json.loads(line) for line in INVENTED.read_text("utf-8").splitlines()]
        made = [Text(row["title"], row["lead"], _long(draw, rows)) for row in rows]
    draw.shuffle(made)
    return made


def _long(draw: random.Random, rows: list[dict[str, str]]) -> str:
    body = draw.choice(rows)["body"]
    while len(body) < CHARACTERS:
        body += "\n" + draw.choice(rows)["body"]
    return body


def documents(made_of: list[Text], start: int, stop: int) -> Iterator[Document]:
    """Yield the documents numbered `start` to `stop`, always the same ones."""
    codes, names = taxonomy().codes, [p.name for p in provinces()]
    for number in range(start, stop):
        draw = random.Random(f"{SEED} {number}")
        text = _text(made_of, number)
        url = f"https://bench.example/{number}"
        at = FIRST + timedelta(days=number / PER_DAY, seconds=draw.randrange(3600))
        relevant = draw.random() < RELEVANT
        spoken = draw.random() < 0.2
        level = draw.choices((1, 2, 3), (5, 4, 1))[0] if relevant else 0
        copied = draw.randrange(number) if number and draw.random() < COPIES else None
        page = Page.model_construct(
            id=page_id(url),
            url=url,
            canonical_url=url,
            source_id=draw.choice(SOURCES),
            type=PageType.COMMENT if spoken else PageType.ARTICLE,
            title=text.title,
            lead=text.lead,
            text=text.body,
            language="vi",
            published_at=at,
            fetched_at=at + timedelta(hours=1),
            content_hash=f"{number:032x}",
        )
        analysis = Analysis.model_construct(
            relevance=draw.uniform(0.5, 1) if relevant else draw.uniform(0, 0.5),
            relevant=relevant,
            categories=tuple(
                Label.model_construct(code=c, probability=0.9)
                for c in draw.sample(codes, relevant + (level > 1))
            ),
            severity=Severity.model_construct(level=level, probabilities=(0.25, 0.25, 0.25, 0.25)),
            kind=draw.choice((Kind.INCIDENT, Kind.ISSUE, Kind.RESPONSE)) if relevant else Kind.NONE,
            sentiment=draw.choice(tuple(Sentiment)) if spoken else None,
            hostility=0.1 if spoken else None,
            provinces=tuple(draw.sample(names, draw.randrange(3))) if relevant else (),
            duplicate_of=page_id(f"https://bench.example/{copied}") if copied is not None else None,
            model=MODEL,
        )
        yield Document.model_construct(page=page, analysis=analysis)


def _text(made_of: list[Text], number: int) -> Text:
    turn, place = divmod(number, len(made_of))
    text = made_of[place]
    if not turn:
        return text
    other = made_of[(place * 31 + turn * 7919 + 1) % len(made_of)]
    return text._replace(body=text.body[: len(text.body) // 2] + other.body[len(other.body) // 2 :])
