"""Answers that never end, burst, break off or are no HTTP at all."""

import asyncio
import zlib
from functools import cache

from tests.site.exchange import Answer, Exchange
from tests.site.pages import article, paragraphs

TEN_GIGABYTES = 10 * 2**30
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"


async def ten_gigabytes(to: Exchange) -> None:
    """Announce 10 GB and send it as fast as it is taken."""
    await to.raw(HEAD + f"Content-Length: {TEN_GIGABYTES}\r\n\r\n".encode())
    piece = paragraphs().encode() * 50
    for _ in range(TEN_GIGABYTES // len(piece)):
        await to.raw(piece)


async def unannounced_flood(to: Exchange) -> None:
    """Send without end and without a length."""
    await to.raw(HEAD + b"\r\n<html><body>")
    piece = paragraphs().encode() * 50
    while True:
        await to.raw(piece)


async def trickle(to: Exchange) -> None:
    """Send a few bytes ten times a second, for ever: each read succeeds, the page never ends."""
    await to.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        await to.raw(b"6\r\n<p>a \n\r\n")
        await asyncio.sleep(0.1)


async def endless_headers(to: Exchange) -> None:
    """Send headers without end."""
    await to.raw(HEAD)
    while True:
        await to.raw(b"X-Filler: " + b"a" * 1_000 + b"\r\n")


async def dripping_headers(to: Exchange) -> None:
    """Send a header letter by letter, for ever."""
    await to.raw(HEAD + b"X-Filler: ")
    while True:
        await to.raw(b"a")
        await asyncio.sleep(0.1)


async def endless_promises(to: Exchange) -> None:
    """Say `100 Continue` without end."""
    while True:
        await to.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


async def endless_extension(to: Exchange) -> None:
    """Begin a chunk whose extension never ends."""
    await to.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;a=")
    while True:
        await to.raw(b"a" * 1_000)


async def endless_trailers(to: Exchange) -> None:
    """Send a page in chunks and trailers without end behind it."""
    page = article("Trang có đuôi dài", seed=2).encode()
    await to.raw(HEAD + f"Transfer-Encoding: chunked\r\n\r\n{len(page):x}\r\n".encode() + page + b"\r\n0\r\n")
    while True:
        await to.raw(b"X-Filler: " + b"a" * 1_000 + b"\r\n")


async def silence(to: Exchange) -> None:
    """Take the request and never answer."""
    await to.never()


async def gzip_bomb(to: Exchange) -> None:
    """Send about 2 MB that unpack to 2 GB of HTML."""
    data = bomb(2 * 2**30)
    await to.raw(HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)


async def broken_gzip(to: Exchange) -> None:
    """Say gzip and send something else."""
    await to.send(article("Nén sai"), Content_Encoding="gzip")


@cache
def bomb(size: int, head: bytes = b"<html><body><p>") -> bytes:
    """Return gzip data that unpacks to `head` and `size` bytes of blanks; repeats one fully flushed block."""
    block = 2**20
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    repeated = packer.compress(b" " * block) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + repeated * (size // block) + packer.flush()


async def cut_short(to: Exchange) -> None:
    """Announce more than is sent, then close."""
    page = article("Bài bị cắt giữa chừng").encode()
    await to.raw(HEAD + f"Content-Length: {len(page) + 5_000}\r\n\r\n".encode() + page[: len(page) // 2])


async def cut_chunks(to: Exchange) -> None:
    """Begin a chunk and close."""
    await to.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n<html><body><p>Mot doan")


async def reset_at_once(to: Exchange) -> None:
    """Break the connection instead of answering."""
    to.reset()


async def reset_midway(to: Exchange) -> None:
    """Break the connection in the middle of the page."""
    page = article("Bài bị ngắt").encode()
    await to.raw(HEAD + f"Content-Length: {len(page)}\r\n\r\n".encode() + page[:200])
    to.reset()


def raw(data: bytes) -> Answer:
    """Answer with these bytes and close."""

    async def answer(to: Exchange) -> None:
        await to.raw(data)

    return answer


NO_STATUS = raw(b"Xin chao, day khong phai HTTP\r\n\r\n")
BAD_STATUS = raw(b"HTTP/1.1 hai-tram OK\r\nContent-Type: text/html\r\n\r\n<p>a</p>")
BAD_LENGTH = raw(HEAD + b"Content-Length: -5\r\n\r\n<p>a</p>")
TWO_LENGTHS = raw(HEAD + b"Content-Length: 3\r\nContent-Length: 900\r\n\r\n<p>a</p>")
SHORT_LENGTH = raw(HEAD + b"Content-Length: 21\r\n\r\n" + article("Trang khai ngắn").encode())
BAD_CHUNK = raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<p>a</p>\r\n0\r\n\r\n")
ODD_HEADERS = raw(
    HEAD
    + b"Khong co dau hai cham\r\nX-\xff\xfe: \xff\r\nSet-Cookie: ma=1; Path=/\r\n\r\n"
    + article("Tiêu đề HTTP lạ", seed=3).encode()
)
