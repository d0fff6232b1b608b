"""A small web of one's own making on loopback, and a place to crawl it into: for tests of crawling."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from core.archive import Archive
from core.contracts import Page, SourceHealth
from core.outcomes import Outcome
from core.records import Records, runs
from core.records.crawled import declare_sources, source_health
from core.records.tables import HostRow, RobotsRow, SeenRow, VisitRow
from core.settings import CrawlSettings, Settings, load_settings
from crawlers.run import Days, crawl
from crawlers.source import SourceSpec

WORDS = "Sáng nay nhà trường họp phụ huynh để bàn việc đưa đón học sinh và giữ an toàn quanh cổng trường. "


def article(title: str, text: str = WORDS * 6, *, head: str = "", below: str = "") -> str:
    """Return an article's page as a newspaper makes it."""
    paragraphs = "".join(f"<p>{text}</p>" for _ in range(3))
    return (
        f'<html lang="vi"><head><title>{title} - Báo Thử</title><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{title}">{head}</head>'
        f"<body><nav><a href='/'>Trang chủ</a></nav><article><h1>{title}</h1>{paragraphs}</article>"
        f"{below}</body></html>"
    )


@dataclass
class Answer:
    """What a page answers with; a page may change between two requests."""

    body: str | bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: bool = False

    @property
    def data(self) -> bytes:
        """The body as bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body


class Web:
    """A real server on `address`, with the pages put into it and a log of what was asked for."""

    def __init__(self, address: str) -> None:
        self.pages: dict[str, Answer | Callable[[int], Answer]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                before = sum(path == self.path for path, _ in web.asked)
                web.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                answer = web.pages.get(self.path, Answer("Không có", 404))
                answer = answer if isinstance(answer, Answer) else answer(before)
                tag = f'"{abs(hash(answer.data))}"'
                same = answer.etag and self.headers.get("If-None-Match") == tag
                self.send_response(304 if same else answer.status)
                body = b"" if same else answer.data
                if answer.kind and not same:
                    self.send_header("Content-Type", answer.kind)
                if answer.etag:
                    self.send_header("ETag", tag)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if not same:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.address = address
        self.base = f"http://{address}:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def put(self, path: str, body: str | bytes = "", **facts: Any) -> None:
        """Put a page at `path`."""
        self.pages[path] = Answer(body, **facts)

    def feed(self, path: str, paths: Sequence[str], dates: Sequence[str] = ()) -> None:
        """Put a feed of `paths`."""
        items = "".join(
            f"<item><link>{self.base}{p}</link>"
            + (f"<pubDate>{dates[i]}</pubDate>" if i < len(dates) else "")
            + "</item>"
            for i, p in enumerate(paths)
        )
        rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title>{items}</channel></rss>'
        self.put(path, rss, kind="application/rss+xml")

    def times(self, path: str) -> int:
        """Say how often `path` was asked for."""
        return sum(p == path for p, _ in self.asked)

    def spec(self, name: str = "bao-thu", **facts: Any) -> SourceSpec:
        """Return a source that finds this web's `/rss.xml`."""
        given: dict[str, Any] = {
            "id": name,
            "name": "Báo Thử",
            "home": self.base,
            "allow_addresses": [self.address],
            "discover": {"feeds": [f"{self.base}/rss.xml"]},
            "articles": {"allow": [r"^/bai/"]},
        }
        return SourceSpec.model_validate(given | facts)


@dataclass
class Place:
    """A data folder with its records and archive."""

    settings: Settings
    records: Records

    def crawl(
        self,
        *specs: SourceSpec,
        urls: Mapping[str, Sequence[str]] | None = None,
        dated: Days | None = None,
    ) -> list[Outcome]:
        """Crawl `specs` as a run of its own; return the outcomes as they were told."""
        declare_sources(self.records, [(s.id, s.name, s.home, True) for s in specs])
        run_id = runs.start_run(self.records, "crawl")
        told: list[Outcome] = []
        crawl(self.settings, run_id, specs, urls, told.append, dated)
        runs.finish_run(self.records, run_id, "done")
        stored = runs.outcomes(self.records, run_id)
        assert sorted(o.item for o in told) == [o.item for o in sorted(stored, key=lambda o: o.item)]
        return told

    def later(self, **age: float) -> "Place":
        """Let time pass, and return the place as it is then."""
        grow_old(self.records, timedelta(**age))
        return self

    def pages(self) -> list[Page]:
        """Return all archived pages."""
        archive = Archive(self.settings.archive_location)
        return [page for path in archive.partitions() for page in archive.read(path)]

    def health(self, source_id: str) -> SourceHealth:
        """Return how a source did."""
        return next(h for h in source_health(self.records) if h.source_id == source_id)


def grow_old(records: Records, age: timedelta) -> None:
    """Let everything that the crawler remembers be older by `age`."""
    with records.write() as session:
        for table in (SeenRow, VisitRow, HostRow, RobotsRow):
            for row in session.scalars(select(table)):
                for column in inspect(table).columns:
                    value = getattr(row, column.key)
                    if isinstance(value, datetime):
                        setattr(row, column.key, value - age)


def place_settings(folder: Path, **crawl_facts: Any) -> Settings:
    """Return settings for a data folder that is crawled without pauses."""
    facts: dict[str, Any] = {"delay_s": 0.0, "retries": 1, "timeout_s": 5.0, "contact": "bien-tap@example.vn"}
    return load_settings(data_dir=folder, crawl=CrawlSettings(**(facts | crawl_facts)))


def labels(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Return what became of each item, by its path."""
    return {"/" + o.item.split("/", 3)[-1]: o.label for o in outcomes}
