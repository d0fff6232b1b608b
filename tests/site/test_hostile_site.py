"""The hostile site does what it says: else tests that pass on it would prove nothing."""

import http.client
import socket
import zlib
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.site import CASES, Family, hostile_site
from tests.site.breakage import bomb

OPENER = build_opener(ProxyHandler({}))


def fetch(url: str, size: int | None = None) -> bytes:
    with OPENER.open(Request(url), timeout=5) as answer:
        return bytes(answer.read(size))


def test_good_pages_are_served_and_logged() -> None:
    with hostile_site() as site:
        page = fetch(site.url("/bai/tot-1.html")).decode()
        assert "Bài lành số 1" in page
        assert [r.path for r in site.requests] == ["/bai/tot-1.html"]
        assert site.requests[0].headers["host"] == site.base.removeprefix("http://")


def test_each_case_is_named_once_with_what_should_become_of_it() -> None:
    paths = [case.path for case in CASES]
    assert len(paths) == len(set(paths))
    assert all(case.expected and case.about for case in CASES)
    with hostile_site() as site:
        feed = fetch(site.url("/rss.xml")).decode()
        assert all(site.url(path) in feed for path in paths)


def test_two_sites_run_beside_each_other_on_their_own_addresses() -> None:
    with hostile_site("127.0.0.11") as one, hostile_site("127.0.0.12", robots="forbid") as other:
        assert b"Disallow: /bai/cam/" in fetch(one.url("/robots.txt"))
        assert b"Disallow: /\n" in fetch(other.url("/robots.txt"))
        assert len(one.requests) == len(other.requests) == 1


def test_the_trap_notes_every_connection() -> None:
    with hostile_site() as site:
        host, port = site.trap_base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            assert connection.recv(1) == b""
        assert len(site.trap) == 1


@pytest.mark.parametrize(
    "path", ["/bai/cham/ten-gigabytes.html", "/bai/cham/flood.html", "/bai/cham/trickle.html"]
)
def test_endless_pages_go_on_until_the_client_leaves(path: str) -> None:
    with hostile_site() as site:
        wanted = 30 if "trickle" in path else 3_000_000
        assert len(fetch(site.url(path), wanted)) == wanted


@pytest.mark.parametrize(
    "path",
    [
        "reset.html",
        "reset-midway.html",
        "cut-short.html",
        "cut-chunks.html",
        "no-status.html",
        "bad-chunk.html",
    ],
)
def test_broken_answers_break(path: str) -> None:
    with hostile_site() as site, pytest.raises((OSError, http.client.HTTPException, ValueError)):
        fetch(site.url(f"/bai/{path}"))


def test_the_bomb_unpacks_to_a_thousand_times_its_size() -> None:
    packed = bomb(64 * 2**20)
    unpacked = zlib.decompressobj(31).decompress(packed[:-8])
    assert len(packed) * 500 < len(unpacked) == 64 * 2**20 + 15


def test_a_busy_page_answers_the_second_time() -> None:
    with hostile_site() as site:
        with pytest.raises(HTTPError) as busy:
            fetch(site.url("/bai/busy-once.html"))
        assert (busy.value.code, busy.value.headers["Retry-After"]) == (429, "1")
        busy.value.close()
        assert "Bài sau lần chờ" in fetch(site.url("/bai/busy-once.html")).decode()


def test_a_site_with_hanging_clients_closes_at_once() -> None:
    with hostile_site() as site:
        host, port = site.base.removeprefix("http://").split(":")
        hanging = [socket.create_connection((host, int(port)), timeout=5) for _ in range(3)]
        for connection in hanging[:2]:
            connection.sendall(b"GET /bai/cham/silence.html HTTP/1.1\r\nHost: a\r\n\r\n")
    for connection in hanging:
        connection.close()


def test_refusals_of_every_family_are_tried() -> None:
    assert {family for case in CASES for family in case.expected} == set(Family)
