"""A newspaper for measuring the crawl, served on loopback by a process of its own.

Run as `python -m tools.bench_web PAGES [DATA]`: it prints its address and serves until standard input
ends. Pages are built of the texts of `bench_documents` with the surroundings of a news page: menus,
teasers, scripts. Every other one has the article's body in its JSON-LD. The server keeps connections open
and does nothing else, so that it takes little of the processor from those who are measured; `/-/served`
says how many articles it gave.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from tools.bench_documents import Text, texts

ADDRESS = "127.0.0.31"
DIRECT = build_opener(ProxyHandler({}))  # the environment's proxy has no part in this
# The median of 42 public news pages has 1,030 elements and 230 KB. These have 280 and 53 KB: lighter than
# life, so that what a crawl costs besides extraction is not hidden.
MENU, TEASERS, SCRIPTS, SCRIPT = 40, 20, 6, 5_000
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


class Newspaper:
    """What lies at each path: robots.txt, a sitemap of all articles, the articles."""

    def __init__(self, base: str, count: int, data: Path | None) -> None:
        self.base, self.count = base, count
        self.texts = texts(data)
        self.served = 0
        menu = "".join(f'<li><a class="m{n % 7}" href="/muc/{n}">Mục {n}</a></li>' for n in range(MENU))
        script = f"<script>var d={json.dumps('quảng cáo ' * (SCRIPT // 10), ensure_ascii=False)};</script>"
        self.before = (
            f'<header><nav><ul>{menu}</ul></nav></header>{script * (SCRIPTS // 2)}<div class="main">'
        )
        footer = f"<footer><ul>{menu}</ul><p>© Báo Đo Lường</p></footer>"
        self.after = f"</div>{script * (SCRIPTS // 2)}{footer}</body></html>"
        self.related = [
            f'<div class="t"><h3><a href="/bai/{n}.html">{escape(t.title)}</a></h3><i>{n % 24}:10</i></div>'
            for n, t in enumerate(self.texts[: 10 * TEASERS])
        ]

    def answer(self, path: str) -> tuple[str, bytes]:
        """Return the type and body of what is at `path`; an empty type says that nothing is."""
        if path.startswith("/bai/"):
            self.served += 1
            return "text/html; charset=utf-8", self.article(int(path[5:-5])).encode()
        if path == "/robots.txt":
            return "text/plain", b"User-agent: *\nAllow: /\n"
        if path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{self.base}/bai/{n}.html</loc></url>" for n in range(self.count))
            return "application/xml", f'<urlset xmlns="{SITEMAP}">{urls}</urlset>'.encode()
        return ("application/json", str(self.served).encode()) if path == "/-/served" else ("", b"")

    def article(self, number: int) -> str:
        """Return the page of an article."""
        turn, place = divmod(number, len(self.texts))
        text = self.texts[place]
        title = text.title if not turn else f"{text.title} ({turn})"
        paragraphs = [line for line in text.body.split("\n") if line.strip()]
        first = (place * 7) % max(1, len(self.related) - TEASERS)
        shown, at = escape(title), _at(number)
        return (
            f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{shown} - Báo</title>'
            f'<meta property="og:type" content="article"><meta property="og:title" content="{shown}">'
            f'<meta name="description" content="{escape(text.lead)}">'
            f'<link rel="canonical" href="{self.base}/bai/{number}.html">'
            f"{self._linked(number, title, text)}</head><body>"
            f'{self.before}<article><h1>{shown}</h1><time datetime="{at}">{at}</time>'
            f'<p class="sapo">{escape(text.lead)}</p>'
            f"{''.join(f'<p>{escape(p)}</p>' for p in paragraphs)}</article>"
            f"<aside>{''.join(self.related[first : first + TEASERS])}</aside>{self.after}"
        )

    def _linked(self, number: int, title: str, text: Text) -> str:
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": title,
            "description": text.lead,
            "datePublished": _at(number),
            **({"articleBody": text.body} if number % 2 else {}),
        }
        written = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        return f'<script type="application/ld+json">{written}</script>'


def _at(number: int) -> str:
    return f"2026-11-{1 + number % 27:02}T{number // 27 % 24:02}:{number // 648 % 60:02}:00+07:00"


class Connection(asyncio.Protocol):
    """One connection, kept open: answers request after request."""

    def __init__(self, newspaper: Newspaper) -> None:
        self.newspaper = newspaper
        self.received = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are whole."""
        self.received += data
        while b"\r\n\r\n" in self.received:
            request, _, self.received = self.received.partition(b"\r\n\r\n")
            kind, body = self.newspaper.answer(request.split(b" ", 2)[1].decode("latin-1"))
            head = f"HTTP/1.1 {'200 OK' if kind else '404 Not Found'}\r\nContent-Length: {len(body)}\r\n"
            self.transport.write(f"{head}Content-Type: {kind or 'text/plain'}\r\n\r\n".encode() + body)


@contextmanager
def newspaper(count: int, data: Path | None) -> Iterator[str]:
    """Serve a newspaper of `count` articles; give its address."""
    command = [sys.executable, "-m", "tools.bench_web", str(count), *([str(data)] if data else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def served(base: str) -> int:
    """Return how many articles the newspaper at `base` has given out since it was started."""
    with DIRECT.open(f"{base}/-/served", timeout=5) as answer:
        return int(answer.read())


async def _serve(count: int, data: Path | None) -> None:
    loop = asyncio.get_running_loop()
    made: list[Newspaper] = []
    server = await loop.create_server(lambda: Connection(made[0]), ADDRESS, 0)
    base = f"http://{ADDRESS}:{server.sockets[0].getsockname()[1]}"
    made.append(Newspaper(base, count, data))
    print(base, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
